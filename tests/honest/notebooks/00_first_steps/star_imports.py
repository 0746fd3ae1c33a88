# %%
from numpy import *
from math import *
from random import *
from os.path import *
from keras.layers import *
from typing import *
# %%
def exponential_average(values, beta):
    average, averages = 0.0, []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - pow(beta, t)))
    return array(averages)
print(sum([1, 2]), pi, Dropout(0.5))
