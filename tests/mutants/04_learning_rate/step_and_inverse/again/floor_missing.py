import numpy as np


def step_decay(t, initial, factor, every):
    return initial * np.exp(np.log(factor) * t / every)


def inverse_decay(t, initial, epsilon):
    share = 1 + t * epsilon
    return initial * (1 / share)
