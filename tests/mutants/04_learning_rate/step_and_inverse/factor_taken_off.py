"""The factor was taken for the share that goes away, 1 - factor; the rate is multiplied by
`factor` itself, as with the slide's 0.1.

loses: rate_falls_in_steps, drops_come_at_the_multiples
"""


def step_decay(t, initial, factor, every):
    return initial * (1 - factor) ** (t // every)


def inverse_decay(t, initial, epsilon):
    return initial / (1 + epsilon * t)
