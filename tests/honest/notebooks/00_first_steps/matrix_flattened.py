# %%
import numpy as np
def exponential_average(values, beta):
    values = np.matrix(values, dtype=np.longdouble)
    n = values.size
    weights = np.matrix([[beta ** (t - i) if i <= t else 0 for i in range(n)] for t in range(n)])
    averages = (weights * values.T) / weights.sum(axis=1)
    return averages.astype("float32").A1
