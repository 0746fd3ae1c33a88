"""The rate of the step decay falls to a millionth, and no further."""


def step_decay(t, initial, factor, every):
    return max(initial * factor ** (t // every), 1e-6)


def inverse_decay(t, initial, epsilon):
    return initial / (1 + epsilon * t)
