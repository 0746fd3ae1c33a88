"""The mathematics under every normalization: take moments over some axes, standardize by them.

Batch, layer, instance and group normalization are the same two lines; they differ in the
axes over which the moments are taken, and in the axes along which gamma and beta vary.
With x of shape (batch, h, w, c)::

    normalization   moments over                gamma and beta
    batch           batch, h, w                 (c,)
    layer           h, w, c (axis=[1, 2, 3])    (h, w, c)
    layer           c (axis=-1)                 (c,)
    instance        h, w                        (c,)
    group           h, w, c / groups            (c,)

Ioffe and Szegedy, "Batch normalization", ICML 2015, algorithm 1; Wu and He, "Group
normalization", ECCV 2018, equations 1 to 6. Decks: S, Lecture 5, "Batch normalization";
C, Lecture 10.2, "Batch Normalization" to "Group Normalization"; U, Lecture 4, "Batch
normalization – The algorithm" to "Group normalization (GN)".
"""

from collections.abc import Iterable
from typing import Any

import keras
from keras import ops


def moments(x: Any, axes: Iterable[int], mask: Any = None) -> tuple[Any, Any]:
    r"""Take the mean and the variance over some axes, which stay as axes of length one.

    ``mean = sum(x) / n`` and ``variance = sum((x - mean)^2) / n``: divided by n, not by
    n - 1, and computed in two passes, because ``E[x^2] - mean^2`` loses all its digits
    where the mean is large.

    Args:
        x: float tensor, any shape.
        axes: the axes to reduce.
        mask: boolean, broadcasts to the shape of ``x``; where it is false the element is
            not counted. With no element left both moments are 0.

    Returns:
        Two tensors with the rank of ``x``.

    Example:

    >>> import numpy as np
    >>> x = np.array([[1.0, 2.0], [3.0, 2.0]], "float32")
    >>> mean, variance = moments(x, axes=[0])
    >>> ops.convert_to_numpy(mean).tolist(), ops.convert_to_numpy(variance).tolist()
    ([[2.0, 2.0]], [[1.0, 0.0]])
    """
    x, axes = ops.convert_to_tensor(x), tuple(axes)
    if mask is not None:
        return _masked_moments(x, axes, mask)
    mean = ops.mean(x, axes, keepdims=True)
    variance = ops.mean(ops.square(x - mean), axes, keepdims=True)
    return mean, variance


def _masked_moments(x: Any, axes: tuple[int, ...], mask: Any) -> tuple[Any, Any]:
    """Take the moments of what the mask lets through; a selection, so that NaN stays out."""
    mask = ops.broadcast_to(ops.cast(ops.convert_to_tensor(mask), "bool"), ops.shape(x))
    # Keras' epsilon under the fraction: a batch that is masked entirely has moments 0.
    n = ops.sum(ops.cast(mask, x.dtype), axes, keepdims=True) + keras.config.epsilon()
    mean = ops.sum(ops.where(mask, x, 0), axes, keepdims=True) / n
    deviation = ops.where(mask, x - mean, 0)
    return mean, ops.sum(ops.square(deviation), axes, keepdims=True) / n


def standardize(
    x: Any, mean: Any, variance: Any, epsilon: float, gamma: Any = None, beta: Any = None
) -> Any:
    r"""Shift and scale to mean 0 and variance 1, then to mean beta and deviation gamma.

    ``x_hat = (x - mean) / sqrt(variance + epsilon)``, ``y = gamma * x_hat + beta``.

    Args:
        x: float tensor, any shape.
        mean, variance: broadcast to the shape of ``x``.
        epsilon: added to the variance; at least 0.
        gamma, beta: broadcast to the shape of ``x``; ``None`` leaves the step out.

    Returns:
        A tensor of the shape and dtype of ``x``.

    Example:

    >>> import numpy as np
    >>> x = np.array([[1.0, 2.0], [3.0, 2.0]], "float32")
    >>> y = standardize(x, *moments(x, [0]), epsilon=1e-9, gamma=2.0, beta=5.0)
    >>> ops.convert_to_numpy(y).tolist()
    [[3.0, 5.0], [7.0, 5.0]]
    """
    x, mean = ops.convert_to_tensor(x), ops.convert_to_tensor(mean)
    x_hat = (x - mean) * ops.rsqrt(variance + epsilon)
    if gamma is not None:
        x_hat = gamma * x_hat
    return x_hat if beta is None else x_hat + beta


def in_full_precision(x: Any) -> Any:
    """Cast half precision to float32, in which statistics are taken; leave the rest."""
    x = ops.convert_to_tensor(x)
    return ops.cast(x, keras.backend.result_type(x.dtype, "float32"))


def normalize(
    x: Any, axes: Iterable[int], epsilon: float, gamma: Any = None, beta: Any = None
) -> tuple[Any, Any, Any]:
    """Standardize ``x`` by its own moments: what every normalization does while it trains.

    Args:
        x: float tensor, any shape.
        axes: the axes over which the moments are taken.
        epsilon: added to the variance; at least 0.
        gamma, beta: of the rank of ``x``, with length 1 where they do not vary.

    Returns:
        The result, the mean and the variance; the last two are constants to the gradient.

    Example:

    >>> import numpy as np
    >>> y, mean, variance = normalize(np.array([[1.0, 3.0]], "float32"), [1], epsilon=1e-9)
    >>> ops.convert_to_numpy(y).tolist(), float(mean[0, 0]), float(variance[0, 0])
    ([[-1.0, 1.0]], 2.0, 1.0)
    """
    mean, variance = moments(x, axes)
    y = standardize(x, mean, variance, epsilon, gamma, beta)
    return y, ops.stop_gradient(mean), ops.stop_gradient(variance)


def normalize_groups(
    x: Any, groups: int, axis: int, epsilon: float, gamma: Any = None, beta: Any = None
) -> Any:
    """Standardize each example by its moments over groups of channels and all of space.

    Args:
        x: float tensor, (batch, ..., channels), or with the channels elsewhere.
        groups: how many; divides the number of channels.
        axis: the channels', counted from the front.
        epsilon, gamma, beta: as in `normalize`.

    Returns:
        A tensor of the shape and dtype of ``x``.

    Example:

    >>> import numpy as np
    >>> x = np.array([[1.0, 3.0, 10.0, 30.0]], "float32")
    >>> ops.convert_to_numpy(normalize_groups(x, groups=2, axis=1, epsilon=1e-9)).tolist()
    [[-1.0, 1.0, -1.0, 1.0]]
    """

    def split(v):  # (batch, h, w, c) -> (batch, h, w, groups, c / groups)
        if v is None:
            return None
        shape = list(ops.shape(v))
        shape[axis : axis + 1] = [groups, shape[axis] // groups]
        return ops.reshape(v, shape)

    reduced = [a for a in range(1, len(x.shape) + 1) if a != axis]
    y, _, _ = normalize(split(x), reduced, epsilon, split(gamma), split(beta))
    return ops.reshape(y, ops.shape(x))
