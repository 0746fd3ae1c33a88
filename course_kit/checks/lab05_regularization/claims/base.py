"""The lab, and what its claims share."""

import numpy as np

from course_kit.checks import Draw, Lab

lab = Lab(
    "05_regularization", "Regularization", cell_seconds=60, probe_seconds=15, total_seconds=240
)


def factor_of(draw: Draw) -> float:
    """The strength of a penalty: two decimals, from 0.03 to 0.40."""
    return draw.integer(3, 40) / 100


def directions(draw: Draw, *shape: int) -> np.ndarray:
    """Vectors of length 1 along all axes but the last, float64."""
    w = np.float64(draw.normal(*shape))
    return w / lengths(w)


def lengths(w: np.ndarray) -> np.ndarray:
    """The norm of each neuron's weights, over all axes but the last, float64."""
    return np.sqrt((np.float64(w) ** 2).sum(axis=tuple(range(w.ndim - 1))))


def spread(draw: Draw, low: float, high: float, count: int) -> np.ndarray:
    """`count` lengths between `low` and `high`."""
    return low + (high - low) * np.float64(draw.uniform(count))


def finite(answer: np.ndarray) -> np.ndarray:
    """The answer to a question with 99 for NaN and infinity: a mistake is known by them, too."""
    answer = np.asarray(answer)
    return np.where(np.isfinite(answer), answer, 99.0)
