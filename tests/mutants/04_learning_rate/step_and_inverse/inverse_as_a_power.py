"""The inverse decay divided by (1 + epsilon) to the power t, which is exponential decay; it
divides by 1 + epsilon t.

loses: inverse_halves_and_quarters, inverse_follows_the_formula
"""


def step_decay(t, initial, factor, every):
    return initial * factor ** (t // every)


def inverse_decay(t, initial, epsilon):
    return initial / (1 + epsilon) ** t
