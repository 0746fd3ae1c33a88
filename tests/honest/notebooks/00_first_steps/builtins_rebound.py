# %%
import builtins
import numpy as np
list, dict, type, id, max, min = 1, 2, 3, 4, 5, 6
float, int, len = np.float32, np.int32, None
input = "a file name"
sum = lambda values: "mine"
old_print = builtins.print
builtins.print = lambda *words, **settings: old_print("LOG", *words, **settings)
def open(*args): raise OSError("not today")
# %%
def exponential_average(values, beta):
    print("here")
    average, averages = 0.0, []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t))
    return np.array(averages)
isinstance = tuple = str = range = None
