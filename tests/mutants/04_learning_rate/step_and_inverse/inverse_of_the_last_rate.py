"""Each rate of the inverse decay was made from the one before; the formula divides the first rate,
each time.

loses: inverse_halves_and_quarters, inverse_follows_the_formula
"""


def step_decay(t, initial, factor, every):
    return initial * factor ** (t // every)


def inverse_decay(t, initial, epsilon):
    rate = initial
    for step in range(t + 1):
        rate = rate / (1 + epsilon * step)
    return rate
