def inverted_dropout(x, u, rate, training):
    if not training:
        return x
    flat, numbers = x.reshape(-1), u.reshape(-1)
    for i, number in enumerate(numbers):
        flat[i] = flat[i] / (1 - rate) if number >= rate else 0
    return x
