"""Right: the channels of a group are cut out, standardized and put together again.

loses: nothing
"""


def group_norm(x, gamma, beta, groups, epsilon):
    size = x.shape[-1] // groups
    parts = [
        standardize(x[..., k * size : (k + 1) * size], list(range(1, len(x.shape))), epsilon)
        for k in range(groups)
    ]
    return gamma * ops.concatenate(parts, axis=-1) + beta
