def smooth_labels(labels, classes, share):
    uniform = ops.ones([1, classes]) / classes
    return uniform + share * (ops.one_hot(labels, classes) - uniform)


def smoothed_cross_entropy(labels, logits, share):
    logs = logits - ops.logsumexp(logits, axis=1, keepdims=True)
    return ops.einsum("ij,ij->i", smooth_labels(labels, logits.shape[1], share), -logs)
