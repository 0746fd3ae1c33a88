"""The rates of a range test: evenly spaced in their logarithms."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect_array
from course_kit.checks.lab04_learning_rate import probes
from course_kit.checks.lab04_learning_rate.claims.base import expect_rates, lab


def ends(draw: Draw) -> tuple[float, float]:
    """A lowest and a highest rate, some decades apart."""
    return draw.integer(101, 997) * 1e-6, draw.integer(101, 997) / 100


@lab.check(
    "sweep_rates",
    points=2,
    hint="Five rates over four decades: by what factor does each grow?",
)
def five_rates_by_hand(student: Student, draw: Draw) -> None:
    """Five rates from r to 10,000 r are r, 10 r, 100 r, 1,000 r and 10,000 r."""
    low = draw.integer(101, 997) * 1e-5
    rates = student(probes.sweep_rates, low, low * 1e4, 5)
    expect_rates(rates, low * np.array([1, 10, 100, 1000, 10000]))


@lab.check(
    "sweep_rates",
    points=4,
    hint="n rates have n - 1 gaps. What factor, taken n - 1 times, leads from `low` to `high`?",
)
def rates_grow_exponentially(student: Student, draw: Draw) -> None:
    """Each rate is the one before times the same factor, from the lowest to the highest."""
    (low, high), steps = ends(draw), draw.integer(30, 120)
    rates = student(probes.sweep_rates, low, high, steps)
    gaps = np.arange(steps) / (steps - 1)
    expect_rates(rates, 10 ** ((1 - gaps) * np.log10(low) + gaps * np.log10(high)))


@lab.check(
    "sweep_rates",
    points=1,
    hint="Is the last step made with `high`, or with the rate before it?",
)
def both_ends_are_tried(student: Student, draw: Draw) -> None:
    """The first rate is the lowest and the last one the highest, and there are `steps` rates."""
    (low, high), steps = ends(draw), draw.integer(20, 40)
    rates = expect_array(student(probes.sweep_rates, low, high, steps), (steps,), "rates")
    expect_rates(rates[[0, -1]], [low, high], "first and last rate")


@lab.check(
    "sweep_rates",
    points=1,
    hint="How many rates lie in each decade?",
)
def the_middle_is_the_geometric_mean(student: Student, draw: Draw) -> None:
    """Of an odd number of rates the middle one is the root of low times high."""
    (low, high), half = ends(draw), draw.integer(5, 30)
    rates = student(probes.sweep_rates, low, high, 2 * half + 1)
    rates = expect_array(rates, (2 * half + 1,), "rates")
    expect_rates(rates[half : half + 1], [np.sqrt(low * high)], "middle rate")


@lab.check(
    "sweep_rates",
    points=1,
    hint="What does your formula give for steps = 2?",
)
def two_steps_are_the_two_ends(student: Student, draw: Draw) -> None:
    """A sweep of two steps tries the lowest and the highest rate."""
    low, high = ends(draw)
    expect_rates(student(probes.sweep_rates, low, high, 2), [low, high])


@lab.question("sweep_rates")
def five_rates(student: Student) -> Any:
    """Five rates from 1/10 to 3/10: small ratios, so that all mistakes are of a size."""
    return student(probes.sweep_rates, 0.1, 0.3, 5)


lab.forbids(
    "sweep_rates",
    "numpy.geomspace",
    "numpy.logspace",
    "keras.ops.geomspace",
    "keras.ops.logspace",
    "tensorflow.experimental.numpy.geomspace",
    "tensorflow.experimental.numpy.logspace",
    "jax.numpy.geomspace",
    "jax.numpy.logspace",
    "torch.logspace",
    "course_kit.callbacks.LRFinder",
)
