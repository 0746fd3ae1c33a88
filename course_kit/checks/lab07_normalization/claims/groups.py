"""Group norm: neighbouring channels of one sample share a mean."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect_close
from course_kit.checks.lab07_normalization import probes
from course_kit.checks.lab07_normalization.claims.base import (
    lab,
    scales,
    small_epsilon,
    spread_out,
    standardized,
)

EPSILON = 1e-3


def grouped(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, groups: int, epsilon: float = EPSILON
) -> np.ndarray:
    """Group norm one sample and one group of neighbouring channels at a time."""
    x, y = np.float64(x), np.zeros(x.shape)
    size = x.shape[-1] // groups
    for i in range(len(x)):
        for start in range(0, x.shape[-1], size):
            part = x[i, ..., start : start + size]
            root = np.sqrt(part.var() + epsilon)
            y[i, ..., start : start + size] = (part - part.mean()) / root
    return gamma * y + beta


@lab.check(
    "group_norm",
    points=5,
    hint="Channels 0 and 1 are neighbours: are they in one group? Print the shape after your "
    "reshape, and say which of its axes are reduced.",
)
def neighbours_share_a_mean(student: Student, draw: Draw) -> None:
    """Feature maps with 6 channels in 2 or 3 groups: neighbouring channels, one mean a sample."""
    x, gamma, beta = spread_out(draw, 4, 3, 3, 6), scales(draw, 6), draw.normal(6)
    count = draw.integer(2, 3)
    y = student(probes.groups, x, gamma, beta, count, EPSILON)
    expect_close(y, grouped(x, gamma, beta, count))


@lab.check(
    "group_norm",
    points=2,
    hint="Four units in two groups: which two are compared with each other?",
)
def four_units_in_two_groups(student: Student, draw: Draw) -> None:
    """Four units in two groups, by hand: each pair becomes -1 and 1, then gamma and beta."""
    low, gap = draw.integers(-9, 9, 3, 2), draw.integers(1, 9, 3, 2)
    # (3 samples, 4 units): the second group the other way round
    x = np.stack([low[:, 0], low[:, 0] + gap[:, 0], low[:, 1] + gap[:, 1], low[:, 1]], axis=1)
    gamma, beta = draw.integers(2, 9, 4), draw.integers(1, 9, 4)
    numbers = (a.astype("float32") for a in (x, gamma, beta))
    y = student(probes.groups, *numbers, 2, 1e-9)
    expect_close(y, gamma * np.tile([-1, 1, 1, -1], (3, 1)) + beta, atol=1e-4)


@lab.check(
    "group_norm",
    points=2,
    hint="As many groups as channels: how many channels are in one group, and over which axes is "
    "the mean then taken?",
)
def a_group_a_channel_is_instance_norm(student: Student, draw: Draw) -> None:
    """As many groups as channels: each map of each sample by itself, instance norm."""
    x, gamma, beta = spread_out(draw, 3, 4, 2, 5), scales(draw, 5), draw.normal(5)
    y = student(probes.groups, x, gamma, beta, 5, EPSILON)
    expect_close(y, np.float64(gamma) * standardized(x, [1, 2], EPSILON) + beta)


@lab.check(
    "group_norm",
    points=2,
    hint="A single group: which other norm has these statistics? gamma and beta still have one "
    "number a channel. And is the number of axes read from x, or written down?",
)
def one_group_has_layer_norms_statistics(student: Student, draw: Draw) -> None:
    """One group of (1, t, h, w, c): moments of the whole sample; gamma, beta one a channel."""
    x, gamma, beta = spread_out(draw, 1, 3, 2, 2, 4), scales(draw, 4), draw.normal(4)
    epsilon = small_epsilon(draw)
    y = student(probes.groups, x, gamma, beta, 1, epsilon)
    expect_close(y, np.float64(gamma) * standardized(x, [1, 2, 3, 4], epsilon) + beta)


@lab.check(
    "group_norm",
    points=2,
    hint="In `fit`, x is a symbol whose batch size is not known yet. Does a line need that number, "
    "or NumPy?",
)
def gamma_and_beta_learn_in_fit(student: Student, draw: Draw) -> None:
    """In a layer, one step of `fit` moves gamma and beta down the mean square error."""
    x, y, rate = spread_out(draw, 6, 3, 4), draw.normal(6, 3, 4), draw.rate()
    gamma, beta = scales(draw, 4), draw.normal(4)
    answer = student(probes.groups_in_fit, x, y, gamma, beta, 2, rate)
    x_hat = grouped(x, np.ones(4), np.zeros(4), 2)
    slope = 2 * (gamma * x_hat + beta - y) / y.size
    new_gamma, new_beta = answer
    expect_close(new_gamma, gamma - rate * (slope * x_hat).sum(axis=(0, 1)), "gamma", 1e-3, 1e-4)
    expect_close(new_beta, beta - rate * slope.sum(axis=(0, 1)), "beta", 1e-3, 1e-4)


MAPS = np.array(
    [[1, 2, 9, 4, 0, 0.5], [3, -1, 5, 5, 1, 0.7], [2, 2, 8, -6, 3, 0.9], [7, 1, 0, 2, 4, 0.1]]
)  # four pixels, six channels


@lab.question("group_norm")
def six_channels(student: Student) -> Any:
    """Feature maps (2, 2, 2, 6) in 3 groups, and with one axis more in 6."""
    x = np.stack([MAPS, MAPS[::-1] ** 2 / 5]).astype("float32").reshape(2, 2, 2, 6)
    gamma = np.array([2, 0.5, 3, 1.5, 0.8, 1.2], "float32")
    beta = np.array([0.25, -1, 0.5, 2, 0, -0.3], "float32")
    frames = x.reshape(2, 2, 1, 2, 6)
    asked = (x, 3), (frames, 6)
    return tuple(student(probes.groups, x, gamma, beta, count, 0.3) for x, count in asked)


def four_channels(student: Student, batch_known: bool) -> Any:
    """Four samples of four units in 2 groups, in a model that knows its batch size or not."""
    x, one = MAPS[:, :4].astype("float32"), np.ones(4, "float32")
    return student(probes.groups_on_symbols, x, one, 0 * one, 2, 0.3, batch_known)


@lab.question("group_norm")
def batch_size_known(student: Student) -> Any:
    """What needs numbers, as NumPy does, fails here."""
    return four_channels(student, True)


@lab.question("group_norm")
def batch_size_not_known(student: Student) -> Any:
    """What needs the batch size fails here alone."""
    return four_channels(student, False)
