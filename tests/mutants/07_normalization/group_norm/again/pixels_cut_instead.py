def group_norm(x, gamma, beta, groups, epsilon):
    flat = ops.reshape(x, (-1, int(np.prod(x.shape[1:]))))
    pieces = [standardize(piece, [1], epsilon) for piece in ops.split(flat, groups, axis=1)]
    return ops.reshape(ops.concatenate(pieces, axis=1), (-1, *x.shape[1:])) * gamma + beta
