"""The drops of the step decay came one step early: step `every` is the first with the new rate,
since steps count from 0.

loses: rate_falls_in_steps, drops_come_at_the_multiples
"""


def step_decay(t, initial, factor, every):
    return initial * factor ** ((t + 1) // every)


def inverse_decay(t, initial, epsilon):
    return initial / (1 + epsilon * t)
