"""Stochastic depth."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect_array, expect_close
from course_kit.checks.lab06_dropout import probes
from course_kit.checks.lab06_dropout.claims.base import DROPOUT, dropped, four_units, lab


def per_sample(u: np.ndarray, x: np.ndarray) -> np.ndarray:
    """`u` (batch,) with as many axes as `x`."""
    return u.reshape(-1, *(1 for _ in x.shape[1:]))


@lab.check(
    "stochastic_depth",
    points=3,
    hint="Which of the two terms may fall? `u` has one number a sample: which axes are missing?",
)
def branches_fall_per_sample(student: Student, draw: Draw) -> None:
    """In training, a sample with u >= rate is x + branch, and any other is x alone."""
    x, branch = draw.normal(6, 3, 4, 5), draw.normal(6, 3, 4, 5)
    u, rate = draw.uniform(6), draw.rate()
    # One sample at least on either side of the rate.
    u[:2] = np.array([rate / 2, (1 + rate) / 2], "float32")
    y = student(probes.depth, x, branch, u, rate, True)
    expect_close(y, x + dropped(branch, per_sample(u, x), rate))


@lab.check(
    "stochastic_depth",
    points=3,
    hint="How often was the branch there in training? What is the expected value of the sum, and "
    "does the shortcut have a factor in it?",
)
def test_weighs_the_branch(student: Student, draw: Draw) -> None:
    """When not training, the branch is multiplied by its survival probability; x is not."""
    x, branch = draw.normal(5, 4, 4, 3), draw.normal(5, 4, 4, 3)
    u, rate = draw.uniform(5), draw.rate()
    y = student(probes.depth, x, branch, u, rate, False)
    expect_close(y, np.float64(x) + np.float64(branch) * (1 - rate))


@lab.check(
    "stochastic_depth",
    points=1,
    hint="How often was the shortcut there in training? So which factor does it have in test?",
    edge=True,
)
def test_leaves_the_shortcut(student: Student, draw: Draw) -> None:
    """When not training, a branch of zeros leaves x as it is."""
    x, u, rate = draw.normal(4, 6), draw.uniform(4), draw.rate()
    y = student(probes.depth, x, np.zeros_like(x), u, rate, False)
    expect_close(y, x)


@lab.check(
    "stochastic_depth",
    points=1,
    hint="Four samples of four features each: does a sample lose its branch as a whole, or does "
    "each sample lose some features?",
)
def four_samples_by_hand(student: Student, draw: Draw) -> None:
    """Four samples of four features at rate 0.75: one sample has its branch, three have not."""
    x = draw.integers(1, 99, 4, 4).astype("float32")
    branch, (_, u) = draw.integers(1, 99, 4, 4).astype("float32"), four_units(draw)
    y = student(probes.depth, x, branch, u[0], 0.75, True)
    expect_close(y, np.where(u.T > 0.8, x + branch, x))


@lab.check(
    "stochastic_depth",
    points=1,
    hint="What is left of x + F(x) when the branch F is gone?",
    edge=True,
)
def a_lost_branch_leaves_the_shortcut(student: Student, draw: Draw) -> None:
    """In training, a batch of one whose u is below the rate is x."""
    x, branch, rate = draw.normal(1, 2, 3, 2), draw.normal(1, 2, 3, 2), draw.rate()
    y = student(probes.depth, x, branch, np.array([rate / 2], "float32"), rate, True)
    expect_close(y, x)


@lab.check(
    "stochastic_depth",
    points=1,
    hint="Does the branch have a factor in training, in the slide's form?",
)
def a_kept_branch_is_whole(student: Student, draw: Draw) -> None:
    """In training, a batch of one whose u is above the rate is x + branch: no unit is missing."""
    x, branch, rate = draw.normal(1, 2, 3, 2), draw.normal(1, 2, 3, 2), draw.rate()
    y = student(probes.depth, x, branch, np.array([(1 + rate) / 2], "float32"), rate, True)
    expect_close(y, np.float64(x) + branch)


@lab.check(
    "stochastic_depth",
    points=1,
    hint="Is `last` the rate of the last block, or of one that would come after it?",
)
def the_last_block_has_the_last_rate(student: Student, draw: Draw) -> None:
    """depth_rates: one rate for each block, and that of the last block is `last`."""
    blocks, last = draw.integer(4, 40), draw.rate()
    rates = expect_array(student(probes.rates, blocks, last), (blocks,), "rates")
    expect_close(rates[-1], last, "rate of the last block")


@lab.check(
    "stochastic_depth",
    points=2,
    hint="Put the blocks on a line from the input (rate 0) to the last block. How many equal "
    "steps are there, and where does the first block stand?",
)
def rates_grow_in_equal_steps(student: Student, draw: Draw) -> None:
    """depth_rates: from block to block the rate grows by last / blocks."""
    blocks, last = draw.integer(4, 40), draw.rate()
    rates = expect_array(student(probes.rates, blocks, last), (blocks,), "rates")
    expect_close(np.diff(rates), np.full(blocks - 1, last / blocks), "steps of the rates")


# The same for everybody: from what is answered here, known mistakes are recognised. As many
# features as samples, so that `u` fits the wrong axis too; the smallest and the largest value of
# each sample and each feature say what fell together.
SHORTCUT, BRANCH = np.full((6, 8, 6), 5, "float32"), np.ones((6, 8, 6), "float32")
U = np.array([0.1, 0.7, 0.2, 0.8, 0.9, 0.3], "float32")


@lab.question("stochastic_depth")
def of_each_sample_and_feature(student: Student) -> Any:
    """The smallest and the largest value of each sample, and of each feature."""
    y = student(probes.depth, SHORTCUT, BRANCH, U, 0.4, True)
    ends = [(y.min(axis=axes), y.max(axis=axes)) for axes in ((1, 2), (0, 1))]
    return (*ends[0], *ends[1])


@lab.question("stochastic_depth")
def in_test(student: Student) -> Any:
    """What comes out in test, whole."""
    return student(probes.depth, SHORTCUT[:2, :1], BRANCH[:2, :1], U[:2], 0.4, False)


@lab.question("stochastic_depth")
def of_five_blocks(student: Student) -> Any:
    """The rates of five blocks."""
    return student(probes.rates, 5, 0.4)


lab.forbids(
    "stochastic_depth",
    *DROPOUT,
    "course_kit.layers.StochasticDepth",
    written_as=["stochastic_depth", "depth_rates"],
)
