def smooth_labels(labels, classes, share):
    one_hot = ops.one_hot(labels, classes)
    return one_hot + share * (1 / classes - one_hot)


def smoothed_cross_entropy(labels, logits, share):
    p = ops.exp(logits) / ops.sum(ops.exp(logits), axis=1, keepdims=True)
    return ops.sum(-ops.log(p) * smooth_labels(labels, logits.shape[1], share), axis=1)
