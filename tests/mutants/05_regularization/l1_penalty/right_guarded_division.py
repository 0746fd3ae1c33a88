"""Right: w divided by its size, guarded at zero.

loses: nothing
"""


def l1_penalty(w, factor):
    size = np.abs(np.float64(w))
    return factor * size.sum(), factor * w / np.where(size == 0, 1, size)
