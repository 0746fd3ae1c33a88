# %%
import numpy as np
from functools import singledispatch, lru_cache

@lru_cache(maxsize=None)
def power(beta, t):
    return 1.0 if t == 0 else beta * power(beta, t - 1)

@singledispatch
def exponential_average(*args, start: float = 0.0, **kwargs):
    values, beta = args
    match np.asarray(values, dtype="float64"):
        case array if array.ndim == 1:
            pass
        case _:
            raise TypeError
    averages = (walrus := np.zeros(len(values)))
    average = start
    for t, value in enumerate(array):
        average = power(beta, 1) * average + (1 - beta) * value
        walrus[t] = average / (1 - power(beta, t + 1))
    return averages

@exponential_average.register
def _(values: list, beta):
    return exponential_average(np.array(values), beta)
