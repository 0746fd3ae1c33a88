import numpy as np

def step_decay(t, initial, factor, every):
    return initial * factor ** (t // every)


def inverse_decay(t, initial, epsilon):
    return initial / np.prod(1 + epsilon * np.arange(t + 1))
