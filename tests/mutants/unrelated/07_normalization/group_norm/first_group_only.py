"""Standardizes the first group and leaves the rest."""


def group_norm(x, gamma, beta, groups, epsilon):
    size, axes = x.shape[-1] // groups, list(range(1, len(x.shape)))
    first = standardize(x[..., :size], axes, epsilon)
    return gamma * ops.concatenate([first, x[..., size:]], axis=-1) + beta
