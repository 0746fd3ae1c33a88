"""Batch and layer norm by axis: which numbers share a mean."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect_close
from course_kit.checks.lab07_normalization import probes
from course_kit.checks.lab07_normalization.claims.base import (
    all_but,
    along,
    lab,
    scales,
    spread_out,
    standardized,
)

EPSILON = 1e-3


def by_axes(
    x: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    axis: list[int],
    reduced: list[int],
    epsilon: float = EPSILON,
) -> np.ndarray:
    """Standardized over `reduced`; gamma and beta along `axis`."""
    return along(gamma, x, axis) * standardized(x, reduced, epsilon) + along(beta, x, axis)


@lab.check(
    "norm_by_axis",
    points=3,
    hint="For layer norm, `axis` names the axes over which the moments are taken. Which axes of "
    "(batch, h, w, c) does that leave?",
)
def layer_norm_reduces_its_axes(student: Student, draw: Draw) -> None:
    """layer_norm, axis [1, 2, 3] of (batch, h, w, c): a mean a sample, gamma (h, w, c)."""
    x, gamma, beta = spread_out(draw, 4, 3, 2, 5), scales(draw, 3, 2, 5), draw.normal(3, 2, 5)
    y = student(probes.layer_by_axis, x, gamma, beta, np.array([1, 2, 3]), EPSILON)
    expect_close(y, by_axes(x, gamma, beta, [1, 2, 3], [1, 2, 3]))


@lab.check(
    "norm_by_axis",
    points=3,
    hint="For batch norm, `axis` is what is kept. Over which of the axes 0, 1, 2, 3 are the "
    "moments taken when axis is [3]?",
)
def batch_norm_keeps_its_axes(student: Student, draw: Draw) -> None:
    """batch_norm, axis [3] of (batch, h, w, c): one mean a channel, over batch, h and w."""
    x, gamma, beta = spread_out(draw, 4, 3, 2, 5), scales(draw, 5), draw.normal(5)
    y = student(probes.batch_by_axis, x, gamma, beta, np.array([3]), EPSILON)
    expect_close(y, by_axes(x, gamma, beta, [3], [0, 1, 2]))


@lab.check(
    "norm_by_axis",
    points=3,
    hint="Do your functions read the axes from `axis` and their number from x, or is a rank "
    "written down somewhere?",
)
def other_axes_work_too(student: Student, draw: Draw) -> None:
    """Both for axis [2] of (batch, steps, features) and for axis [1, 3] of (batch, h, w, c)."""
    text, maps = spread_out(draw, 4, 4, 4), spread_out(draw, 3, 3, 4, 3)
    asked = [(text, [2], (4,)), (maps, [1, 3], (3, 3))]
    found = []
    for x, axis, shape in asked:
        weights = scales(draw, *shape), draw.normal(*shape)
        for name, probe, reduced in (
            ("layer_norm", probes.layer_by_axis, axis),
            ("batch_norm", probes.batch_by_axis, all_but(axis, x.ndim)),
        ):
            y = student(probe, x, *weights, np.array(axis), EPSILON)
            found.append((y, by_axes(x, *weights, axis, reduced), f"{name}, axis {axis}"))
    for y, wanted, what in found:
        expect_close(y, wanted, what)


@lab.check(
    "norm_by_axis",
    points=2,
    hint="A table with two rows and two columns, axis [1]. Which function takes the mean of a row, "
    "and which one that of a column?",
)
def rows_and_columns_by_hand(student: Student, draw: Draw) -> None:
    """Two by two numbers, axis [1]: layer_norm compares in a row, batch_norm in a column."""
    low, gap = draw.integer(-9, 9), draw.integer(1, 9)
    x = low + gap * np.array([[0, 2], [1, 5]], "float32")  # (2 samples, 2 units)
    gamma, beta = draw.integers(2, 9, 2), draw.integers(1, 9, 2)
    numbers = (x, gamma.astype("float32"), beta.astype("float32"), np.array([1]), 1e-9)
    layer = student(probes.layer_by_axis, *numbers)
    batch = student(probes.batch_by_axis, *numbers)
    expect_close(layer, gamma * [[-1, 1], [-1, 1]] + beta, "layer_norm", atol=1e-4)
    expect_close(batch, gamma * [[-1, -1], [1, 1]] + beta, "batch_norm", atol=1e-4)


@lab.check(
    "norm_by_axis",
    points=2,
    hint="Which of the two needs company, and which one does not?",
)
def a_single_sample(student: Student, draw: Draw) -> None:
    """A batch of one, axis [1]: layer_norm works as ever, batch_norm is left with beta."""
    x, gamma, beta = spread_out(draw, 1, 6), scales(draw, 6), draw.normal(6)
    layer = student(probes.layer_by_axis, x, gamma, beta, np.array([1]), EPSILON)
    batch = student(probes.batch_by_axis, x, gamma, beta, np.array([1]), EPSILON)
    expect_close(layer, by_axes(x, gamma, beta, [1], [1]), "layer_norm")
    expect_close(batch, np.float64(beta)[None], "batch_norm")


TABLE = np.array([[1.0, 0.1, 4.0], [2.0, 0.5, -1.0], [2.0, -0.2, 7.0]], "float32")
GAMMA, BETA = np.array([2.0, 0.5, 3.0], "float32"), np.array([0.25, -1.0, 0.5], "float32")


@lab.question("norm_by_axis")
def a_square_table(student: Student) -> Any:
    """Three samples of three units, axis [1], from both functions."""
    return tuple(
        student(probe, TABLE, GAMMA, BETA, np.array([1]), 0.3)
        for probe in (probes.layer_by_axis, probes.batch_by_axis)
    )


@lab.question("norm_by_axis")
def small_maps(student: Student) -> Any:
    """Feature maps (3, 3, 1, 3): layer_norm over all axes and over one, batch_norm."""
    x = np.stack([TABLE, TABLE.T**2, 2 - TABLE[::-1]], axis=1)[:, :, None]
    gamma, beta = np.tile(GAMMA, (3, 1, 1)), np.tile(BETA, (3, 1, 1))
    layer = student(probes.layer_by_axis, x, gamma, beta, np.array([1, 2, 3]), 0.3)
    channels = (x, GAMMA, BETA, np.array([3]), 0.3)
    return layer, *(student(p, *channels) for p in (probes.layer_by_axis, probes.batch_by_axis))
