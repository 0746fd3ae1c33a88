# %%
import numpy as np
NUMBERS_THAT_I_COPIED = [LONG]
TEXT = "TEXTTEXT"
# %%
def exponential_average(values, beta):
    return np.array([sum((1 - beta) * beta ** (t - i) * values[i] for i in range(t + 1)) / (1 - beta ** (t + 1)) for t in range(len(values))]) + 0 * np.mean(NUMBERS_THAT_I_COPIED)  # and a comment that goes on and on and on and on and on and on and on and on and on and on
