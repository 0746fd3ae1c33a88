def vanilla_dropout(x, u, rate, training):
    drop_probability = 1 - rate
    y = []
    for value, number in zip(np.ravel(x), np.ravel(u)):
        if not training:
            y.append(value * (1 - drop_probability))
        elif number < 1 - drop_probability:
            y.append(value)
        else:
            y.append(0.0)
    return np.reshape(y, np.shape(x))
