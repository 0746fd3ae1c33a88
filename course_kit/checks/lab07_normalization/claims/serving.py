"""After training: statistics of the whole data set, and a layer folded away."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect_close
from course_kit.checks.lab07_normalization import probes
from course_kit.checks.lab07_normalization.claims.base import (
    by_statistics,
    lab,
    moving,
    scales,
    small_epsilon,
    spread_out,
)

# ------------------------------------------------------------ precise statistics


def whole(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of all rows of `x` (..., c)."""
    rows = np.float64(x).reshape(-1, x.shape[-1])
    return rows.mean(axis=0), rows.var(axis=0)


@lab.check(
    "precise_statistics",
    points=3,
    hint="A batch of 7 and a batch of 2: do both say as much about the mean? Then add up squared "
    "distances from the mean of everything.",
)
def unequal_batches_are_pooled(student: Student, draw: Draw) -> None:
    """Batches of 2, 7, 3 and 4 samples: mean and variance of all 16 together, divided by n."""
    x, sizes = spread_out(draw, 16, 5), np.array([2, 7, 3, 4])[draw.permutation(4)]
    mean, variance = student(probes.precise, x, sizes)
    expected = whole(x)
    expect_close(mean, expected[0], "mean")
    expect_close(variance, expected[1], "variance", atol=1e-4)


@lab.check(
    "precise_statistics",
    points=2,
    hint="Over which axes are the moments of (batch, h, w, c) taken, and how many numbers of one "
    "channel does a batch hold?",
)
def every_pixel_counts(student: Student, draw: Draw) -> None:
    """Feature maps (batch, h, w, c): one mean and one variance a channel, over all pixels."""
    x, sizes = spread_out(draw, 6, 3, 2, 4), np.array([1, 3, 2])[draw.permutation(3)]
    mean, variance = student(probes.precise, x, sizes)
    expected = whole(x)
    expect_close(mean, expected[0], "mean")
    expect_close(variance, expected[1], "variance", atol=1e-4)


@lab.check(
    "precise_statistics",
    points=2,
    hint="Within each batch all numbers are equal. Where does the variance of the whole come from?",
)
def two_constant_batches_by_hand(student: Student, draw: Draw) -> None:
    """One batch of a alone, one of three times b: mean (a + 3 b) / 4, variance 3 (a - b)^2 / 16."""
    a, b = draw.integers(-9, 0, 3), draw.integers(1, 9, 3)
    x = np.stack([a, b, b, b]).astype("float32")
    mean, variance = student(probes.precise, x, np.array([1, 3]))
    expect_close(mean, (a + 3 * b) / 4, "mean")
    expect_close(variance, 3 * (a - b) ** 2 / 16, "variance", atol=1e-4)


@lab.check(
    "precise_statistics",
    points=1,
    hint="With batches of one sample there is no variance within a batch. Is there one between? "
    "And does the list still hold what it held before?",
)
def batches_of_one(student: Student, draw: Draw) -> None:
    """Six batches of one sample give the statistics of the six, and are in the list after it."""
    x = spread_out(draw, 6, 3)
    mean, variance, after = student(probes.precise_and_input, x, np.ones(6, "int32"))
    expected = whole(x)
    expect_close(mean, expected[0], "mean")
    expect_close(variance, expected[1], "variance", atol=1e-4)
    expect_close(after, x, "the batches after the call")


@lab.check(
    "precise_statistics",
    points=1,
    hint="One batch only: what does batch norm divide by, n or n - 1? And with a large mean, the "
    "mean of the squares less the square of the mean loses what it is to give.",
)
def one_batch_has_its_own(student: Student, draw: Draw) -> None:
    """A single batch of three samples around 1,000: its mean, and its variance divided by 3."""
    x = spread_out(draw, 3, 8) + np.float32(1000)
    mean, variance = student(probes.precise, x, np.array([3]))
    expected = whole(x)
    expect_close(mean, expected[0], "mean")
    expect_close(variance, expected[1], "variance", 1e-3, 1e-3)


@lab.question("precise_statistics")
def three_batches(student: Student) -> Any:
    """Batches of 1, 3 and 2 samples of two units, and the list after it."""
    x = np.array([[5, 1], [1, 0], [2, 4], [6, 1], [0, 2], [3, -7]], "float32")
    return student(probes.precise_and_input, x, np.array([1, 3, 2]))


@lab.question("precise_statistics")
def far_from_zero_in_batches(student: Student) -> Any:
    """Four numbers whose squares float32 cannot tell from the square of their mean."""
    x = np.array([[8191], [8193], [8191], [8193]], "float32")
    return student(probes.precise, x, np.array([2, 2]))


@lab.question("precise_statistics")
def two_batches_of_maps(student: Student) -> Any:
    """Feature maps (1, 2, 1, 2) and (2, 2, 1, 2)."""
    x = np.array([[5, 1], [1, 0], [2, 4], [6, 1], [0, 2], [3, -7]], "float32")
    return student(probes.precise, x.reshape(3, 2, 1, 2), np.array([1, 2]))


# ----------------------------------------------------------------------- folding


@lab.check(
    "fold",
    points=4,
    hint="Write out gamma (x W + b - mean) / root + beta and multiply out. What stands before x, "
    "and what is left?",
)
def folded_dense_gives_the_same(student: Student, draw: Draw) -> None:
    """The new kernel and bias of a dense layer do what dense and batch norm did in test."""
    kernel, bias = draw.normal(4, 4), draw.normal(4)
    gamma, beta, mean, variance = moving(draw, 4)
    new_kernel, new_bias = student(probes.folded, kernel, bias, gamma, beta, mean, variance, 1e-3)
    scale, shift = scale_and_shift(gamma, beta, mean, variance, 1e-3)
    expect_close(new_kernel, kernel * scale, "kernel")
    expect_close(new_bias, bias * scale + shift, "bias")


@lab.check(
    "fold",
    points=3,
    hint="Which axis of (h, w, inputs, outputs) belongs to the channels that batch norm scales?",
)
def folded_convolution_gives_the_same(student: Student, draw: Draw) -> None:
    """In a model, the folded convolution (3, 3, 4, 4) gives what both layers gave."""
    x, kernel, bias = draw.normal(2, 5, 5, 4), draw.normal(3, 3, 4, 4), draw.normal(4)
    statistics = moving(draw, 4)
    y = student(probes.folded_in_a_model, x, kernel, bias, statistics, 1e-3)
    gamma, beta, mean, variance = statistics
    both = by_statistics(convolved(x, kernel) + bias, mean, variance, gamma, beta, 1e-3)
    expect_close(y, both, rtol=1e-3, atol=1e-3)


@lab.check(
    "fold",
    points=2,
    hint="gamma / root is the factor. For variance 4 and gamma 6 it is 3: what becomes of the "
    "kernel, of the bias less the mean, and of beta?",
)
def four_numbers_by_hand(student: Student, draw: Draw) -> None:
    """One input, epsilon 0, whole numbers: w and b become s w and s (b - mean) + beta."""
    deviation, s = draw.integers(2, 5, 3), draw.integers(2, 5, 3)
    kernel, bias, mean, beta = (draw.integers(-9, 9, 3) for _ in range(4))
    numbers = (kernel[None], bias, deviation * s, beta, mean, deviation**2)
    new_kernel, new_bias = student(probes.folded, *(np.asarray(n, "float32") for n in numbers), 0.0)
    expect_close(new_kernel, (s * kernel)[None].astype(float), "kernel")
    expect_close(new_bias, (s * (bias - mean) + beta).astype(float), "bias")


@lab.check(
    "fold",
    points=2,
    hint="A unit that never moved has variance 0. What do you divide by?",
)
def quiet_units_fold_too(student: Student, draw: Draw) -> None:
    """Units with moving variance 0 to 0.1: epsilon is under the root, as it was in the layer."""
    kernel, bias, gamma = draw.normal(2, 4), draw.normal(4), scales(draw, 4)
    beta, mean, epsilon = draw.normal(4), draw.normal(4), small_epsilon(draw)
    variance = np.array([0, 1, 3, 10], "float32") / 100
    new_kernel, new_bias = student(
        probes.folded, kernel, bias, gamma, beta, mean, variance, epsilon
    )
    scale, shift = scale_and_shift(gamma, beta, mean, variance, epsilon)
    expect_close(new_kernel, kernel * scale, "kernel")
    expect_close(new_bias, bias * scale + shift, "bias")


@lab.check(
    "fold",
    points=1,
    hint="All inputs zero: what did the two layers give, one after the other?",
)
def silence_gives_the_bias(student: Student, draw: Draw) -> None:
    """With a kernel of zeros the new kernel is zero, and all is in the new bias."""
    bias, (gamma, beta, mean, variance) = draw.normal(5), moving(draw, 5)
    kernel = np.zeros((3, 5), "float32")
    new_kernel, new_bias = student(probes.folded, kernel, bias, gamma, beta, mean, variance, 1e-3)
    scale, shift = scale_and_shift(gamma, beta, mean, variance, 1e-3)
    expect_close(new_kernel, np.zeros((3, 5)), "kernel")
    expect_close(new_bias, bias * scale + shift, "bias")


def scale_and_shift(
    gamma: np.ndarray, beta: np.ndarray, mean: np.ndarray, variance: np.ndarray, epsilon: float
) -> tuple[np.ndarray, np.ndarray]:
    """Batch norm in test as one line: ``scale * x + shift``."""
    scale = np.float64(gamma) / np.sqrt(np.float64(variance) + epsilon)
    return scale, beta - mean * scale


def convolved(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """A 3 by 3 convolution with zeros around: (batch, h, w, inputs) -> (batch, h, w, outputs)."""
    h, w = x.shape[1:3]
    padded = np.pad(np.float64(x), ((0, 0), (1, 1), (1, 1), (0, 0)))
    return sum(
        padded[:, i : i + h, j : j + w] @ np.float64(kernel[i, j])
        for i in range(3)
        for j in range(3)
    )


@lab.question("fold")
def two_units(student: Student) -> Any:
    """A kernel (2, 2), one variance below epsilon; no two of the numbers play the same part."""
    kernel = np.array([[1.0, 2.0], [-3.0, 0.5]], "float32")
    numbers = ([0.7, -1.1], [1.5, 0.6], [0.3, 0.9], [-0.4, 1.3], [0.1, 2.2])
    return student(probes.folded, kernel, *(np.array(n, "float32") for n in numbers), 0.3)
