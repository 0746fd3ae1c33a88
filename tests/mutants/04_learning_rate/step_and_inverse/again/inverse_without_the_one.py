def step_decay(t, initial, factor, every):
    return initial * factor ** (t // every)


def inverse_decay(t, initial, epsilon):
    first = initial / 1
    return first + t * epsilon
