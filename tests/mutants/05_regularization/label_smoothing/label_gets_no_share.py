"""The targets sum to less than 1: the label, too, gets its share / K on top of 1 - share.

loses: share_is_spread_over_all_classes, four_classes_by_hand, loss_is_the_cross_entropy
"""


def smooth_labels(labels, classes, share):
    one_hot = ops.one_hot(labels, classes)
    return (1 - share) * one_hot + share / classes * (1 - one_hot)


def smoothed_cross_entropy(labels, logits, share):
    targets = smooth_labels(labels, logits.shape[1], share)
    return -ops.sum(targets * ops.log_softmax(logits), axis=1)
