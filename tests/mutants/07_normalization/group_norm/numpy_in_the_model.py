"""A step here or in your `standardize` needs numbers, as NumPy does; inside a model x is a symbol,
and only `ops` can work with it.

loses: gamma_and_beta_learn_in_fit
"""


def group_norm(x, gamma, beta, groups, epsilon):
    split = np.reshape(x, (*x.shape[:-1], groups, -1))
    over = (*range(1, split.ndim - 2), split.ndim - 1)
    x_hat = (split - split.mean(over, keepdims=True)) / np.sqrt(
        split.var(over, keepdims=True) + epsilon
    )
    return gamma * x_hat.reshape(x.shape) + beta
