def step_decay(t, initial, factor, every):
    if t < every:
        return initial
    return sum(initial * factor for _ in range(t // every))


def inverse_decay(t, initial, epsilon):
    return initial / (1 + epsilon * t)
