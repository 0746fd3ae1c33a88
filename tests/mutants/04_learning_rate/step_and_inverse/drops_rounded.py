"""t / every was rounded to the nearest whole number, so that each drop comes when half of its steps
are made; t // every rounds down.

loses: twelve_steps_by_hand, rate_falls_in_steps, drops_come_at_the_multiples
"""


def step_decay(t, initial, factor, every):
    return initial * factor ** round(t / every)


def inverse_decay(t, initial, epsilon):
    return initial / (1 + epsilon * t)
