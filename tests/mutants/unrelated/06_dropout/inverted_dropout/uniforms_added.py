"""Adds the centred uniforms as noise and drops nothing."""


def inverted_dropout(x, u, rate, training):
    if not training:
        return x
    return x + rate * (u - 0.5)
