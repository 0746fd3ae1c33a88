"""Lab 07's frame, and the arithmetic its claims share: NumPy in float64."""

from collections.abc import Sequence

import numpy as np

from course_kit.checks import Draw, Lab

lab = Lab("07_normalization", "Normalization", cell_seconds=60, probe_seconds=15, total_seconds=240)


def standardized(x: np.ndarray, axes: Sequence[int], epsilon: float) -> np.ndarray:
    """Mean 0 and variance 1 over `axes`, but for epsilon."""
    x = np.float64(x)
    deviation = x - x.mean(axis=tuple(axes), keepdims=True)
    variance = (deviation**2).mean(axis=tuple(axes), keepdims=True)
    return deviation / np.sqrt(variance + epsilon)


def by_statistics(
    x: np.ndarray,
    mean: np.ndarray,
    variance: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    epsilon: float,
) -> np.ndarray:
    """Batch norm of `x` (..., c) with statistics that are given."""
    x_hat = (np.float64(x) - mean) / np.sqrt(np.float64(variance) + epsilon)
    return np.float64(gamma) * x_hat + beta


def all_but(axis: Sequence[int], rank: int) -> list[int]:
    """The axes that are not in `axis`."""
    return [a for a in range(rank) if a not in axis]


def along(weight: np.ndarray, x: np.ndarray, axis: Sequence[int]) -> np.ndarray:
    """`weight` with length one on each axis of `x` that is not in `axis`."""
    return np.float64(weight).reshape([n if a in axis else 1 for a, n in enumerate(x.shape)])


def spread_out(draw: Draw, *shape: int) -> np.ndarray:
    """Normal numbers whose channels (last axis) have means and deviations of their own."""
    channels = shape[-1]
    deviation = np.float32(0.5) + 2 * draw.uniform(channels)
    return draw.normal(*shape) * deviation + 2 * draw.normal(channels)


def scales(draw: Draw, *shape: int) -> np.ndarray:
    """Positive numbers in (0.5, 2.5), none of them close to 1."""
    u = draw.uniform(*shape)
    return np.where(u < 0.25, 0.5 + u, 1.25 + u).astype(np.float32)


def of_either_sign(draw: Draw, count: int) -> np.ndarray:
    """As `scales`, every other one negative."""
    signs = (-1) ** (np.arange(count) + draw.integer(0, 1))
    return scales(draw, count) * signs.astype(np.float32)


def moving(draw: Draw, channels: int) -> np.ndarray:
    """gamma, beta, moving mean and moving variance: (4, channels)."""
    beta, mean = draw.normal(2, channels)
    return np.stack([scales(draw, channels), beta, mean, scales(draw, channels)])


def small_epsilon(draw: Draw) -> float:
    """An epsilon large enough to be seen: 0.05 to 0.5, two decimals."""
    return draw.integer(5, 50) / 100
