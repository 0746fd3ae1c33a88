def l1_penalty(w, factor):
    return factor * sum(np.abs(w)), factor * np.sign(w)
