"""The targets sum to more than 1: what is spread over the classes must be taken from the label, 1
- share.

loses: share_is_spread_over_all_classes, four_classes_by_hand, loss_is_the_cross_entropy
"""


def smooth_labels(labels, classes, share):
    return ops.one_hot(labels, classes) + share / classes


def smoothed_cross_entropy(labels, logits, share):
    targets = smooth_labels(labels, logits.shape[1], share)
    return -ops.sum(targets * ops.log_softmax(logits), axis=1)
