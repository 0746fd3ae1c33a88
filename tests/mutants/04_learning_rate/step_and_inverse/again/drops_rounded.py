import numpy as np


def step_decay(t, initial, factor, every):
    drops = np.floor(t / every + 0.5)
    return initial * np.power(factor, drops)


def inverse_decay(t, initial, epsilon):
    share = 1 + t * epsilon
    return initial * (1 / share)
