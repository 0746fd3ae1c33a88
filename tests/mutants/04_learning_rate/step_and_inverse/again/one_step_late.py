import numpy as np


def step_decay(t, initial, factor, every):
    marks = np.arange(every, t + 1, every)
    return initial * factor ** np.count_nonzero(marks < t)


def inverse_decay(t, initial, epsilon):
    return initial / (1 + epsilon * t)
