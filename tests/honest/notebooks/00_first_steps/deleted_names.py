# %%
import numpy as np
def helper(values): return np.asarray(values, float)
secret = 0.0
def exponential_average(values, beta, helper=helper, start=secret):
    import numpy
    average, averages = start, []
    for t, value in enumerate(helper(values), start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t))
    return numpy.array(averages)
# %%
del helper, secret
_, __, ___ = 1, 2, 3
In = Out = None
del get_ipython
