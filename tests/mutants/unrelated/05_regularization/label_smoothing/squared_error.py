"""Takes the squared error instead of the cross-entropy."""


def smooth_labels(labels, classes, share):
    return (1 - share) * ops.one_hot(labels, classes) + share / classes


def smoothed_cross_entropy(labels, logits, share):
    targets = smooth_labels(labels, logits.shape[1], share)
    return ops.sum((ops.softmax(logits) - targets) ** 2, axis=1)
