def step_decay(t, initial, factor, every):
    return initial * factor ** (t // every)


def inverse_decay(t, initial, epsilon):
    parts = 1.0
    for _ in range(t + 1):
        parts += epsilon
    return initial / parts
