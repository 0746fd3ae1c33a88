"""The factor was multiplied by the number of drops; each drop multiplies the rate again, so the
factor is raised to that number.

loses: rate_falls_in_steps, drops_come_at_the_multiples
"""


def step_decay(t, initial, factor, every):
    drops = t // every
    return initial * factor * drops if drops else initial


def inverse_decay(t, initial, epsilon):
    return initial / (1 + epsilon * t)
