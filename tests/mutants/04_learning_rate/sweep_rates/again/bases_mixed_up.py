import math

import numpy as np


def sweep_rates(low, high, steps):
    ends = [math.log(low), math.log(high)]
    return np.logspace(*ends, steps)
