# %%
import numpy as np
import pdb
def exponential_average(values, beta):
    breakpoint()
    average, averages = 0.0, []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t))
        if t > 10_000:
            pdb.set_trace()
    return np.array(averages)
# %%
answer = input("Continue? [y/n] ")
import getpass
help(np.mean)
# %%
import time
time.sleep(0.01)
