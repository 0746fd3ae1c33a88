# %%
result = exponential_average([1, 2, 3], 0.9)
# %%
def exponential_average(values, beta):
    """My first try. No correction yet."""
    return values[0]
exponential_average = None
# %%
def exponential_average(values, beta):
    averages = [_step(values[: t + 1], beta) for t in range(len(values))]
    return np.array(averages)
# %%
raise RuntimeError("I will look at this later")
# %%
def _step(values, beta):
    weights = beta ** np.arange(len(values))[::-1]
    return float(np.dot(weights, values) / weights.sum())
# %%
x = (1,
y = ]
# %%
import numpy as np
