import math


def sweep_rates(low, high, steps):
    first, last = math.log10(low), math.log10(high)
    return [first + (last - first) * i / (steps - 1) for i in range(steps)]
