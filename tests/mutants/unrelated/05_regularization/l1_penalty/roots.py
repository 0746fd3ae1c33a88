"""Penalizes the roots of the sizes."""


def l1_penalty(w, factor):
    return factor * np.sum(np.sqrt(np.abs(w))), factor * np.sign(w) / 2
