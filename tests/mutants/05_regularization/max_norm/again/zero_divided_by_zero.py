def max_norm(w, max_value):
    axes = list(range(len(w.shape)))[:-1]
    lengths = ops.norm(ops.reshape(w, [-1, w.shape[-1]]), axis=0)
    return ops.minimum(lengths, max_value) * (w / lengths)
