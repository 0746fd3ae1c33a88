"""Claims about the shortcut: the identity, or a 1x1 convolution where the shape changes."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect_close, expect_equal
from course_kit.checks.lab10_resnet import probes
from course_kit.checks.lab10_resnet.claims.base import (
    convolve,
    draw_kernel,
    draw_norm,
    expect_near,
    lab,
    neutral_norm,
    normalize,
)
from course_kit.checks.lab10_resnet.claims.block import KIT


def projected(
    x: np.ndarray, kernel: np.ndarray, norm: np.ndarray, strides: int, training: bool = False
) -> np.ndarray:
    """The projection in float64."""
    return normalize(convolve(x, kernel, strides), norm, training)


@lab.check(
    "projection_skip",
    points=2,
    hint="Lay the 1x1 kernel on the first pixel and go on by two. Which pixels does it meet?",
)
def nine_pixels_by_hand(student: Student, draw: Draw) -> None:
    """A 3x3 picture, kernel 2, stride 2: the four corners come out, twice as large."""
    x = draw.integers(1, 99, 1, 3, 3, 1).astype("float32")
    kernel = np.full((1, 1, 1, 1), 2, "float32")
    y = student(probes.skip, x, False, 2, kernel, neutral_norm(1))
    expect_close(y, 2.0 * x[:, ::2, ::2], rtol=1e-3)


@lab.check(
    "projection_skip",
    points=4,
    hint="Two steps: a convolution of size 1, and what stands behind every convolution of this "
    "network? Which numbers of channels do not fit?",
)
def new_channels_are_projected(student: Student, draw: Draw) -> None:
    """Where channels are added or taken away, the output is the norm of a 1x1 convolution."""
    x = draw.normal(2, 3, 4, 3)
    more = draw_kernel(draw, 1, 3, 5), draw_norm(draw, 5, 300)
    fewer = draw_kernel(draw, 1, 3, 2), draw_norm(draw, 2, 300)
    y, z = (student(probes.skip, x, False, 1, *weights) for weights in (more, fewer))
    expect_near(y, projected(x, *more, 1), "five channels for three")
    expect_near(z, projected(x, *fewer, 1), "two channels for three")


@lab.check(
    "projection_skip",
    points=3,
    hint="A stride of 3 with as many channels as before: can the input itself be added to the "
    "branch?",
)
def new_size_is_projected_too(student: Student, draw: Draw) -> None:
    """Where only a stride, here of 3, changes the shape, there is a projection too."""
    x, kernel, norm = draw.normal(2, 5, 7, 3), draw_kernel(draw, 1, 3, 3), draw_norm(draw, 3, 300)
    y = student(probes.skip, x, False, 3, kernel, norm)
    expect_near(y, projected(x, kernel, norm, 3))


@lab.check(
    "projection_skip",
    points=3,
    hint="What does it cost to hand x on where it already fits?",
    edge=True,
)
def identity_where_nothing_changes(student: Student, draw: Draw) -> None:
    """Where the shape stays, x comes back to the last bit, also in training."""
    x, kernel, norm = draw.normal(2, 3, 3, 4), draw_kernel(draw, 1, 4, 4), draw_norm(draw, 4, 300)
    test = student(probes.skip, x, False, 1, kernel, norm)
    training = student(probes.skip, x, True, 1, kernel, norm)
    expect_close(test, x, "output in inference", rtol=0, atol=0)
    expect_close(training, x, "output in training", rtol=0, atol=0)


@lab.check(
    "projection_skip",
    points=2,
    hint="Does the norm of the projection get the flag, and does it get it as it came?",
)
def projection_takes_the_batch_in_training(student: Student, draw: Draw) -> None:
    """With training=True the norm takes mean and variance of the batch."""
    x, kernel, norm = draw.normal(4, 3, 3, 2), draw_kernel(draw, 1, 2, 3), draw_norm(draw, 3, 300)
    kernel += 5 * np.sign(kernel)  # a small one would let the norm's epsilon show
    y = student(probes.skip, x, True, 2, kernel, norm)
    expect_near(y, projected(x, kernel, norm, 2, training=True))


@lab.check(
    "projection_skip",
    points=1,
    hint="Does the convolution have a bias? What would the norm behind it do to that bias?",
)
def projection_has_no_bias(student: Student, draw: Draw) -> None:
    """A projection from c to f channels has c f + 2 f trained numbers and 2 f moving ones."""
    channels, filters = draw.integer(1, 9), draw.integer(10, 19)
    sizes = student(probes.skip_weights, channels, filters, 2)
    expect_close(sizes, np.array([(channels + 2) * filters, 2 * filters], float), "numbers")


@lab.check(
    "projection_skip",
    points=1,
    hint="Which layers are made where they are not needed?",
    edge=True,
)
def identity_has_no_weights(student: Student, draw: Draw) -> None:
    """Where the shape stays, the shortcut has no numbers at all."""
    channels = draw.integer(1, 9)
    sizes = student(probes.skip_weights, channels, channels, 1)
    expect_equal(sizes, np.zeros(2), "trained and moving numbers")


ASKED_X = np.random.default_rng(0).normal(size=(3, 3, 3, 2)).astype("float32")


def weights_for(channels: int) -> tuple[np.ndarray, np.ndarray]:
    """Kernel and norm for two channels made `channels`."""
    draw = Draw(b"asked of everybody")
    return draw_kernel(draw, 1, 2, channels), draw_norm(draw, channels, 300)


def asked(student: Student, channels: int, strides: int) -> tuple[Any, ...]:
    """Inference and training of two channels made `channels`, and the numbers of weights."""
    both = student(probes.skip_twice, ASKED_X, strides, *weights_for(channels))
    return *both, student(probes.skip_weights, 2, channels, strides)


@lab.question("projection_skip")
def new_channels(student: Student) -> Any:
    """Three channels for two, and one for two."""
    fewer = student(probes.skip, ASKED_X, False, 1, *weights_for(1))
    return *asked(student, 3, 1), fewer


@lab.question("projection_skip")
def a_new_size(student: Student) -> Any:
    """A stride of two, and one of three."""
    larger = student(probes.skip, ASKED_X, False, 3, *weights_for(2))
    return *asked(student, 2, 2), larger


@lab.question("projection_skip")
def both_are_new(student: Student) -> Any:
    """Three channels and a stride of two."""
    return asked(student, 3, 2)


@lab.question("projection_skip")
def nothing_is_new(student: Student) -> Any:
    """Two channels and no stride."""
    return asked(student, 2, 1)


lab.forbids("projection_skip", *KIT, written_as=["ProjectionSkip"])
