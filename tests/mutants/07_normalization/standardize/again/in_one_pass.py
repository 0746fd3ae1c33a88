def standardize(x, axes, epsilon):
    over = tuple(axes)
    m1, m2 = (np.mean(x**k, axis=over, keepdims=True) for k in (1, 2))
    return (x - m1) / np.sqrt(np.abs(m2 - m1**2) + epsilon)
