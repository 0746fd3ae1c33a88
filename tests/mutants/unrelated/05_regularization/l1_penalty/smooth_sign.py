"""Rounds the kink off."""


def l1_penalty(w, factor):
    return factor * np.sum(np.abs(w)), factor * np.tanh(w)
