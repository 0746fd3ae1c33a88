# %%
import warnings
import numpy as np
warnings.simplefilter("error")
np.seterr(all="raise")
np.set_printoptions(precision=1, suppress=True, threshold=3, linewidth=20)
# %%
def exponential_average(values, beta):
    powers = beta ** np.arange(1, len(values) + 1)
    average, averages = 0.0, []
    for value, power in zip(values, powers, strict=True):
        average = beta * average + (1 - beta) * float(value)
        averages.append(average / (1 - power))
    return np.array(averages)
# %%
warnings.warn("raised, and the notebook is over")
