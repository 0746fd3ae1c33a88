"""The mathematics under every augmentation, with the randomness handed in.

Pictures are (batch, h, w, channels). What is random in a layer is an argument here: the
centres, the permutation, the mixing share, the normal numbers.

The last argument, ``ops``, is the set of operations: ``keras.ops``, unless a layer runs in
a ``tf.data`` map while Keras runs on another backend than TensorFlow.
"""

import math
from typing import Any

import keras


def cutout(
    images: Any, centres: Any, size: Any, fill_value: Any = 0.0, ops: Any = keras.ops
) -> Any:
    r"""Fill a square of each picture; what sticks out over the border is lost.

    The square covers the rows ``row - size // 2`` to ``row - size // 2 + size - 1``, and the
    columns likewise.

    Args:
        images: (batch, h, w, channels).
        centres: integers (batch, 2), the row and the column of each centre.
        size: side of the square in pixels, at least 0.
        fill_value: a number, or one for each channel.

    Returns:
        A tensor of the shape and dtype of ``images``.

    Example:

    >>> import numpy as np
    >>> picture = np.ones((1, 2, 4, 1), "float32")
    >>> np.array(cutout(picture, np.array([[0, 1]]), size=2))[0, :, :, 0].tolist()
    [[0.0, 0.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]]

    Source: DeVries and Taylor, "Improved regularization of convolutional neural networks
    with Cutout", 2017, section 3.2.
    """
    images = ops.convert_to_tensor(images)
    start = ops.cast(centres, "int32") - size // 2
    boxes = ops.concatenate([start, start + size], axis=1)
    fill = ops.cast(ops.convert_to_tensor(fill_value), images.dtype)
    return ops.where(in_boxes(boxes, images, ops), fill, images)


def in_boxes(boxes: Any, images: Any, ops: Any = keras.ops) -> Any:
    """Say which pixels lie in a picture's box: (batch, 4) -> boolean (batch, h, w, 1).

    A box is its first row and column, and the row and the column just behind it.
    """
    _, height, width, _ = ops.shape(images)
    row = ops.arange(height, dtype="int32")[None, :, None, None]
    column = ops.arange(width, dtype="int32")[None, None, :, None]
    boxes = ops.cast(boxes, "int32")
    top, left, bottom, right = (boxes[:, k, None, None, None] for k in range(4))
    return (row >= top) & (row < bottom) & (column >= left) & (column < right)


def one_hot(labels: Any, classes: int, ops: Any = keras.ops) -> Any:
    """Turn class numbers, (batch,) or (batch, 1), into float32 (batch, classes)."""
    labels = ops.reshape(ops.cast(labels, "int32"), (-1,))
    return ops.cast(ops.one_hot(labels, classes), "float32")


def blend(x: Any, partner: Any, lam: Any, ops: Any = keras.ops) -> Any:
    """Mix each element of a batch with its partner: ``lam * x + (1 - lam) * x[partner]``.

    Args:
        x: (batch, ...); integers become float32.
        partner: integers (batch,), usually a permutation.
        lam: share in [0, 1] of the element itself, one number or (batch,).
    """
    x = as_float(x, ops)
    lam = ops.cast(ops.convert_to_tensor(lam), x.dtype)
    if len(lam.shape) == 1:
        lam = ops.reshape(lam, (-1,) + (1,) * (len(x.shape) - 1))
    return lam * x + (1 - lam) * ops.take(x, partner, axis=0)


def symmetric_beta(u: Any, v: Any, alpha: float, ops: Any = keras.ops) -> Any:
    r"""Turn two uniform numbers into one from Beta(alpha, alpha).

    ``1/2 + c / (2 sqrt(c^2 + g / (1 - g)))`` with ``c = cos(2 pi v)``, ``g = u^(1 / alpha)``.

    Args:
        u, v: in [0, 1), float tensors of one shape.
        alpha: above 0.

    Example:

    >>> import numpy as np
    >>> u, v = np.array([0.5, 0.5], "float32"), np.array([0.25, 0.0], "float32")
    >>> np.array(symmetric_beta(u, v, alpha=1.0)).round(3).tolist()  # 1/2 + sqrt(1/8)
    [0.5, 0.8539999723434448]

    Source: Devroye, "Random variate generation in one line of code", WSC 1996. Keras' own,
    from two gamma numbers, gives 0.5 where both underflow (alpha below 0.05 on TensorFlow),
    and XLA cannot compile it.
    """
    direction = ops.cos(2 * math.pi * v)
    radius = u ** (1 / alpha)
    share = 0.5 + 0.5 * direction / ops.sqrt(direction**2 + radius / (1 - radius))
    return ops.clip(share, 0, 1)  # a root rounded down may lead beyond


def mix_up(
    images: Any, labels: Any, partner: Any, lam: Any, ops: Any = keras.ops
) -> tuple[Any, Any]:
    r"""Mix pictures and labels with their partners'.

    ``x = lam * x_1 + (1 - lam) * x_2`` and ``y = lam * y_1 + (1 - lam) * y_2``.

    Args:
        images: (batch, ...).
        labels: one-hot or other float labels (batch, classes).
        partner: integers (batch,), the place in the batch of each one's partner.
        lam: share in [0, 1] of the first, one number or (batch,).

    Returns:
        Pictures and labels, floats in the shapes that came.

    Example:

    >>> import numpy as np
    >>> x, y = mix_up(np.array([[0.0], [8.0]]), np.eye(2), partner=np.array([1, 0]), lam=0.75)
    >>> np.array(x).tolist(), np.array(y).tolist()
    ([[2.0], [6.0]], [[0.75, 0.25], [0.25, 0.75]])

    Source: Zhang et al., "mixup: Beyond empirical risk minimization", ICLR 2018, section 2.
    Deck: S, Lecture 5, "Data augmentation", equations 1 and 2.
    """
    return blend(images, partner, lam, ops), blend(labels, partner, lam, ops)


def cut_boxes(centres: Any, lam: Any, height: Any, width: Any, ops: Any = keras.ops) -> Any:
    r"""Give the box that CutMix pastes: of the picture's proportions, cut off at its border.

    It has ``sqrt(1 - lam)`` of the height and of the width, rounded down, so that, before the
    border cuts it, its area is the share ``1 - lam``.

    Args:
        centres: integers (batch, 2), rows and columns.
        lam: share in [0, 1] of the picture that is kept, one number or (batch,).
        height, width: of the pictures, in pixels.

    Returns:
        Integers (batch, 4): first row and column, and the row and the column just behind.

    Example:

    >>> import numpy as np
    >>> np.array(cut_boxes(np.array([[4, 4], [0, 7]]), 0.75, height=8, width=8)).tolist()
    [[2, 2, 6, 6], [0, 5, 2, 8]]

    Source: Yun et al., "CutMix", ICCV 2019, equation 2.
    """
    size = ops.cast(ops.stack([height, width]), "float32")
    ratio = ops.sqrt(1 - ops.cast(ops.convert_to_tensor(lam), "float32"))
    sides = ops.cast(ops.floor(ops.reshape(ratio, (-1, 1)) * size), "int32")
    start = ops.cast(centres, "int32") - sides // 2
    end = ops.minimum(start + sides, ops.cast(size, "int32"))
    return ops.concatenate([ops.maximum(start, 0), end], axis=1)


def cut_mix(
    images: Any, labels: Any, partner: Any, boxes: Any, ops: Any = keras.ops
) -> tuple[Any, Any, Any]:
    r"""Paste a box of its partner over each picture, and mix the labels by the area pasted.

    ``x = M * x_1 + (1 - M) * x_2`` and ``y = lam * y_1 + (1 - lam) * y_2``, where the mask
    ``M`` is 0 in the box and ``lam`` is the mean of ``M``: exactly what is left of ``x_1``.

    Args:
        images: (batch, h, w, channels).
        labels: one-hot or other float labels (batch, classes).
        partner: integers (batch,), the place in the batch of each one's partner.
        boxes: integers (batch, 4) or (1, 4), as from `cut_boxes`.

    Returns:
        Pictures, in the dtype that came; labels; and ``lam``, float32 (batch,) or (1,).

    Example:

    >>> import numpy as np
    >>> x = np.array([[[[0], [0]]], [[[9], [9]]]], "float32")
    >>> x, y, lam = cut_mix(x, np.eye(2), np.array([1, 0]), np.array([[0, 0, 1, 1]]))
    >>> np.array(x)[:, 0, :, 0].tolist(), np.array(y).tolist()
    ([[9.0, 0.0], [0.0, 9.0]], [[0.5, 0.5], [0.5, 0.5]])

    Source: Yun et al., "CutMix", ICCV 2019, equation 1. Deck: C, Lecture 10.2, "Cutmix".
    """
    images = ops.convert_to_tensor(images)
    inside = in_boxes(boxes, images, ops)
    lam = 1 - ops.mean(ops.cast(inside, "float32"), axis=(1, 2, 3))
    images = ops.where(inside, ops.take(images, partner, axis=0), images)
    return images, blend(labels, partner, lam, ops), lam


def lighting(
    images: Any,
    normals: Any,
    eigenvalues: Any,
    eigenvectors: Any,
    scale: float = 1.0,
    ops: Any = keras.ops,
) -> Any:
    r"""Shift each picture's colour along the principal directions of all pictures' colours.

    To every pixel ``[R, G, B]`` of a picture is added
    ``scale * [p_1, p_2, p_3] [a_1 l_1, a_2 l_2, a_3 l_3]^T``.

    Args:
        images: (batch, h, w, 3).
        normals: ``a``, (batch, 3), drawn from N(0, 0.1^2) in the paper.
        eigenvalues: ``l``, (3,), of the covariance of the colours. It is a variance that is
            added to a colour: the formula depends on the unit, and ours is the range of the
            pixels.
        eigenvectors: ``p`` in the columns, (3, 3).
        scale: how many steps of a pixel are that unit: 1 for [0, 1], 255 for 0 to 255.

    Returns:
        A tensor of the shape of ``images``, float; it may leave the range.

    Example:

    >>> import numpy as np
    >>> grey = np.full((1, 1, 1, 3), 0.5, "float32")
    >>> y = lighting(grey, np.array([[1.0, 0.0, 0.0]]), np.array([0.25, 0.0, 0.0]), np.eye(3))
    >>> np.array(y)[0, 0, 0].tolist()
    [0.75, 0.5, 0.5]

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep
    convolutional neural networks", NIPS 2012, section 4.1.
    """
    images = as_float(images, ops)
    normals, eigenvalues, eigenvectors = (
        ops.cast(ops.convert_to_tensor(part), images.dtype)
        for part in (normals, eigenvalues, eigenvectors)
    )
    shift = ops.matmul(normals * eigenvalues, ops.transpose(eigenvectors))  # (batch, 3)
    return images + scale * shift[:, None, None, :]


def as_float(x: Any, ops: Any = keras.ops) -> Any:
    """Turn whole numbers into float32; leave floats as they are."""
    x = ops.convert_to_tensor(x)
    if keras.backend.is_float_dtype(keras.backend.standardize_dtype(x.dtype)):
        return x
    return ops.cast(x, "float32")
