"""Cut a window out of each picture and bring it to one size: the mathematics of random crops.

A window is its first row and column, its height and its width: (batch, 4), whole pixels.
As in `course_kit.layers.augment`, the randomness and the operations are arguments.
"""

from typing import Any

import keras

from course_kit.layers.augment import as_float


def choose_windows(
    areas: Any,
    ratios: Any,
    places: Any,
    height: Any,
    width: Any,
    limits: tuple[float, float] = (3 / 4, 4 / 3),
    ops: Any = keras.ops,
) -> Any:
    r"""Take, of several tries for each picture, the first window that fits into it.

    A try of area ``a`` and ratio ``r`` is ``sqrt(a h w r)`` wide and ``sqrt(a h w / r)``
    high, rounded. Where none fits, the largest central window within the limits is taken.

    Args:
        areas: (batch, tries), shares of the picture's area.
        ratios: (batch, tries), width over height.
        places: (batch, 2), in [0, 1): 0 is the first row or column where the window fits.
        height, width: of the pictures, in pixels.
        limits: least and greatest ratio.

    Returns:
        Integers (batch, 4): first row and column, height, width.

    Example:

    >>> import numpy as np
    >>> tries = np.array([[1.0, 0.25]]), np.array([[2.0, 1.0]])  # the first is too wide
    >>> np.array(choose_windows(*tries, np.array([[0.0, 0.9]]), height=8, width=8)).tolist()
    [[0, 4, 4, 4]]

    Source: Szegedy et al., "Going deeper with convolutions", CVPR 2015, section 6; ten tries
    and the central window are torchvision's definition.
    """
    areas, ratios, places = (
        ops.cast(ops.convert_to_tensor(part), "float32") for part in (areas, ratios, places)
    )
    size = ops.cast(ops.stack([height, width]), "float32")
    area = areas * size[0] * size[1]
    sides = ops.round(ops.sqrt(ops.stack([area / ratios, area * ratios], axis=2)))
    fits = ops.all((sides >= 1) & (sides <= size), axis=2)  # (batch, tries)
    first = ops.argmax(ops.cast(fits, "int32"), axis=1)
    sides = ops.take_along_axis(sides, first[:, None, None], axis=1)[:, 0]  # (batch, 2)
    start = ops.floor(places * (size - sides + 1))
    fallback = central_window(height, width, limits, ops=ops)
    chosen = ops.cast(ops.concatenate([start, sides], axis=1), "int32")
    return ops.where(ops.any(fits, axis=1)[:, None], chosen, fallback)


def central_window(
    height: Any, width: Any, limits: tuple[float, float], share: float = 1.0, ops: Any = keras.ops
) -> Any:
    """Give the largest central window whose ratio, width over height, is within the limits.

    ``share``, in (0, 1], is how much of its sides is then kept. Returns integers (1, 4).

    >>> import numpy as np
    >>> np.array(central_window(8, 12, (1.0, 1.0))).tolist()
    [[0, 2, 8, 8]]
    """
    size = ops.cast(ops.stack([height, width]), "float32")
    # At most as wide as the greatest ratio allows, and as high as the least one does.
    fitting = ops.stack([size[1] / limits[0], size[0] * limits[1]])
    sides = ops.cast(ops.round(share * ops.minimum(size, fitting)), "int32")
    sides = ops.maximum(sides, 1)
    return ops.concatenate([(ops.cast(size, "int32") - sides) // 2, sides])[None]


def resample(
    images: Any, windows: Any, size: tuple[int, int], antialias: bool = True, ops: Any = keras.ops
) -> Any:
    r"""Cut a window out of each picture and resize it by bilinear interpolation.

    Along each axis the result is a weighted mean. Output ``i`` of ``n`` looks at the place
    ``t = start + (i + 1/2) s - 1/2`` with ``s = length / n``, and pixel ``j`` of the window
    has there the weight ``max(0, 1 - abs(t - j) / reach)``, divided by the weights' sum. The
    reach is 1 pixel or, with ``antialias``, ``max(s, 1)``: whoever shrinks must average.

    Args:
        images: (batch, h, w, channels); integers become float32.
        windows: integers (batch, 4): first row and column, height, width.
        size: height and width of the result.
        antialias: whether shrinking averages over all pixels, as Pillow does, or looks at
            two, as OpenCV and ``ops.image.resize`` do unless told otherwise.

    Returns:
        A tensor (batch, *size, channels).

    Example:

    >>> import numpy as np
    >>> ramp = np.arange(8, dtype="float32").reshape(1, 1, 8, 1)
    >>> y = resample(ramp, np.array([[0, 2, 1, 4]]), size=(1, 2))  # of 2, 3, 4, 5
    >>> (7 * np.array(y))[0, 0, :, 0].round().tolist()  # 3*2 + 3*3 + 1*4, 1*3 + 3*4 + 3*5
    [19.0, 30.0]
    """
    images = as_float(images, ops)
    _, height, width, _ = ops.shape(images)
    top, left, rows, columns = (ops.cast(windows, "float32")[:, k, None] for k in range(4))
    vertical = _weights(top, rows, size[0], height, antialias, ops)
    horizontal = _weights(left, columns, size[1], width, antialias, ops)
    images = ops.einsum("bij,bjkc->bikc", ops.cast(vertical, images.dtype), images)
    return ops.einsum("blk,bikc->bilc", ops.cast(horizontal, images.dtype), images)


def _weights(start: Any, length: Any, after: int, before: Any, antialias: bool, ops: Any) -> Any:
    """Weights of the pixels along one axis: two times (batch, 1) -> (batch, after, before)."""
    step = length / after
    place = start + (ops.arange(after, dtype="float32") + 0.5) * step - 0.5  # (batch, after)
    pixel = ops.cast(ops.arange(before, dtype="int32"), "float32")
    reach = ops.maximum(step, 1.0) if antialias else 1.0 + 0 * step
    near = ops.relu(1 - ops.abs(place[:, :, None] - pixel) / reach[:, :, None])
    # The crop comes before the resizing: a pixel outside the window has no weight.
    inside = (pixel >= start) & (pixel < start + length)  # (batch, before)
    weights = near * ops.cast(inside, "float32")[:, None, :]
    return weights / ops.sum(weights, axis=2, keepdims=True)
