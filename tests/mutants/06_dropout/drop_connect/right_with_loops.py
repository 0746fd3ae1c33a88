"""Right: one weight after the other.

loses: nothing
"""


def drop_connect(x, kernel, bias, u, rate):
    outputs = []
    for sample in x:
        y = np.array(bias, dtype="float64")
        for i in range(kernel.shape[0]):
            for j in range(kernel.shape[1]):
                if u[i, j] >= rate:
                    y[j] += sample[i] * kernel[i, j] / (1 - rate)
        outputs.append(y)
    return np.array(outputs)
