"""MNIST-1D: ten curves of forty points, as hard to tell apart as digits and much quicker.

Greydanus and Kobak, "Scaling Down Deep Learning with MNIST-1D" (2020, ICML 2024).
The random numbers are drawn in the order of the authors' generator, so that seed 42
gives the data of their `mnist1d` package (0.0.2) and results can be compared.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

_CURVES = """
    5 6   6.5 6.75 7   7    7    7   6.75 6.5 6   5
    5 3   3   3.4  3.8 4.2  4.6  5   5.4  5.8 5   5
    5 6   6.5 6.5  6   5.25 4.75 4   3.5  3.5 4   5
    5 6   6.5 6.5  6   5    5    6   6.5  6.5 6   5
    5 4.4 3.8 3.2  2.6 2.6  5    5   5    5   5   5
    5 3   3   3    3   5    6    6.5 6.5  6   4.5 5
    5 4   3.5 3.25 3   3    3    3   3.25 3.5 4   5
    5 7   7   6.6  6.2 5.8  5.4  5   4.6  4.2 5   5
    5 4   3.5 3.5  4   5    5    4   3.5  3.5 4   5
    5 4   3.5 3.5  4   5    5    5   5    4.7 4.3 5
"""
_PADDING = (36, 60)  # points appended, both ends included
_STRETCHED = 72  # points after padding and stretching
_SHIFT = 48  # points, exclusive
_SCALE = 0.4  # width of the range of the factor around 1
_SHEAR = 0.75  # width of the range of the slope around 0
_SMOOTH_NOISE, _WHITE_NOISE = 0.25, 0.02  # standard deviations (before smoothing)
_POINTS = 40


def make_mnist1d(
    train: int = 4000, test: int = 1000, seed: int = 42
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Generates MNIST-1D; the defaults give the data of the authors' own package.

    Args:
        train, test: numbers of curves, at least 1 each; their sum is a multiple of 10.
        seed: 0 to 2**32 - 1.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: x float32 of shape (n, 40), mean 0 and
        standard deviation 1 over both parts; y int64 of shape (n,). Classes are
        balanced over both parts together, as in the paper.

    Raises:
        ValueError: sizes that do not fit.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = make_mnist1d(train=40, test=20)
        >>> x_train.shape, y_test.shape
        ((40, 40), (20,))
    """
    if min(train, test) < 1 or (train + test) % 10:
        raise ValueError(
            "`train` and `test` must be positive and add up to a multiple of 10 (ten classes). "
            f"Received: train={train}, test={test}. Try train=4000, test=1000."
        )
    random = np.random.RandomState(seed)
    curves = templates()
    y = np.repeat(np.arange(10), (train + test) // 10)
    x = np.stack([_distort(curves[label], random) for label in y])
    order = random.permutation(len(y))
    x, y = x[order], y[order]
    x = ((x - x.mean()) / x.std()).astype("float32")
    return (x[:train], y[:train]), (x[train:], y[train:])


def templates() -> np.ndarray:
    """The ten undistorted curves, float64 of shape (10, 12), beginning and ending at 0."""
    curves = np.array(_CURVES.split(), dtype=float).reshape(10, 12)
    curves = curves / curves.std(axis=1, keepdims=True)
    return (curves - curves[:, :1]) / 6


def _distort(curve: np.ndarray, random: np.random.RandomState) -> np.ndarray:
    """Pads, scales, shifts, adds noise, shears and samples one curve: (12,) -> (40,)."""
    low, high = _PADDING
    padding = np.zeros(low + int(random.rand() * (high - low + 1)))
    # The offset tells the curve's own zeros from the padding, which alone gets smooth noise.
    x = _resample(np.concatenate([curve + 1e-8, padding]), _STRETCHED)
    x = x * (1 + _SCALE * (random.rand() - 0.5))
    x = np.roll(x, random.choice(_SHIFT))
    smooth = gaussian_filter1d(_SMOOTH_NOISE * random.randn(_STRETCHED), 2)
    x = np.where(x == 0, smooth, x) + _WHITE_NOISE * random.randn(_STRETCHED)
    x = x - _SHEAR * (random.rand() - 0.5) * np.linspace(-0.5, 0.5, _STRETCHED)
    return _resample(x, _POINTS)


def _resample(x: np.ndarray, points: int) -> np.ndarray:
    """Linear interpolation of `x` at equally spaced points, both ends included."""
    return np.interp(np.linspace(0, 1, points), np.linspace(0, 1, len(x)), x)
