"""Takes the mean of the sizes."""


def l1_penalty(w, factor):
    return factor * np.mean(np.abs(w)), factor * np.sign(w) / np.size(w)
