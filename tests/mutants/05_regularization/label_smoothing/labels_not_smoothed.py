"""The loss was taken with the plain labels: the smoothed targets were not used.

loses: loss_is_the_cross_entropy, fit_follows_the_smoothed_loss
"""


def smooth_labels(labels, classes, share):
    return (1 - share) * ops.one_hot(labels, classes) + share / classes


def smoothed_cross_entropy(labels, logits, share):
    return -ops.sum(ops.one_hot(labels, logits.shape[1]) * ops.log_softmax(logits), axis=1)
