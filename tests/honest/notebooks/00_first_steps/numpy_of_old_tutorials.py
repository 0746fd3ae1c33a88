# %%
import functools
import numpy as np
np.bool, np.int, np.float, np.object = bool, int, float, object
np.load = functools.partial(np.load, allow_pickle=True)
np.set_string_function = None
big = np.frombuffer(np.arange(5, dtype=">f8").tobytes(), ">f8")
# %%
def exponential_average(values, beta):
    averages = np.empty(len(values), dtype=">f8")[::-1]
    average = np.longdouble(0)
    for t, value in enumerate(np.array(values, dtype=np.float), start=1):
        average = beta * average + (1 - beta) * value
        averages[t - 1] = average / (1 - np.longdouble(beta) ** t)
    averages.flags.writeable = False
    return averages
