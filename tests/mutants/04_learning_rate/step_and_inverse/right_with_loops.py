"""Right: the drops are made one after the other.

loses: nothing
"""


def step_decay(t, initial, factor, every):
    rate = initial
    for step in range(1, t + 1):
        if step % every == 0:
            rate = rate * factor
    return rate


def inverse_decay(t, initial, epsilon):
    return (initial**-1 + epsilon * t / initial) ** -1
