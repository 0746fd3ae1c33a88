"""The reshape asks for the batch size, which is not known yet when `fit` builds the model; -1 or
`ops.shape` stands for it.

loses: gamma_and_beta_learn_in_fit
"""


def group_norm(x, gamma, beta, groups, epsilon):
    c = x.shape[-1]
    split = ops.reshape(x, (x.shape[0], *x.shape[1:-1], groups, c // groups))
    x_hat = standardize(split, [*range(1, len(x.shape) - 1), len(x.shape)], epsilon)
    return gamma * ops.reshape(x_hat, x.shape) + beta
