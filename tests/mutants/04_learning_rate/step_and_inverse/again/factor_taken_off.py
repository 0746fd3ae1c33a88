def step_decay(t, initial, factor, every):
    rate = initial
    for _ in range(t // every):
        rate -= rate * factor
    return rate


def inverse_decay(t, initial, epsilon):
    return initial / (1 + epsilon * t)
