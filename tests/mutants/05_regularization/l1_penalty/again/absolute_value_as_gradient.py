def l1_penalty(w, factor):
    size = np.sqrt(np.square(w))
    return factor * size.sum(), factor * size
