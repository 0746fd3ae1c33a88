# %%
import numpy as np

class Averages:
    """An array of another library: it turns into NumPy's when asked."""

    def __init__(self, numbers):
        self.numbers = numbers

    def __array__(self, dtype=None, copy=None):
        return np.array(self.numbers, dtype=dtype or "float64")

    def __len__(self):
        return len(self.numbers)

    def __getitem__(self, index):
        return self.numbers[index]

    def __eq__(self, other):
        raise TypeError("not comparable")

def exponential_average(values, beta):
    total, weight, averages = 0.0, 0.0, []
    for value in values:
        total, weight = beta * total + value, beta * weight + 1
        averages.append(total / weight)
    return Averages(averages)
