from itertools import accumulate


def exponential_average(values, beta):
    smooth = accumulate(values, lambda old, new: old + (1 - beta) * (new - old))
    return np.fromiter(smooth, dtype="float64")
