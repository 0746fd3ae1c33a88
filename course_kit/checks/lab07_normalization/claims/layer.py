"""The batch norm layer: the flag, the moving averages, and what `fit` makes of them."""

from typing import Any, NamedTuple

import numpy as np

from course_kit.checks import Draw, Student, expect_close
from course_kit.checks.lab07_normalization import probes
from course_kit.checks.lab07_normalization.claims.base import (
    by_statistics,
    lab,
    moving,
    spread_out,
    standardized,
)

EPSILON = 1e-3  # of the layer in `fit`, its default


def momentum_of(draw: Draw) -> float:
    """0.60 to 0.95: the past weighs more than the batch, as it should."""
    return draw.integer(60, 95) / 100


def averages(xs: np.ndarray, weights: np.ndarray, momentum: float) -> np.ndarray:
    """Moving mean and variance after each batch of `xs`: (2, calls, c)."""
    _, _, mean, variance = np.float64(weights)
    found: list[tuple[np.ndarray, np.ndarray]] = []
    for x in np.float64(xs):
        rows = x.reshape(-1, x.shape[-1])
        mean = momentum * mean + (1 - momentum) * rows.mean(axis=0)
        variance = momentum * variance + (1 - momentum) * rows.var(axis=0)
        found.append((mean, variance))
    return np.stack(found, axis=1)


class Trained(NamedTuple):
    """A dense layer and a batch norm behind it, after training."""

    weights: np.ndarray  # gamma, beta, moving mean and variance (4, c)
    kernel: np.ndarray


def trained(
    x: np.ndarray, y: np.ndarray, kernel: np.ndarray, momentum: float, rate: float, batch: int
) -> Trained:
    """One epoch of SGD on the mean square error, by the equations of the paper."""
    x, y, kernel = np.float64(x), np.float64(y), np.float64(kernel)
    units = kernel.shape[1]
    gamma, beta = np.ones(units), np.zeros(units)
    mean, variance = np.zeros(units), np.ones(units)
    for start in range(0, len(x), batch):
        inputs, wanted = x[start : start + batch], y[start : start + batch]
        z = inputs @ kernel
        x_hat = standardized(z, [0], EPSILON)
        slope = 2 * (gamma * x_hat + beta - wanted) / wanted.size
        through = slope * gamma  # what reaches x_hat; then through the mean and the variance
        through = through - through.mean(axis=0) - x_hat * (through * x_hat).mean(axis=0)
        kernel = kernel - rate * inputs.T @ (through / np.sqrt(z.var(axis=0) + EPSILON))
        gamma = gamma - rate * (slope * x_hat).sum(axis=0)
        beta = beta - rate * slope.sum(axis=0)
        mean = momentum * mean + (1 - momentum) * z.mean(axis=0)
        variance = momentum * variance + (1 - momentum) * z.var(axis=0)
    return Trained(np.stack([gamma, beta, mean, variance]), kernel)


class Fit(NamedTuple):
    """What `layer_in_fit` is asked with: three batches of eight, and new data."""

    x: np.ndarray
    y: np.ndarray
    new: np.ndarray
    kernel: np.ndarray
    momentum: float
    rate: float
    batch: int


def fit_of(draw: Draw) -> Fit:
    """Inputs (24, 3), targets (24, 4), a kernel (3, 4)."""
    x, y, new = spread_out(draw, 24, 3), draw.normal(24, 4), draw.normal(5, 3)
    return Fit(x, y, new, draw.normal(3, 4), momentum_of(draw), 0.5, 8)


@lab.check(
    "batch_norm_layer",
    points=4,
    hint="In training, over which axes of (batch, h, w, c) are the statistics taken, and of what: "
    "the batch, or the past? Where do gamma and beta come in?",
)
def training_uses_the_batch(student: Student, draw: Draw) -> None:
    """With training=True the batch's own statistics standardize; gamma scales, beta shifts."""
    x, weights = spread_out(draw, 5, 3, 4, 3), moving(draw, 3)
    outputs, _, _ = student(probes.layer_calls, x[None], weights, momentum_of(draw), 1e-2, True)
    y = weights[0] * standardized(x, [0, 1, 2], 1e-2) + weights[1]
    expect_close(outputs, y[None])


@lab.check(
    "batch_norm_layer",
    points=3,
    hint="Which branch looks at moving_mean and moving_variance, and what is the flag when nobody "
    "sets it?",
)
def test_uses_the_moving_averages(student: Student, draw: Draw) -> None:
    """With training=False, and with no flag at all, the moving averages standardize."""
    x, weights, momentum = spread_out(draw, 5, 3, 4, 3), moving(draw, 3), momentum_of(draw)
    outputs, _, _ = student(probes.layer_calls, x[None], weights, momentum, 1e-2, False)
    unsaid = student(probes.layer_without_flag, x, weights, momentum, 1e-2)
    gamma, beta, mean, variance = weights
    y = by_statistics(x, mean, variance, gamma, beta, 1e-2)
    expect_close(outputs, y[None], "output with training=False")
    expect_close(unsaid, y, "output with no flag")


@lab.check(
    "batch_norm_layer",
    points=2,
    hint="Moving mean 8, momentum 0.75, batch mean 4: which of the two numbers gets the 0.75? And "
    "the variance of two numbers that lie 2 d apart is d squared.",
)
def one_step_by_hand(student: Student, draw: Draw) -> None:
    """Momentum 0.75, two samples, by hand: three quarters of the past, one of the batch."""
    past, middle, d = draw.integers(1, 9, 2, 2), draw.integers(-9, 9, 2), draw.integers(1, 5, 2)
    x = np.stack([middle - d, middle + d]).astype("float32")  # (2, 2)
    weights = np.stack([np.ones(2), np.zeros(2), *past]).astype("float32")
    _, means, variances = student(probes.layer_calls, x[None], weights, 0.75, 1e-3, True)
    expect_close(means, (0.75 * past[0] + 0.25 * middle)[None], "moving mean")
    expect_close(variances, (0.75 * past[1] + 0.25 * d**2)[None], "moving variance")


@lab.check(
    "batch_norm_layer",
    points=4,
    hint="moving = m * moving + (1 - m) * batch, for the mean and for the variance. Divided by n "
    "or by n - 1? Over all axes but the last, however many there are? And does the second call "
    "start from where the first one ended?",
)
def averages_move_at_every_call(student: Student, draw: Draw) -> None:
    """Three calls in training, (batch, steps, c): the averages move, the variance over n."""
    xs = np.stack([spread_out(draw, 3, 2, 3) for _ in range(3)])
    weights, momentum = moving(draw, 3), momentum_of(draw)
    _, means, variances = student(probes.layer_calls, xs, weights, momentum, 1e-3, True)
    expected = averages(xs, weights, momentum)
    expect_close(means, expected[0], "moving mean")
    expect_close(variances, expected[1], "moving variance")


@lab.check(
    "batch_norm_layer",
    points=2,
    hint="What could a network learn from the data it is tested on, if the averages moved there?",
    edge=True,
)
def test_leaves_the_averages(student: Student, draw: Draw) -> None:
    """With training=False the moving averages stay as they are."""
    xs, weights = spread_out(draw, 2, 4, 3), moving(draw, 3)
    _, means, variances = student(probes.layer_calls, xs, weights, momentum_of(draw), 1e-3, False)
    expect_close(means, np.stack([weights[2]] * 2), "moving mean")
    expect_close(variances, np.stack([weights[3]] * 2), "moving variance")


@lab.check(
    "batch_norm_layer",
    points=1,
    hint="A batch of one has variance 0. What is 0 / sqrt(0 + epsilon), and what is left then?",
)
def a_batch_of_one_gives_beta(student: Student, draw: Draw) -> None:
    """In training, a single value a channel, (1, 1, 1, 1, c), becomes beta, whatever it was."""
    x, weights = draw.normal(1, 5), moving(draw, 5)
    xs = x.reshape(1, 1, 1, 1, 1, 5)  # one call
    outputs, means, _ = student(probes.layer_calls, xs, weights, 0.75, 1e-3, True)
    expect_close(outputs, weights[1].reshape(xs.shape))
    expect_close(means, 0.75 * np.float64(weights[2])[None] + 0.25 * x, "moving mean")


@lab.check(
    "batch_norm_layer",
    points=4,
    hint="`fit` hands `training=True` to `call`, and x is a symbol there. Is the new average "
    "written into the layer's variable with `assign`? Does each line use `ops`?",
)
def fit_moves_the_averages(student: Student, draw: Draw) -> None:
    """Three steps of `fit` train gamma and beta and move the averages; `predict` uses those."""
    asked = fit_of(draw)
    weights, _, predictions = student(probes.layer_in_fit, *asked)
    x, y, new, start, momentum, rate, batch = asked
    right = trained(x, y, start, momentum, rate, batch)
    expect_close(weights, right.weights, "gamma, beta, moving mean, moving variance", 1e-3, 1e-3)
    gamma, beta, mean, variance = right.weights
    wanted = by_statistics(np.float64(new) @ right.kernel, mean, variance, gamma, beta, EPSILON)
    expect_close(predictions, wanted, "predictions", 1e-2, 1e-2)


@lab.check(
    "batch_norm_layer",
    points=1,
    hint="The mean and the variance depend on the kernel too. Can the gradient see that, or was "
    "it told that they are constants?",
)
def gradient_sees_the_statistics(student: Student, draw: Draw) -> None:
    """In `fit`, the kernel before the layer learns through the mean and the variance as well."""
    x, y, _, start, momentum, rate, batch = fit_of(draw)
    kernel = student(probes.kernel_in_fit, x, y, start, momentum, rate, batch)
    right = trained(x, y, start, momentum, rate, batch)
    expect_close(kernel, right.kernel, "kernel after fit", 1e-3, 1e-3)


BATCHES = np.array(
    [[[1.0, 0.1, 3.0], [5.0, 0.3, 3.0]], [[2.0, 0.2, 4.0], [-4.0, 0.8, 4.0]]], "float32"
)  # (calls, batch, c): the last unit is constant within a batch
WEIGHTS = np.array([[2.0, 0.5, 3.0], [0.25, -1.0, 0.5], [1.0, 2.0, -1.5], [0.75, 2.5, 1.6]], "f")


@lab.question("batch_norm_layer")
def two_batches_in_training(student: Student) -> Any:
    """Outputs and averages over two calls with training=True."""
    return student(probes.layer_calls, BATCHES, WEIGHTS, 0.7, 0.05, True)


@lab.question("batch_norm_layer")
def two_batches_in_test(student: Student) -> Any:
    """Outputs and averages over two calls with training=False."""
    return student(probes.layer_calls, BATCHES, WEIGHTS, 0.7, 0.05, False)


@lab.question("batch_norm_layer")
def sequences_in_training(student: Student) -> Any:
    """Outputs and averages for sequences (2, 2, 3) with training=True."""
    return student(probes.layer_calls, BATCHES[None], WEIGHTS, 0.7, 0.05, True)


@lab.question("batch_norm_layer")
def no_flag(student: Student) -> Any:
    """The output when nobody says whether it is training."""
    return student(probes.layer_without_flag, BATCHES[0], WEIGHTS, 0.7, 0.05)


@lab.question("batch_norm_layer")
def on_symbols(student: Student) -> Any:
    """Whether the averages are variables still after a call as a model makes it."""
    return student(probes.layer_on_symbols, BATCHES[0])


@lab.question("batch_norm_layer")
def a_short_fit(student: Student) -> Any:
    """What two steps of `fit` make of the kernel before the layer."""
    x = np.array([[1, 0.5], [2, -1], [0, 3], [-1, 1], [0.5, 2], [3, 0], [1, 1], [-2, 4]], "float32")
    y, kernel = x[::-1] ** 2 / 4, np.array([[1, -0.5], [0.25, 2]], "float32")
    return student(probes.kernel_in_fit, x, y, kernel, 0.7, 0.5, 4)
