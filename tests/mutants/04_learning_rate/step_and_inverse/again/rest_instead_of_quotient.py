def step_decay(t, initial, factor, every):
    quotient, rest = divmod(t, every)
    rate = initial
    for _ in range(rest):
        rate *= factor
    return rate


def inverse_decay(t, initial, epsilon):
    return initial / (1 + epsilon * t)
