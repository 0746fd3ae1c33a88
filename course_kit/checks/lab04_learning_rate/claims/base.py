"""The lab, and what its claims have in common."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Lab, expect_close

lab = Lab("04_learning_rate", "Learning rate", cell_seconds=60, probe_seconds=15, total_seconds=240)


def expect_rates(answer: Any, desired: Any, what: str = "rates", zero: float = 1e-7) -> None:
    """Rates may be small: they are compared by their ratio, and below `zero` they are zero."""
    expect_close(answer, desired, what, rtol=1e-4, atol=zero)


def some_rate(draw: Draw) -> float:
    """A first learning rate: three decimals, between 0.1 and 1."""
    return draw.integer(101, 997) / 1000


def steps_of(draw: Draw, count: int) -> np.ndarray:
    """The steps 0 to count - 1 in random order: an answer must go by t, not by its calls."""
    return draw.permutation(count)
