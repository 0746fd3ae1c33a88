"""Choose the way to normalize: the readable one, or on TensorFlow a quick one where it fits."""

from collections.abc import Iterable
from typing import Any

import keras
from keras import ops

from course_kit.layers import standardize


def normalize(
    x: Any, axes: Iterable[int], epsilon: float, gamma: Any, beta: Any
) -> tuple[Any, Any, Any]:
    """Do what `standardize.normalize` does, quickly where TensorFlow has the shape for it."""
    axes, rank = tuple(axes), len(x.shape)
    if keras.backend.backend() == "tensorflow" and 0 < len(axes) < rank:
        if axes == tuple(range(rank - 1)) and _vary_along_the_last(1, x, gamma, beta):
            return _over_batch(x, epsilon, gamma, beta)
        count = len(axes)
        if axes == tuple(range(rank - count, rank)) and _vary_along_the_last(count, x, gamma, beta):
            return _over_features(x, count, epsilon, gamma, beta)
    return standardize.normalize(x, axes, epsilon, gamma, beta)


def normalize_groups(x: Any, groups: int, axis: int, epsilon: float, gamma: Any, beta: Any) -> Any:
    """Do what `standardize.normalize_groups` does, quickly with the channels last."""
    if keras.backend.backend() != "tensorflow" or axis != len(x.shape) - 1:
        return standardize.normalize_groups(x, groups, axis, epsilon, gamma, beta)
    from course_kit.layers.standardize_tensorflow import per_channel

    shape, channels = ops.shape(x), x.shape[-1]
    space = 1
    for size in shape[1:-1]:
        space = space * size
    gamma, beta = _vectors(x, channels, gamma, beta)
    y, _, _ = per_channel(ops.reshape(x, (shape[0], space, channels)), groups, epsilon, gamma, beta)
    return ops.reshape(y, shape)


def _vary_along_the_last(count: int, x: Any, gamma: Any, beta: Any) -> bool:
    """Say whether gamma and beta have the sizes of the last axes, known ones, and no others."""
    sizes = tuple(x.shape[len(x.shape) - count :])
    wanted = (1,) * (len(x.shape) - count) + sizes
    return None not in sizes and all(v is None or tuple(v.shape) == wanted for v in (gamma, beta))


def _over_batch(x: Any, epsilon: float, gamma: Any, beta: Any) -> tuple[Any, Any, Any]:
    """Take moments over all axes but the last: batch normalization."""
    from course_kit.layers.standardize_tensorflow import (
        fits_fused,
        fused_batch,
        in_xla,
        per_channel,
    )

    shape, channels = ops.shape(x), x.shape[-1]
    one = (1,) * (len(shape) - 1)
    gamma, beta = _vectors(x, channels, gamma, beta)
    single = keras.backend.standardize_dtype(x.dtype) == "float32"
    if single and fits_fused(epsilon) and not in_xla():
        y, mean, variance = fused_batch(x, epsilon, gamma, beta)
    else:
        flat = ops.reshape(x, (1, -1, channels))
        y, mean, variance = per_channel(flat, None, epsilon, gamma, beta)
    mean, variance = (ops.stop_gradient(ops.reshape(m, (*one, channels))) for m in (mean, variance))
    return ops.reshape(y, shape), mean, variance


def _over_features(
    x: Any, count: int, epsilon: float, gamma: Any, beta: Any
) -> tuple[Any, Any, Any]:
    """Take moments over the last axes, along which gamma and beta vary: layer normalization."""
    from course_kit.layers.standardize_tensorflow import per_feature

    shape = ops.shape(x)
    size = 1
    for known in shape[len(shape) - count :]:
        size = size * known
    rows = 1
    for length in shape[: len(shape) - count]:
        rows = rows * length
    gamma, beta = _vectors(x, size, gamma, beta)
    y, mean, variance = per_feature(ops.reshape(x, (rows, size)), epsilon, gamma, beta)
    kept = (*shape[: len(shape) - count], *(1,) * count)
    mean, variance = (ops.stop_gradient(ops.reshape(m, kept)) for m in (mean, variance))
    return ops.reshape(y, shape), mean, variance


def _vectors(x: Any, size: int, gamma: Any, beta: Any) -> tuple[Any, Any]:
    """Flatten gamma and beta; where they are left out, ones and zeros."""
    gamma = ops.ones((size,), x.dtype) if gamma is None else ops.reshape(gamma, (size,))
    beta = ops.zeros((size,), x.dtype) if beta is None else ops.reshape(beta, (size,))
    return gamma, beta
