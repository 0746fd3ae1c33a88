def step_decay(t, initial, factor, every):
    return initial * factor ** (t // every)


def inverse_decay(t, initial, epsilon):
    rate = initial
    for _ in range(t):
        rate = rate / (1 + epsilon)
    return rate
