"""Claims about the network: its stem, the order of its blocks, its logits."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect_close
from course_kit.checks.lab10_resnet import probes
from course_kit.checks.lab10_resnet.claims.base import (
    convolve,
    draw_kernel,
    draw_norm,
    expect_near,
    lab,
    neutral_norm,
    normalize,
    relu,
)
from course_kit.checks.lab10_resnet.claims.block import centre


def plan(n: int, widths: list[int]) -> np.ndarray:
    """Filters and strides of each block: (blocks, 2)."""
    first = [1] + [2] * (len(widths) - 1)
    rows = [(w, s if i == 0 else 1) for w, s in zip(widths, first, strict=True) for i in range(n)]
    return np.array(rows, float)


def features(
    x: np.ndarray, n: int, widths: list[int], kernel: np.ndarray, norm: np.ndarray, training: bool
) -> np.ndarray:
    """What reaches the logits, (batch, channels), through the probe's toy blocks."""
    x = relu(normalize(convolve(x, kernel), norm, training))
    for place, (filters, strides) in enumerate(plan(n, widths).astype(int), start=1):
        channels = np.arange(filters) % x.shape[-1]
        x = x[:, ::strides, ::strides][..., channels] * (1 + place / 4) - place
    return x.mean(axis=(1, 2))


def draw_net(draw: Draw) -> tuple[int, list[int]]:
    """Blocks in each stage, and two or three widths that grow."""
    n, stages = draw.integer(1, 2), draw.integer(2, 3)
    return n, [int(w) for w in np.cumsum(draw.integers(1, 3, stages))]


@lab.check(
    "build_resnet",
    points=4,
    hint="For n = 2 and widths 16, 16, 32 write down the six blocks: which of them halve the "
    "picture?",
)
def blocks_come_in_order(student: Student, draw: Draw) -> None:
    """n blocks a stage; the first of each stage but the first has stride 2, whatever the widths."""
    n, widths = draw.integer(3, 4), [int(w) for w in draw.integers(1, 99, 3)]
    widths.insert(0, widths[0])  # a new stage whose width is that of the one before
    asked = student(probes.net_plan, np.array([9, 9, 3]), n, np.array(widths))
    expect_close(asked, plan(n, widths), "filters and strides of the blocks")


@lab.check(
    "build_resnet",
    points=5,
    hint="Stem: convolution, norm, ReLU. Then every block takes what the one before it gave. Then "
    "the mean over the pixels, and a dense layer: are these logits?",
)
def output_is_the_whole_chain(student: Student, draw: Draw) -> None:
    """The output is what stem, blocks, average pooling and a dense layer make of the picture."""
    n, widths = draw_net(draw)
    x, classes = draw.normal(2, 7, 5, 2), draw.integer(2, 5)
    kernel, norm = draw_kernel(draw, 3, 2, widths[0]), draw_norm(draw, widths[0], 1800)
    dense, bias = draw.normal(widths[-1], classes), draw.normal(classes)
    y = student(probes.net, x, n, np.array(widths), False, kernel, norm, dense, bias)
    found = features(x, n, widths, kernel, norm, False)
    expect_near(y, found @ np.float64(dense) + bias, "logits")


@lab.check(
    "build_resnet",
    points=2,
    hint="Two blocks of ours stand in this network, one pixel goes in. The first makes 1.25 x - 1 "
    "of it, the second 1.5 x - 2.",
)
def one_pixel_by_hand(student: Student, draw: Draw) -> None:
    """A batch of one pixel, one stage of two toy blocks: a gives 1.875 a - 3.5."""
    a = float(draw.integer(1, 99))
    x, ones = np.full((1, 1, 1, 1), a, "float32"), np.ones((1, 1), "float32")
    weights = (centre(1), neutral_norm(1), ones, np.zeros(1, "float32"))
    y = student(probes.net, x, 2, np.array([1]), False, *weights)
    expect_near(y, np.array([[1.875 * a - 3.5]]), "logit")


@lab.check(
    "build_resnet",
    points=2,
    hint="Is every block a new one? What does a block that is used twice have in common with "
    "itself?",
)
def every_block_is_a_new_one(student: Student, draw: Draw) -> None:
    """With four blocks in one stage, four are made, and each stands once in the chain."""
    a, n = float(draw.integer(1, 99)), 4
    x, ones = np.full((1, 1, 1, 1), a, "float32"), np.ones((1, 1), "float32")
    weights = (centre(1), neutral_norm(1), ones, np.zeros(1, "float32"))
    y = student(probes.net, x, n, np.array([1]), False, *weights)
    expected = features(x, n, [1], centre(1), neutral_norm(1), False)
    expect_near(y, expected, "logit")


@lab.check(
    "build_resnet",
    points=2,
    hint="What has numbers besides the blocks: a convolution (bias?), its norm, and the logits.",
)
def rest_of_the_net_is_small(student: Student, draw: Draw) -> None:
    """Besides its blocks: 9 c w + 2 w trained in the stem, and a dense layer with its bias."""
    colours, classes = draw.integer(1, 9), draw.integer(2, 99)
    first, last = draw.integer(2, 9), draw.integer(10, 19)
    sizes = student(probes.net_weights, colours, np.array([first, last]), classes)
    trained = 9 * colours * first + 2 * first + (last + 1) * classes
    expect_close(sizes, np.array([trained, 2 * first], float), "trained and moving numbers")


@lab.check(
    "build_resnet",
    points=3,
    hint="Does your network end in logits, or in something that has been through a softmax "
    "already? Does the stem's norm hear of the training?",
)
def fit_takes_a_step(student: Student, draw: Draw) -> None:
    """A step of `fit` from logits of zero moves the last layer as cross-entropy says."""
    n, widths = draw_net(draw)
    batch, classes = 4, draw.integer(2, 4)
    x, y = draw.normal(batch, 5, 3, 2), draw.integers(0, classes - 1, batch)
    kernel, norm = draw_kernel(draw, 3, 2, widths[0]), draw_norm(draw, widths[0], 1800)
    dense, bias = student(probes.net_in_fit, x, y, n, np.array(widths), classes, kernel, norm)
    down = np.eye(classes)[y] - 1 / classes  # softmax of zeros: every class alike
    expected = features(x, n, widths, kernel, norm, True).T @ down / batch
    expect_near(bias, down.mean(axis=0), "bias after a step")
    expect_near(dense, expected, "kernel after a step")


@lab.question("build_resnet")
def a_plan(student: Student) -> Any:
    """The blocks of three stages whose widths do not double, and need not grow."""
    return student(probes.net_plan, np.array([9, 9, 3]), 3, np.array([3, 3, 10]))


@lab.question("build_resnet")
def a_small_net(student: Student) -> Any:
    """The logits of a network with known weights, and its numbers of weights."""
    draw, widths = Draw(b"asked of everybody"), np.array([2, 3])
    x = np.random.default_rng(0).normal(size=(2, 5, 5, 2)).astype("float32")
    kernel, norm = draw_kernel(draw, 3, 2, 2), draw_norm(draw, 2, 1800)
    dense, bias = draw.normal(3, 2), draw.normal(2)
    logits = student(probes.net, x, 3, widths, False, kernel, norm, dense, bias)
    return logits, student(probes.net_weights, 2, widths, 2)


lab.forbids(
    "build_resnet",
    "course_kit.models.resnet",
    "course_kit.models.CifarResNet",
    "keras.applications.ResNet50",
    "keras.applications.ResNet50V2",
)
