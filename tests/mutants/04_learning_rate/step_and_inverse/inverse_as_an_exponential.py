"""The inverse decay was written with exp(-epsilon t), the next line of the slide; it divides by 1
+ epsilon t.

loses: inverse_halves_and_quarters, inverse_follows_the_formula
"""

import math

def step_decay(t, initial, factor, every):
    return initial * factor ** (t // every)


def inverse_decay(t, initial, epsilon):
    return initial * math.exp(-epsilon * t)
