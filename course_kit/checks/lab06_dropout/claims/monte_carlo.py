"""Monte Carlo prediction."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect, expect_array, expect_close
from course_kit.checks.lab06_dropout import probes
from course_kit.checks.lab06_dropout.claims.base import dropped, lab


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis."""
    powers = np.exp(np.float64(logits) - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def linear_net(draw: Draw, masks: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """A batch (6, 10), a kernel (10, 4), uniforms (masks, 10) and a rate."""
    return draw.normal(6, 10), draw.normal(10, 4), draw.uniform(masks, 10), draw.rate()


def probabilities(x: np.ndarray, kernel: np.ndarray, us: np.ndarray, rate: float) -> np.ndarray:
    """(masks, batch, classes) of the linear net that the probe builds."""
    return np.stack([softmax(dropped(x, u, rate) / (1 - rate) @ kernel) for u in us])


@lab.check(
    "monte_carlo_predict",
    points=4,
    hint="`forward` gives logits. Which comes first, the softmax or the mean over masks?",
)
def probabilities_are_averaged(student: Student, draw: Draw) -> None:
    """The mean is the average of the masks' probabilities."""
    x, kernel, uniforms, rate = linear_net(draw, 12)
    mean, _ = student(probes.monte_carlo, x, kernel, uniforms, rate)
    each = probabilities(x, kernel, uniforms, rate)
    expect_close(mean, each.mean(axis=0), "mean")


@lab.check(
    "monte_carlo_predict",
    points=3,
    hint="The spread has the unit of a probability. Over which axis is it taken, and of what?",
)
def spread_is_the_standard_deviation(student: Student, draw: Draw) -> None:
    """The spread is the standard deviation of the probabilities over the masks."""
    x, kernel, uniforms, rate = linear_net(draw, 7)
    _, spread = student(probes.monte_carlo, x, kernel, uniforms, rate)
    each = probabilities(x, kernel, uniforms, rate)
    expect_close(spread, np.sqrt(((each - each.mean(axis=0)) ** 2).mean(axis=0)), "spread")


@lab.check(
    "monte_carlo_predict",
    points=2,
    hint="One mask says 0.9 and the other 0.5. What is their mean, and how far is each from it?",
)
def two_masks_by_hand(student: Student, draw: Draw) -> None:
    """Two masks, two classes, by hand: the mean lies half-way, the spread is half the distance."""
    # Never low + high = 1, where the average of logits would be right by symmetry.
    low, high = draw.integer(2, 20) / 100, draw.integer(60, 75) / 100
    each = np.array([[[low, 1 - low]], [[high, 1 - high]]])  # (masks, batch, classes)
    mean, spread = student(probes.monte_carlo_of_logits, np.log(each).astype("float32"))
    expect_close(mean, [[(low + high) / 2, 1 - (low + high) / 2]], "mean")
    expect_close(spread, [[(high - low) / 2, (high - low) / 2]], "spread")


@lab.check(
    "monte_carlo_predict",
    points=1,
    hint="How far from their mean can numbers between 0 and 1 lie? Of which numbers did you take "
    "the spread?",
    edge=True,
)
def spread_is_at_most_one_half(student: Student, draw: Draw) -> None:
    """No spread of probabilities is above one half."""
    x, kernel, uniforms, rate = linear_net(draw, 20)
    _, spread = student(probes.monte_carlo, x, 3 * kernel, uniforms, rate)
    spread = expect_array(spread, (len(x), kernel.shape[1]), "spread")
    expect(bool((spread <= 0.5001).all()), f"spread: the largest is {spread.max():.4g}")


@lab.check(
    "monte_carlo_predict",
    points=2,
    hint="How many sub-networks are there to ask? Is each asked once, about the whole batch?",
)
def every_mask_is_used_once(student: Student, draw: Draw) -> None:
    """`forward` is called once for each row of `uniforms`, with the whole of x."""
    x, kernel, uniforms, rate = linear_net(draw, draw.integer(3, 9))
    mean, inputs, masks = student(probes.monte_carlo_calls, x, kernel, uniforms, rate)
    masks = expect_array(masks, (len(masks), uniforms.shape[1]), "the masks' uniforms")
    expect(len(masks) == len(uniforms), f"forward was called {len(masks)} times")
    order = np.lexsort(masks.T)  # in which order they were asked is the student's choice
    expect_close(masks[order], uniforms[np.lexsort(uniforms.T)], "the masks' uniforms")
    expect_close(inputs, np.stack([x] * len(uniforms)), "the inputs of forward")
    expect_close(mean, probabilities(x, kernel, uniforms, rate).mean(axis=0), "mean")


@lab.check(
    "monte_carlo_predict",
    points=2,
    hint="By which number is the sum of squares divided, and what is it for a single mask?",
)
def one_mask_has_no_spread(student: Student, draw: Draw) -> None:
    """With a single mask the mean is its probabilities, and the spread is zero."""
    x, kernel, uniforms, rate = linear_net(draw, 1)
    mean, spread = student(probes.monte_carlo, x, kernel, uniforms, rate)
    expect_close(mean, probabilities(x, kernel, uniforms, rate)[0], "mean")
    expect_close(spread, np.zeros(mean.shape), "spread")


# The same for everybody: from what is answered here, known mistakes are recognised.
RANDOM = np.random.default_rng(0)
X, KERNEL = RANDOM.normal(size=(2, 4)), 3 * RANDOM.normal(size=(4, 3))
UNIFORMS = RANDOM.uniform(size=(5, 4))


@lab.question("monte_carlo_predict")
def of_five_masks(student: Student) -> Any:
    """Mean and spread over five masks."""
    return student(probes.monte_carlo, X, KERNEL, UNIFORMS, 0.4)


lab.forbids("monte_carlo_predict", "course_kit.inference.predict_with_masks")
