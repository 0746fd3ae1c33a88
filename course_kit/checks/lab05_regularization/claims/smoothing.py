"""Label smoothing: the targets, and the cross-entropy with them."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect_close
from course_kit.checks.lab05_regularization import probes
from course_kit.checks.lab05_regularization.claims.base import finite, lab

EXERCISE = "label_smoothing"

# The question's: three classes, so that shares of 2 and of 3 differ much.
LABELS = np.array([0, 2], "int32")
LOGITS = np.array([[2.0, -1.0, 0.5], [0.0, 1.0, -3.0]], "float32")
LARGE = np.array([[0.0, 900.0, -400.0]], "float32")


def targets_of(labels: np.ndarray, classes: int, share: float) -> np.ndarray:
    """Smoothed targets, (batch, classes)."""
    return (1 - share) * np.eye(classes)[labels] + share / classes


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Logarithms of the probabilities along the last axis, float64."""
    lowered = np.float64(logits) - np.float64(logits).max(axis=-1, keepdims=True)
    return lowered - np.log(np.exp(lowered).sum(axis=-1, keepdims=True))


def cross_entropy(labels: np.ndarray, logits: np.ndarray, share: float) -> np.ndarray:
    """One number a sample."""
    targets = targets_of(labels, logits.shape[1], share)
    return -(targets * log_softmax(logits)).sum(axis=1)


def some_labels(draw: Draw, batch: int, classes: int) -> np.ndarray:
    """Labels among which there are two that differ."""
    labels = draw.integers(0, classes - 1, batch)
    labels[:2] = draw.permutation(classes)[:2]
    return labels


def share_of(draw: Draw) -> float:
    """A share with two decimals, from 0.05 to 0.4."""
    return draw.integer(5, 40) / 100


@lab.check(
    EXERCISE,
    points=3,
    hint="A share of the label is spread over all classes. Is the label itself one of them? "
    "How much does each class get, and how much is left to the label?",
)
def share_is_spread_over_all_classes(student: Student, draw: Draw) -> None:
    """smooth_labels: every class gets share / classes, and the label 1 - share on top of it."""
    classes, share = draw.integer(5, 9), share_of(draw)
    labels = some_labels(draw, 12, classes)
    targets = student(probes.smoothed, labels, classes, share)
    expect_close(targets, targets_of(labels, classes, share), "targets")


@lab.check(
    EXERCISE,
    points=3,
    hint="Four classes share 0.2 among them: how much is that for each? Do the four targets of "
    "one sample add up to 1?",
)
def four_classes_by_hand(student: Student, draw: Draw) -> None:
    """smooth_labels: four classes and a share of 0.2, by hand."""
    labels = np.concatenate([draw.permutation(4), draw.permutation(4), draw.permutation(4)])
    targets = student(probes.smoothed, labels, 4, 0.2)
    desired = np.full((12, 4), 0.05)
    desired[np.arange(12), labels] = 0.85
    expect_close(targets, desired, "targets")


@lab.check(
    EXERCISE,
    points=1,
    hint="What are the targets when nothing is spread?",
)
def share_zero_is_one_hot(student: Student, draw: Draw) -> None:
    """smooth_labels: with share 0 the label has all, and the others nothing."""
    labels = np.concatenate([draw.permutation(7), draw.permutation(7)])
    targets = student(probes.smoothed, labels, 7, 0.0)
    expect_close(targets, np.eye(7)[labels], "targets")


@lab.check(
    EXERCISE,
    points=1,
    hint="With two classes and share s, what does the wrong class get: s, or less?",
)
def two_classes_and_one_sample(student: Student, draw: Draw) -> None:
    """smooth_labels: two classes, and a batch of one."""
    labels, share = draw.integers(0, 1, 1), draw.integer(1, 800) / 1000
    targets = student(probes.smoothed, labels, 2, share)
    expect_close(targets, targets_of(labels, 2, share), "targets")


@lab.check(
    EXERCISE,
    points=4,
    hint="Minus the sum over the classes of target times log-probability. Over which axis, and "
    "is it a sum or a mean?",
)
def loss_is_the_cross_entropy(student: Student, draw: Draw) -> None:
    """smoothed_cross_entropy: one loss a sample, with the smoothed targets."""
    classes, share = draw.integer(5, 9), share_of(draw)
    labels, logits = some_labels(draw, 8, classes), 3 * draw.normal(8, classes)
    loss = student(probes.smoothed_loss, labels, logits, share)
    expect_close(loss, cross_entropy(labels, logits, share), "losses")


@lab.check(
    EXERCISE,
    points=2,
    hint="What is the logarithm of a probability that has become 0? Is there a function that "
    "gives the logarithm of the softmax in one go?",
)
def large_logits_give_a_finite_loss(student: Student, draw: Draw) -> None:
    """smoothed_cross_entropy: logits of several hundred give finite and right losses."""
    labels, share = some_labels(draw, 6, 5), share_of(draw)
    logits = 300 * draw.normal(6, 5)
    loss = student(probes.smoothed_loss, labels, logits, share)
    expect_close(loss, cross_entropy(labels, logits, share), "losses")


@lab.check(
    EXERCISE,
    points=4,
    hint="`fit` hands over symbols without numbers: does each line work on them? Is there one "
    "loss a sample?",
)
def fit_follows_the_smoothed_loss(student: Student, draw: Draw) -> None:
    """As a model's loss in fit: the step leads to the smoothed targets, not to the labels."""
    share, rate = share_of(draw), 0.5
    labels, x, w = some_labels(draw, 6, 4), draw.normal(6, 3), draw.normal(3, 4)
    answer = student(probes.smoothing_in_fit, w, x, labels, share, rate)
    x, w = np.float64(x), np.float64(w)
    slope = np.exp(log_softmax(x @ w)) - targets_of(labels, 4, share)
    expect_close(answer, w - rate * x.T @ slope / 6, "kernel after fit", rtol=1e-3, atol=1e-4)


@lab.question(EXERCISE)
def targets_and_losses(student: Student) -> Any:
    """Targets of three classes, losses with them, and the loss of a logit of 900."""
    return (
        student(probes.smoothed, LABELS, 3, 0.3),
        student(probes.smoothed_loss, LABELS, LOGITS, 0.3),
        finite(student(probes.smoothed_loss, np.array([1], "int32"), LARGE, 0.3)),
    )


lab.forbids(
    EXERCISE,
    "keras.losses.CategoricalCrossentropy",
    "keras.losses.SparseCategoricalCrossentropy",
    "keras.losses.categorical_crossentropy",
    "keras.losses.sparse_categorical_crossentropy",
    "keras.ops.categorical_crossentropy",
    "keras.ops.sparse_categorical_crossentropy",
    "tensorflow.nn.softmax_cross_entropy_with_logits",
    "tensorflow.nn.sparse_softmax_cross_entropy_with_logits",
    "tensorflow.compat.v1.nn.softmax_cross_entropy_with_logits_v2",
    "tensorflow.compat.v1.losses.softmax_cross_entropy",
    "tensorflow.compat.v1.losses.sparse_softmax_cross_entropy",
    "tensorflow.raw_ops.SoftmaxCrossEntropyWithLogits",
    "tensorflow.raw_ops.SparseSoftmaxCrossEntropyWithLogits",
    "keras.src.legacy.backend.categorical_crossentropy",
    "keras.src.legacy.backend.sparse_categorical_crossentropy",
    "torch.nn.CrossEntropyLoss",
    "torch.nn.functional.cross_entropy",
    "course_kit.losses.SparseCategoricalCrossentropy",
    "course_kit.losses.sparse_categorical_crossentropy",
    written_as=["smooth_labels", "smoothed_cross_entropy"],
)
