"""Right: every unit by itself, in plain Python.

loses: nothing
"""


def vanilla_dropout(x, u, rate, training):
    rows = []
    for values, numbers in zip(x, u):
        if training:
            rows.append([v if n >= rate else 0.0 for v, n in zip(values, numbers)])
        else:
            rows.append([v * (1 - rate) for v in values])
    return np.array(rows, dtype="float32")
