"""Spatial dropout."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect_close
from course_kit.checks.lab06_dropout import probes
from course_kit.checks.lab06_dropout.claims.base import (
    DROPOUT,
    dropped,
    expect_survivors,
    four_units,
    lab,
)


@lab.check(
    "spatial_dropout",
    points=3,
    hint="`u` has one number for each map, (batch, c). Which axes are missing before it can "
    "meet x, (batch, h, w, c)?",
)
def whole_maps_are_dropped(student: Student, draw: Draw) -> None:
    """Map c of sample i is zero at every pixel if u[i, c] < rate, and at no pixel if not."""
    x, u, rate = draw.normal(6, 4, 5, 16), draw.uniform(6, 16), draw.rate()
    y = student(probes.spatial, x, u, rate)
    expect_survivors(y, np.broadcast_to(u[:, None, None, :] >= rate, x.shape))


@lab.check(
    "spatial_dropout",
    points=2,
    hint="What is the expected value of a pixel? Is it that of the pixel in plain inverted "
    "dropout?",
)
def surviving_maps_are_scaled(student: Student, draw: Draw) -> None:
    """The maps that survive are divided by 1 - rate."""
    x, u, rate = draw.normal(6, 4, 5, 16), draw.uniform(6, 16), draw.rate()
    y = student(probes.spatial, x, u, rate)
    expect_close(y, dropped(x, u[:, None, None, :], rate) / (1 - rate))


@lab.check(
    "spatial_dropout",
    points=2,
    hint="Four maps of two by two pixels: which one survives, and what becomes of its pixels?",
)
def four_maps_by_hand(student: Student, draw: Draw) -> None:
    """One picture, four maps of 2 by 2 pixels, rate 0.75: one map survives, four times as large."""
    x, (_, u) = draw.integers(1, 99, 1, 2, 2, 4).astype("float32"), four_units(draw)
    y = student(probes.spatial, x, u, 0.75)
    expect_close(y, np.where(u[:, None, None, :] > 0.8, 4.0 * x, 0.0))


@lab.check(
    "spatial_dropout",
    points=2,
    hint="When all axes have the same length, wrong axes raise no error. Which axis of x does "
    "each axis of your mask meet?",
)
def axes_are_not_mixed_up(student: Student, draw: Draw) -> None:
    """Twelve pictures of 12 by 12 pixels, 12 maps: each picture loses its own maps, not rows."""
    x, u, rate = draw.normal(12, 12, 12, 12), draw.uniform(12, 12), draw.rate()
    y = student(probes.spatial, x, u, rate)
    expect_survivors(y, np.broadcast_to(u[:, None, None, :] >= rate, x.shape))


@lab.check(
    "spatial_dropout",
    points=2,
    hint="Is an axis of length one still an axis in every line?",
)
def one_map_alone(student: Student, draw: Draw) -> None:
    """A single picture with a single map is kept and scaled, or dropped, as a whole."""
    x, rate = draw.normal(1, 3, 4, 1), draw.rate()
    survives = np.array([[(1 + rate) / 2]], "float32")
    kept = student(probes.spatial, x, survives, rate)
    lost = student(probes.spatial, x, survives * 0 + np.float32(rate / 2), rate)
    expect_close(kept, np.float64(x) / (1 - rate), "output where u is above the rate")
    expect_close(lost, np.zeros(x.shape), "output where u is below the rate")


@lab.check(
    "spatial_dropout",
    points=1,
    hint="Does a line write into `x` itself (`x *= ...`, `x[...] = 0`)?",
    edge=True,
)
def maps_are_left_alone(student: Student, draw: Draw) -> None:
    """The input is the same after the call as before."""
    x, u, rate = draw.normal(6, 3, 3, 16), draw.uniform(6, 16), draw.rate()
    _, after = student(probes.spatial_and_input, x, u, rate)
    expect_close(after, x, "input after the call", rtol=0, atol=0)


# The same for everybody: from what is answered here, known mistakes are recognised. All axes are
# of one length, so that a mask on a wrong one still fits; each map is constant, so that its
# smallest and its largest value say whether it fell, whole or in part.
RANDOM = np.random.default_rng(0)
U = RANDOM.uniform(size=(6, 6)).astype("float32")
MAPS = np.broadcast_to(RANDOM.uniform(1, 2, size=(6, 1, 1, 6)), (6, 6, 6, 6)).astype("float32")


@lab.question("spatial_dropout")
def of_each_map(student: Student) -> Any:
    """The smallest and the largest value of each map, and whether rows or columns fell whole."""
    y = student(probes.spatial, MAPS, U, 0.4)
    rows, columns = bool(np.all(y == y[:, :, :1])), bool(np.all(y == y[:, :1]))
    return y.min(axis=(1, 2)), y.max(axis=(1, 2)), rows, columns


@lab.question("spatial_dropout")
def of_a_single_map(student: Student) -> Any:
    """The shape that is left of one map of one picture."""
    y = student(probes.spatial, MAPS[:1, :3, :3, :1], np.full((1, 1), 0.9, "float32"), 0.4)
    return np.array(y.shape)


@lab.question("spatial_dropout")
def and_the_maps_afterwards(student: Student) -> Any:
    """Whether the input is left as it was."""
    _, after = student(probes.spatial_and_input, MAPS, U, 0.4)
    return np.array_equal(after, MAPS)


lab.forbids("spatial_dropout", *DROPOUT)
