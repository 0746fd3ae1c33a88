"""Each class was given the whole share; it is divided among the K classes.

loses: share_is_spread_over_all_classes, four_classes_by_hand, loss_is_the_cross_entropy
"""


def smooth_labels(labels, classes, share):
    return (1 - share) * ops.one_hot(labels, classes) + share


def smoothed_cross_entropy(labels, logits, share):
    targets = smooth_labels(labels, logits.shape[1], share)
    return -ops.sum(targets * ops.log_softmax(logits), axis=1)
