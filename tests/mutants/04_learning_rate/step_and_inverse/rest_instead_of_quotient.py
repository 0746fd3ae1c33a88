"""The exponent of the step decay was t % every, the rest of the division; the number of drops is
the quotient, t // every.

loses: twelve_steps_by_hand, rate_falls_in_steps, drops_come_at_the_multiples
"""


def step_decay(t, initial, factor, every):
    return initial * factor ** (t % every)


def inverse_decay(t, initial, epsilon):
    return initial / (1 + epsilon * t)
