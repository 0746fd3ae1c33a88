"""Claims about the residual block as a Keras layer."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect_close
from course_kit.checks.lab10_resnet import probes
from course_kit.checks.lab10_resnet.claims.base import (
    Block,
    after_one_batch,
    convolve,
    draw_block,
    expect_near,
    lab,
    neutral_norm,
    normalize,
    relu,
)

NO_SHORTCUT = np.zeros((0, 0), "float32")
KIT = (
    "course_kit.layers.Residual",
    "course_kit.layers.ResidualBlock",
    "course_kit.layers.BottleneckBlock",
)


def centre(value: float) -> np.ndarray:
    """A 3x3 kernel for one channel that is `value` in its centre and zero around it."""
    kernel = np.zeros((3, 3, 1, 1), "float32")
    kernel[1, 1] = value
    return kernel


def silenced(block: Block) -> Block:
    """The block with gamma and beta of its second norm zero: F(x) = 0."""
    norm2 = block.norm2.copy()
    norm2[:2] = 0.0
    return block._replace(norm2=norm2)


def through(x: np.ndarray, matrix: np.ndarray, strides: int, training: bool) -> np.ndarray:
    """The shortcut that the probe hands to the block: it adds 1 in training."""
    return np.float64(x)[:, ::strides, ::strides] @ matrix + training


@lab.check(
    "residual_block",
    points=3,
    hint="On a picture of one pixel a 3x3 convolution is its centre weight. Follow the pixel "
    "through both ways, and then through the sum.",
)
def one_pixel_by_hand(student: Student, draw: Draw) -> None:
    """One pixel, F(x) = 3 relu(2 x) + 10: a comes out as 7 a + 10, and -a as 10 - a."""
    a = float(draw.integer(1, 9))
    x = np.array([a, -a], "float32").reshape(2, 1, 1, 1)
    shifted = neutral_norm(1)
    shifted[1] = 10.0
    block = Block(centre(2), neutral_norm(1), centre(3), shifted)
    y = student(probes.block, x, False, 1, NO_SHORTCUT, *block)
    expect_near(y[:, 0, 0, 0], np.array([7 * a + 10, 10 - a]))


@lab.check(
    "residual_block",
    points=6,
    hint="Write the order down: convolution, norm, ReLU, convolution, norm, sum, ReLU. Which step "
    "of yours stands elsewhere?",
)
def branch_and_input_are_added(student: Student, draw: Draw) -> None:
    """In inference the output is relu(x + F(x)), with the moving statistics in both norms."""
    x, block = 2 * draw.normal(2, 4, 3, 3), draw_block(draw, 3, 3)
    y = student(probes.block, x, False, 1, NO_SHORTCUT, *block)
    expect_near(y, relu(x + block.branch(x)))


@lab.check(
    "residual_block",
    points=4,
    hint="Who calls `branch`, and with which value of `training`? What is its default? And is the "
    "skip in it already?",
)
def training_takes_the_batch(student: Student, draw: Draw) -> None:
    """With training=True both norms take the batch's statistics; `branch` by itself is F(x)."""
    x, block = 2 * draw.normal(3, 3, 3, 2), draw_block(draw, 2, 2)
    _, still, y, moving = student(probes.block_and_branch, x, *block)
    branch = block.branch(x, training=True)
    expect_near(y, relu(x + branch))
    expect_near(moving, branch, "branch(x, training=True)")
    expect_near(still, block.branch(x), "branch(x)")


@lab.check(
    "residual_block",
    points=4,
    hint="Which of the two convolutions has the stride, and what goes into `self.shortcut`? Think "
    "of any stride, and of the flag.",
)
def shortcut_and_stride_are_used(student: Student, draw: Draw) -> None:
    """With a shortcut and a stride the output is relu(shortcut(x) + F(x)), also in training."""
    # sides that are padded alike at both ends, whoever does it
    x, block = 2 * draw.normal(2, 4, 7, 2), draw_block(draw, 2, 3)
    matrix = draw.normal(2, 3)
    y = student(probes.block, x, False, 3, matrix, *block)
    # a branch that is silent, so that its own norms' flag plays no part here
    training = student(probes.block, x, True, 2, matrix, *silenced(block))
    expect_near(y, relu(through(x, matrix, 3, False) + block.branch(x, strides=3)))
    expect_near(training, relu(through(x, matrix, 2, True)), "output in training")


@lab.check(
    "residual_block",
    points=2,
    hint="If the branch says nothing, which value should meet the last ReLU?",
)
def silent_branch_leaves_the_skip(student: Student, draw: Draw) -> None:
    """A batch of one, gamma and beta of the second norm zero: the output is relu(x)."""
    x, block = draw.normal(1, 3, 3, 2), draw_block(draw, 2, 2)
    y = student(probes.block, x, False, 1, NO_SHORTCUT, *silenced(block))
    expect_near(y, relu(np.float64(x)))


@lab.check(
    "residual_block",
    points=2,
    hint="How many numbers has a 3x3 convolution without a bias, and how many a norm? Which of "
    "them are trained?",
)
def weights_are_two_convolutions_and_two_norms(student: Student, draw: Draw) -> None:
    """Two kernels without bias and two norms: 9 c f + 9 f f + 4 f trained, 4 f moving."""
    channels, filters = draw.integer(1, 9), draw.integer(2, 9)
    sizes = student(probes.block_weights, channels, filters)
    trained = 9 * filters * (channels + filters) + 4 * filters
    expect_close(sizes, np.array([trained, 4 * filters], float), "trained and moving numbers")


@lab.check(
    "residual_block",
    points=3,
    hint="`fit` calls your layer with training=True and `predict` with training=False. Does the "
    "flag reach both norms?",
)
def fit_trains_and_predict_remembers(student: Student, draw: Draw) -> None:
    """In `fit` the norms take the batch and remember half of it; `predict` uses what they hold."""
    x, y = 2 * draw.normal(4, 2, 2, 2), draw.normal(4, 1)
    block = draw_block(draw, 2, 2)
    head, predictions = student(probes.block_in_fit, x, y, *block)
    given = relu(x + block.branch(x, training=True)).reshape(4, -1)
    expect_near(head, (y * given).mean(axis=0), "weights after a step of fit")
    later = relu(x + seen_once(block, x).branch(x)).reshape(4, -1)
    expect_close(predictions, later @ (y * given).mean(axis=0), "predictions", 1e-3, 5e-3)


def seen_once(block: Block, x: np.ndarray) -> Block:
    """The block after one batch, with a momentum of one half."""
    first = convolve(x, block.kernel1)
    second = convolve(relu(normalize(first, block.norm1, training=True)), block.kernel2)
    norm1 = after_one_batch(first, block.norm1, 0.5)
    norm2 = after_one_batch(second, block.norm2, 0.5)
    return block._replace(norm1=norm1, norm2=norm2)


ASKED = draw_block(Draw(b"asked of everybody"), 2, 2)
ASKED_WIDER = draw_block(Draw(b"asked of everybody"), 2, 3)
ASKED_X = np.random.default_rng(0).normal(size=(2, 3, 3, 2)).astype("float32")
ASKED_LARGER = np.random.default_rng(0).normal(size=(2, 4, 4, 2)).astype("float32")


@lab.question("residual_block")
def with_the_identity(student: Student) -> Any:
    """Inference, training, the numbers of weights, and whether `branch` holds the skip already.

    No more of `branch` is returned: one mistake can be made there or in `call`.
    """
    inference, alone, training, _ = student(probes.block_and_branch, ASKED_X, *ASKED)
    skipped = np.allclose(alone, ASKED_X + ASKED.branch(ASKED_X), rtol=1e-3, atol=1e-3)
    return inference, training, student(probes.block_weights, 2, 2), np.array(skipped)


@lab.question("residual_block")
def with_new_channels_and_a_shortcut(student: Student) -> Any:
    """Inference and training of a block with three channels for two."""
    matrix = np.arange(6, dtype="float32").reshape(2, 3)
    return student(probes.block_twice, ASKED_X, 1, matrix, *ASKED_WIDER)


@lab.question("residual_block")
def with_a_stride_and_a_shortcut(student: Student) -> Any:
    """The output of a block that makes 2 by 2 pixels of 4 by 4, with a stride of three."""
    matrix = np.arange(6, dtype="float32").reshape(2, 3)
    return student(probes.block, ASKED_LARGER, False, 3, matrix, *ASKED_WIDER)


lab.forbids("residual_block", *KIT, written_as=["ResidualBlock"])
