def smooth_labels(labels, classes, share):
    one_hot = ops.one_hot(labels, classes)
    return one_hot + share * (1 / classes - one_hot)


def smoothed_cross_entropy(labels, logits, share):
    targets, classes = smooth_labels(labels, logits.shape[1], share), logits.shape[1]
    return ops.einsum("ij,ij->i", targets, ops.log_softmax(logits)) * (-1 / classes)
