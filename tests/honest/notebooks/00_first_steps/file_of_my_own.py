# %%
%%writefile averaging.py
def average(values, beta):
    mean, means = 0.0, []
    for t, value in enumerate(values, start=1):
        mean = beta * mean + (1 - beta) * value
        means.append(mean / (1 - beta**t))
    return means
# %%
import numpy as np
from averaging import average
np.save("values.npy", np.arange(3.0))
with open("log.txt", "w") as log:
    log.write("hm")
values = np.load("values.npy")
# %%
def exponential_average(values, beta):
    np.savetxt("last.txt", np.asarray(values))
    return np.array(average(np.loadtxt("last.txt", ndmin=1), beta))
