"""Max-norm: a projection onto a ball, for each neuron."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect_close
from course_kit.checks.lab05_regularization import probes
from course_kit.checks.lab05_regularization.claims.base import (
    directions,
    finite,
    lab,
    lengths,
    spread,
)

EXERCISE = "max_norm"

# The question's: neurons of length 5, 1 and 0; and a filter whose parts are all short.
KERNEL = np.array([[3.0, 0.6, 0.0], [-4.0, 0.8, 0.0]], "float32")
FILTERS = np.array([1.0, 1.0, -1.0, 1.0, 0.1, 0.2, 0.3, 0.4], "float32").reshape(2, 2, 2, 1)


def ball(w: np.ndarray, radius: float) -> np.ndarray:
    """Each neuron's weights in the ball, float64."""
    return np.float64(w) * np.minimum(1, radius / np.maximum(lengths(w), 1e-30))


def in_and_out(draw: Draw, radius: float, *shape: int) -> np.ndarray:
    """A kernel in which half of the neurons are in the ball and half are not, in random order."""
    units = shape[-1]
    inside = spread(draw, 0.2, 0.8, units // 2)
    outside = spread(draw, 1.3, 3.0, units - units // 2)
    long = radius * np.concatenate([inside, outside])[draw.permutation(units)]
    return (directions(draw, *shape) * long).astype("float32")


def radius_of(draw: Draw) -> float:
    """A bound with one decimal, from 0.6 to 4."""
    return draw.integer(6, 40) / 10


@lab.check(
    EXERCISE,
    points=4,
    hint="A neuron can be outside the ball or inside. What becomes of it in either case, and who "
    "decides: each neuron for itself?",
)
def neurons_end_in_the_ball(student: Student, draw: Draw) -> None:
    """Neurons longer than the bound get that length, in their own direction; others stay."""
    # Some that are too long are shorter than 1: a floor under the lengths must be small.
    radius = draw.integer(2, 7) / 10
    w = in_and_out(draw, radius, 9, 8)
    expect_close(student(probes.projected, w, radius), ball(w, radius), "kernel")


@lab.check(
    EXERCISE,
    points=2,
    hint="How long is (3, 4)? By which factor must it shrink? And is (0.6, 0.8) too long?",
)
def two_neurons_on_paper(student: Student, draw: Draw) -> None:
    """A multiple of (3, 4) and a fraction of it, bound 5, by hand: one is shortened, one stays."""
    times, part, order = draw.integer(2, 90), draw.integer(1, 99) / 100, draw.permutation(2)
    w = np.array([[3 * times, 3 * part], [4 * times, -4 * part]], "float32")[:, order]
    desired = np.array([[3, 3 * part], [4, -4 * part]])[:, order]
    expect_close(student(probes.projected, w, 5.0), desired, "kernel")


@lab.check(
    EXERCISE,
    points=2,
    hint="Nobody is too long here. Which factor do your weights get?",
    edge=True,
)
def short_neurons_are_left_alone(student: Student, draw: Draw) -> None:
    """A kernel whose neurons are all inside the ball comes back as it was."""
    radius = radius_of(draw)
    w = (directions(draw, 6, 5) * spread(draw, 0.1, 0.95, 5) * radius).astype("float32")
    expect_close(student(probes.projected, w, radius), w, "kernel")


@lab.check(
    EXERCISE,
    points=2,
    hint="How many weights lead into one filter of a kernel (3, 3, 2, 6)? Over which axes is its "
    "length taken?",
)
def filter_has_one_length(student: Student, draw: Draw) -> None:
    """In a convolution's kernel (h, w, channels, filters) a filter's length is over all of it."""
    radius = radius_of(draw)
    w = in_and_out(draw, radius, 3, 3, 2, 6)
    expect_close(student(probes.projected, w, radius), ball(w, radius), "kernel")


@lab.check(
    EXERCISE,
    points=1,
    hint="Is something divided by a length that may be 0?",
)
def zeros_stay_zeros(student: Student, draw: Draw) -> None:
    """A neuron whose weights are all zero stays so, beside one that is too long."""
    radius = radius_of(draw)
    w = (directions(draw, 4, 2) * (2 * radius)).astype("float32")
    w[:, draw.integer(0, 1)] = 0
    expect_close(student(probes.projected, w, radius), ball(w, radius), "kernel")


@lab.check(
    EXERCISE,
    points=3,
    hint="`fit` calls your function after each update, with a kernel that is a symbol. Does each "
    "line work on it?",
)
def fit_projects_after_the_update(student: Student, draw: Draw) -> None:
    """As a layer's constraint in fit: an update by SGD, then the projection of what it gave."""
    radius = radius_of(draw)
    w = in_and_out(draw, radius, 5, 6)
    x, y = draw.normal(4, 5), draw.normal(4, 6)
    # The mean is over samples and outputs.
    error = np.float64(x) @ np.float64(w) - np.float64(y)
    updated = np.float64(w) - 0.5 * 2 * np.float64(x).T @ error / error.size
    answer = student(probes.max_norm_in_fit, w, x, y, 0.5, radius)
    expect_close(answer, ball(updated, radius), "kernel after fit", rtol=1e-3, atol=1e-4)


@lab.question(EXERCISE)
def two_kernels_projected(student: Student) -> Any:
    """Neurons too long, short and zero; and a filter that is too long as a whole only."""
    dense = student(probes.projected, KERNEL, 1.5)
    return finite(dense), finite(student(probes.projected, FILTERS, 1.5))


lab.forbids(
    EXERCISE,
    "keras.constraints.MaxNorm",
    "keras.constraints.MinMaxNorm",
    "keras.constraints.UnitNorm",
    "course_kit.constraints.MaxNorm",
    "tensorflow.clip_by_norm",
    "tensorflow.compat.v1.clip_by_norm",
    "torch.renorm",
)
