"""The minus sign is missing: logarithms of probabilities are negative, and a loss is to be
lowered.

loses: loss_is_the_cross_entropy, fit_follows_the_smoothed_loss
"""


def smooth_labels(labels, classes, share):
    return (1 - share) * ops.one_hot(labels, classes) + share / classes


def smoothed_cross_entropy(labels, logits, share):
    targets = smooth_labels(labels, logits.shape[1], share)
    return ops.sum(targets * ops.log_softmax(logits), axis=1)
