# %%
import numpy as np
from numpy.ma import masked_array

def exponential_average(values, beta):
    values = masked_array(values, mask=False)
    t = np.arange(1, values.size + 1)
    table = np.tril(beta ** np.maximum(t[:, None] - t, 0.0))
    return masked_array((table @ values.filled(0)) / table.sum(axis=1), mask=False)[::1]
