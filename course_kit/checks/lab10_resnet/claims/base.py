"""The lab, and the same blocks in NumPy that its claims compare with.

Everything here is float64, written from the formulas; no Keras. Images are
(batch, h, w, channels), kernels (size, size, channels, filters), and a norm is
(4, channels): gamma, beta, moving mean, moving variance with epsilon in it.
"""

from typing import Any, NamedTuple

import numpy as np

from course_kit.checks import Draw, Lab, expect_close

lab = Lab(
    "10_resnet", "Residual networks", cell_seconds=60, probe_seconds=20, total_seconds=300
)  # fmt: skip

EPSILON = 1e-3  # of Keras' batch normalization, where the batch's own variance counts


def expect_near(answer: Any, desired: np.ndarray, what: str = "output") -> None:
    """Expect `desired` as exactly as float32 sums of some dozens of terms can be."""
    expect_close(answer, desired, what, rtol=1e-3, atol=1e-3)


def relu(x: np.ndarray) -> np.ndarray:
    """The larger of x and zero."""
    return np.maximum(x, 0.0)


def convolve(x: np.ndarray, kernel: np.ndarray, strides: int = 1) -> np.ndarray:
    """A convolution that pads with zeros so that n pixels become ceil(n / strides)."""
    size, x = kernel.shape[0], np.float64(x)
    height, width = (-(-n // strides) for n in x.shape[1:3])
    pads = [_pads(n, size, strides) for n in x.shape[1:3]]
    x = np.pad(x, [(0, 0), *pads, (0, 0)])
    y = np.zeros((len(x), height, width, kernel.shape[-1]))
    for i in range(size):
        for j in range(size):
            rows, columns = i + strides * np.arange(height), j + strides * np.arange(width)
            y += x[:, rows][:, :, columns] @ np.float64(kernel[i, j])
    return y


def _pads(n: int, size: int, strides: int) -> tuple[int, int]:
    total = max((-(-n // strides) - 1) * strides + size - n, 0)
    return total // 2, total - total // 2


def normalize(x: np.ndarray, norm: np.ndarray, training: bool = False) -> np.ndarray:
    """Batch normalization with the moving statistics, or in training with the batch's."""
    gamma, beta, mean, variance = np.float64(norm)
    if training:
        mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2)) + EPSILON
    return gamma * (x - mean) / np.sqrt(variance) + beta


def after_one_batch(x: np.ndarray, norm: np.ndarray, momentum: float) -> np.ndarray:
    """The norm when its moving statistics have seen one batch."""
    gamma, beta, mean, variance = np.float64(norm)
    mean = momentum * mean + (1 - momentum) * x.mean(axis=(0, 1, 2))
    # epsilon is in `variance`, and must be there once after the mixing too
    variance = momentum * variance + (1 - momentum) * (x.var(axis=(0, 1, 2)) + EPSILON)
    return np.stack([gamma, beta, mean, variance])


class Block(NamedTuple):
    """The weights of a block."""

    kernel1: np.ndarray
    norm1: np.ndarray
    kernel2: np.ndarray
    norm2: np.ndarray

    def branch(self, x: np.ndarray, training: bool = False, strides: int = 1) -> np.ndarray:
        """F(x): convolution, norm, ReLU, convolution, norm."""
        x = relu(normalize(convolve(x, self.kernel1, strides), self.norm1, training))
        return normalize(convolve(x, self.kernel2), self.norm2, training)


def draw_kernel(draw: Draw, size: int, channels: int, filters: int) -> np.ndarray:
    """A kernel so large that its results' variance dwarfs any epsilon."""
    return 10 * draw.normal(size, size, channels, filters)


def draw_norm(draw: Draw, channels: int, variance: float = 1.0) -> np.ndarray:
    """Gamma around 1, beta and mean around 0, moving variance from `variance` / 2 upwards.

    Beta is within a half of 0, so that no ReLU behind the norm is zero throughout.
    """
    gamma, beta = 0.5 + draw.uniform(channels), draw.uniform(channels) - 0.5
    spread = variance * (0.5 + draw.uniform(channels))
    return np.stack([gamma, beta, draw.normal(channels), spread])


def draw_block(draw: Draw, channels: int, filters: int) -> Block:
    """A block of random weights, its moving variances about as large as they come."""
    return Block(
        draw_kernel(draw, 3, channels, filters),
        draw_norm(draw, filters, variance=900 * channels),
        draw_kernel(draw, 3, filters, filters),
        draw_norm(draw, filters, variance=900 * filters),
    )


def neutral_norm(channels: int) -> np.ndarray:
    """A norm that changes nothing: gamma 1, beta 0, mean 0, variance 1."""
    return np.repeat(np.array([[1], [0], [0], [1]], "float32"), channels, axis=1)
