"""Standardizing by the data's own moments, and by statistics that are kept."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect_close
from course_kit.checks.lab07_normalization import probes
from course_kit.checks.lab07_normalization.claims.base import (
    by_statistics,
    lab,
    moving,
    small_epsilon,
    spread_out,
    standardized,
)

# ------------------------------------------------------------------- standardize


@lab.check(
    "standardize",
    points=4,
    hint="With the axes [0, 1, 2] of (batch, h, w, c), which axis is left, and how many means "
    "are there?",
)
def axes_are_reduced(student: Student, draw: Draw) -> None:
    """Feature maps (batch, h, w, c), axes [0, 1, 2]: mean 0, variance 1 for each channel."""
    x = spread_out(draw, 6, 4, 5, 3)
    y = student(probes.standardized, x, np.array([0, 1, 2]), 1e-3)
    expect_close(y, standardized(x, [0, 1, 2], 1e-3))


@lab.check(
    "standardize",
    points=2,
    hint="Do your mean and your variance keep the reduced axes, with length one, so that they "
    "still fit x? Is any axis written down that should be read from `axes`? And is x, after the "
    "call, what it was before?",
)
def any_axes_will_do(student: Student, draw: Draw) -> None:
    """Other axes too: [1] of (4, 4), [1, 2] and [1, 2, 3] of (3, 4, 4, 4); x stays as it is."""
    square, cube = spread_out(draw, 4, 4), spread_out(draw, 3, 4, 4, 4)
    asked = [(square, [1]), (cube, [1, 2]), (cube, [1, 2, 3])]
    answers = [student(probes.standardized_and_input, x, np.array(axes), 1e-3) for x, axes in asked]
    for (y, after), (x, axes) in zip(answers, asked, strict=True):
        expect_close(y, standardized(x, axes, 1e-3), f"output for the axes {axes}")
        expect_close(after, x, "x after the call")


@lab.check(
    "standardize",
    points=2,
    hint="1 and 19 lie 9 away from their mean. What is their variance, what is the root of that "
    "and 144, and what becomes of the 9? Inside a model x is a symbol: only `ops` can work with "
    "it, and how many samples there are is not known.",
)
def two_samples_by_hand(student: Student, draw: Draw) -> None:
    """Two samples, epsilon 144, by hand: 9 above the mean becomes 9 / 15. Inside a model too."""
    distance = np.array([5, 9, 16])[draw.permutation(3)] * (2 * draw.integers(0, 1, 3) - 1)
    x = draw.integers(-9, 9, 3) + np.stack([distance, -distance])  # (2, 3)
    y = student(probes.standardized_in_a_model, x.astype("float32"), np.array([0]), 144.0)
    root = np.sqrt(distance**2 + 144)  # 13, 15 and 20
    expect_close(y, np.stack([distance / root, -distance / root]))


@lab.check(
    "standardize",
    points=3,
    hint="Is epsilon added to the variance or to its root? Try a channel whose variance is 0.04 "
    "and an epsilon of 0.05.",
)
def epsilon_is_under_the_root(student: Student, draw: Draw) -> None:
    """Epsilon is added to the variance, and the root is taken of the sum."""
    x, epsilon = draw.normal(8, 5) * np.float32(0.2), small_epsilon(draw)
    y = student(probes.standardized, x, np.array([0]), epsilon)
    expect_close(y, standardized(x, [0], epsilon))


@lab.check(
    "standardize",
    points=1,
    hint="What is 0 divided by the root of 0 + epsilon?",
    edge=True,
)
def constant_channels_give_zero(student: Student, draw: Draw) -> None:
    """A channel in which all values are equal becomes 0, and not NaN."""
    x = np.tile(draw.integers(1, 9, 1, 4).astype("float32"), (8, 1))
    y = student(probes.standardized, x, np.array([0]), 1e-3)
    expect_close(y, np.zeros(x.shape))


@lab.check(
    "standardize",
    points=1,
    hint="The mean of the squares less the square of the mean is a small difference of two huge "
    "numbers here. What could you square instead?",
)
def a_large_mean_costs_no_digits(student: Student, draw: Draw) -> None:
    """Numbers around 1,000 with deviation 1, in float32, come out as well as those around 0."""
    x = draw.normal(16, 8) + np.float32(1000)
    y = student(probes.standardized, x, np.array([0]), 1e-3)
    expect_close(y, standardized(x, [0], 1e-3), atol=2e-3)


@lab.question("standardize")
def small_numbers(student: Student) -> Any:
    """Three by three numbers, whose variances are near epsilon, over each of the axes."""
    x = np.array([[0.1, 3.0, 1.0], [0.2, 3.0, -1.0], [0.6, 3.2, 0.5]], "float32")
    return tuple(student(probes.standardized, x, np.array([a]), 0.05) for a in (0, 1))


@lab.question("standardize")
def far_from_zero(student: Student) -> Any:
    """Two numbers whose squares float32 cannot tell from the square of their mean; x after."""
    x = np.array([[8191], [8193]], "f")
    return student(probes.standardized_and_input, x, np.array([0]), 0.05)


# ----------------------------------------------------------- batch norm in test


@lab.check(
    "batch_norm_in_test",
    points=4,
    hint="Which mean and which variance does the network use in test: those of the batch it "
    "happens to get?",
)
def moving_statistics_are_used(student: Student, draw: Draw) -> None:
    """Feature maps are standardized by the moving mean and variance, then scaled and shifted."""
    x, (gamma, beta, mean, variance) = spread_out(draw, 4, 3, 3, 5), moving(draw, 5)
    y = student(probes.in_test, x, mean, variance, gamma, beta, 1e-3)
    expect_close(y, by_statistics(x, mean, variance, gamma, beta, 1e-3))


@lab.check(
    "batch_norm_in_test",
    points=2,
    hint="Moving variance 4, epsilon 0: what is the deviation? Then follow one number through the "
    "four steps of the slide.",
)
def four_steps_by_hand(student: Student, draw: Draw) -> None:
    """Epsilon 0, whole numbers: less the mean, over the deviation, times gamma, plus beta."""
    x, mean = draw.integers(-20, 20, 3, 4), draw.integers(1, 9, 4)
    deviation, gamma, beta = draw.integers(2, 5, 4), draw.integers(2, 9, 4), draw.integers(1, 9, 4)
    numbers = [a.astype("float32") for a in (x, mean, deviation**2, gamma, beta)]
    y = student(probes.in_test, *numbers, 0.0)
    expect_close(y, gamma * ((x - mean) / deviation) + beta)


@lab.check(
    "batch_norm_in_test",
    points=2,
    hint="What are the mean and the variance of a batch of one? Does any line still take them? And "
    "inside a model x is a symbol: does each line use `ops`?",
)
def one_sample_is_enough(student: Student, draw: Draw) -> None:
    """A batch of a single sample is no special case, nor is one of unknown size, in a model."""
    x, (gamma, beta, mean, variance) = spread_out(draw, 1, 6), moving(draw, 6)
    y = student(probes.in_test_in_a_model, x, mean, variance, gamma, beta, 1e-3)
    expect_close(y, by_statistics(x, mean, variance, gamma, beta, 1e-3))


@lab.check(
    "batch_norm_in_test",
    points=2,
    hint="A unit that hardly ever moved has a moving variance close to 0. What keeps the division "
    "in bounds, and where does it stand?",
)
def quiet_channels_stay_in_bounds(student: Student, draw: Draw) -> None:
    """With moving variances from 0 to 0.1, epsilon is added to the variance under the root."""
    x, (gamma, beta, mean, _) = draw.normal(5, 4), moving(draw, 4)
    variance, epsilon = np.array([0, 1, 3, 10], "float32") / 100, small_epsilon(draw)
    y = student(probes.in_test, x, mean, variance, gamma, beta, epsilon)
    expect_close(y, by_statistics(x, mean, variance, gamma, beta, epsilon))


@lab.question("batch_norm_in_test")
def three_samples_in_test(student: Student) -> Any:
    """Three samples of two units, one variance below epsilon; no two numbers play the same part."""
    x = np.array([[1.0, 0.5], [2.0, -0.5], [4.0, 3.0]], "float32")
    numbers = ([1.5, -1.0], [0.1, 3.0], [1.25, 0.75], [0.3, -0.7])
    return student(probes.in_test, x, *(np.array(n, "float32") for n in numbers), 0.2)
