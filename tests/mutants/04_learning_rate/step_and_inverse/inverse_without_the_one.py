"""The 1 was left out below the line of the inverse decay, or put beside the fraction: it is 1 +
epsilon t, all of it below the line.

loses: inverse_halves_and_quarters, inverse_follows_the_formula
"""


def step_decay(t, initial, factor, every):
    return initial * factor ** (t // every)


def inverse_decay(t, initial, epsilon):
    return initial / 1 + epsilon * t
