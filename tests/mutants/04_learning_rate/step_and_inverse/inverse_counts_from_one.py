"""The steps of the inverse decay were counted from 1, so that the first step has less than the
first rate; t starts at 0.

loses: inverse_halves_and_quarters, inverse_follows_the_formula, first_step_has_the_first_rate
"""


def step_decay(t, initial, factor, every):
    return initial * factor ** (t // every)


def inverse_decay(t, initial, epsilon):
    return initial / (1 + epsilon * (t + 1))
