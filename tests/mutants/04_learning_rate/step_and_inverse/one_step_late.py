"""The drops of the step decay came one step late: step `every` has the new rate already.

loses: rate_falls_in_steps, drops_come_at_the_multiples
"""


def step_decay(t, initial, factor, every):
    return initial * factor ** (max(t - 1, 0) // every)


def inverse_decay(t, initial, epsilon):
    return initial / (1 + epsilon * t)
