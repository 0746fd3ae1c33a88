"""Ten-crop prediction: corners, centre and their mirror images, at several sizes, averaged."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from course_kit.inference.pooled_moments import PooledMoments
from course_kit.inference.progress import Progress
from course_kit.inference.stand_in import without_updates
from course_kit.layers.standardize import in_full_precision


def ten_crops(pictures: Any, size: int, crop: int | tuple[int, int]) -> Any:
    """Cut ten views out of each picture: four corners and the centre, then their mirror images.

    Args:
        pictures: (n, h, w, c), of any numeric type.
        size: pixels of the shorter side, to which a picture is resized first; the other side
            follows.
        crop: pixels of the views, one number or (height, width).

    Returns:
        A float32 tensor, (10, n, crop height, crop width, c): top left, top right, bottom
        left, bottom right, centre, and the same turned left to right.

    Raises:
        ValueError: the pictures have not four axes, or are smaller than the views.

    Example: of a square at the crop's own size there are two distinct views.

    >>> picture = np.arange(4.0).reshape(1, 2, 2, 1)
    >>> views = ops.convert_to_numpy(ten_crops(picture, size=2, crop=2))
    >>> len(np.unique(views.reshape(10, 4), axis=0))
    2

    Source: as `ten_crop_predict`.
    """
    crop = _pair(crop)
    resized = _resized(pictures, size, crop)
    places = _places(resized.shape[1:3], crop)
    return ops.stack(
        [_view(resized, crop, *place, mirror) for mirror in (0, 1) for place in places]
    )


def ten_crop_predict(
    model: keras.Model,
    x: Any,
    sizes: int | Sequence[int],
    crop: int | tuple[int, int] | None = None,
    batch_size: int = 32,
    activation: str | Callable[[Any], Any] | None = None,
) -> Any:
    """Average a model's predictions over ten views of each picture, at each of several sizes.

    For each size the shorter side of a picture is resized to it (bilinear, smoothed where it
    shrinks), and ten views are cut out: `ten_crops`. The prediction is the mean over all
    views and sizes. Views that coincide are computed once and counted as often as they
    occur: of a square picture at the crop's own size there are two.

    Args:
        model: a built model from (batch, h, w, c).
        x: pictures: an array (n, h, w, c), or a list of arrays (h, w, c) of different sizes.
        sizes: pixels of the shorter side, one or several; none smaller than the crop. The
            deck has (224, 256, 384, 480, 640) for a crop of 224.
        crop: pixels of the views, one number or (height, width); by default the model's input.
        batch_size: views in one call of the model.
        activation: applied to the outputs before they are averaged: ``"softmax"`` for a model
            that ends in logits. Name or function.

    Returns:
        A float32 array, (n, classes); or the structure of the model's outputs.

    Raises:
        ValueError: the model is not built, takes no single picture, or takes any size and
            ``crop`` is missing; ``x`` holds no pictures; a size is smaller than the crop.

    Example:

    >>> model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.GlobalMaxPooling2D()])
    >>> picture = np.zeros((1, 6, 6, 1))
    >>> picture[0, 0, 0] = 5.0  # seen by two views of ten
    >>> ten_crop_predict(model, picture, sizes=6).tolist()
    [[1.0]]

    Source: Krizhevsky et al., "ImageNet classification with deep convolutional neural
    networks", NIPS 2012, section 4.1; several sizes: He et al., "Deep residual learning for
    image recognition", 2015, section 3.4. Deck: C, Lecture 10.2, "Data Augmentation for Image
    Classification", under testing.
    """
    crop = _crop_of(model, crop)
    sizes = [sizes] if isinstance(sizes, int) else list(sizes)
    groups = list(_groups(x, batch_size))
    if not groups or not sizes:
        raise ValueError(
            f"`x` and `sizes` must not be empty. Received: {len(groups)} batches, sizes={sizes}."
        )
    activate = keras.activations.get(activation)

    def outputs(views: Any) -> Any:
        made = model(views, training=False)
        return keras.tree.map_structure(lambda y: activate(in_full_precision(y)), made)

    run = without_updates(model, outputs)
    progress = Progress(len(groups) * len(sizes))
    found = []
    for pictures in groups:
        pooled: dict[int, PooledMoments] = {}
        for size in sizes:
            for view, count in _distinct_views(_resized(pictures, size, crop), crop):
                made, _ = run([], view)
                for i, y in enumerate(keras.tree.flatten(made)):
                    moments = pooled.setdefault(i, PooledMoments())
                    moments.add(count, ops.convert_to_numpy(y), 0.0)
            progress.step()
        found.append([moments.mean for moments in pooled.values()])
    joined = [np.float32(np.concatenate(parts)) for parts in zip(*found, strict=True)]
    return keras.tree.pack_sequence_as(made, joined)


def _pair(crop: int | tuple[int, int]) -> tuple[int, int]:
    return (crop, crop) if isinstance(crop, int) else (int(crop[0]), int(crop[1]))


def _crop_of(model: keras.Model, crop: int | tuple[int, int] | None) -> tuple[int, int]:
    """Give the size of the views: what is asked for, or what the model takes."""
    if not model.built:
        raise ValueError(
            "`model` must be built. Received: one that is not. Give it a keras.Input, or call it "
            "on a batch first."
        )
    if crop is not None:
        return _pair(crop)
    inputs = getattr(model, "inputs", None) or []
    shape = tuple(inputs[0].shape) if len(inputs) == 1 else None
    if shape is None or len(shape) != 4 or None in shape[1:3]:
        raise ValueError(
            "`model` must take one picture of known size, (batch, h, w, c). Received: "
            f"inputs of shape {[tuple(t.shape) for t in inputs]}. Give `crop`."
        )
    return shape[1:3]


def _groups(x: Any, batch_size: int) -> Iterator[Any]:
    """Yield pictures of one size, (b, h, w, c), ``batch_size`` at most."""
    if batch_size < 1:
        raise ValueError(f"`batch_size` must be at least 1. Received: batch_size={batch_size}.")
    if isinstance(x, (list, tuple)):
        for picture in x:
            yield picture[None] if hasattr(picture, "shape") else np.asarray(picture)[None]
        return
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size]


def _resized(pictures: Any, size: int, crop: tuple[int, int]) -> Any:
    """Resize so that the shorter side has ``size`` pixels: (n, h, w, c) -> (n, H, W, c)."""
    if len(pictures.shape) != 4:
        raise ValueError(
            "Pictures must have the axes (n, h, w, c). Received: shape="
            f"{tuple(pictures.shape)}. Add the axis that is missing."
        )
    h, w = pictures.shape[1:3]
    new = (round(h * size / min(h, w)), round(w * size / min(h, w)))
    if new[0] < crop[0] or new[1] < crop[1]:
        raise ValueError(
            f"Views must fit into the resized pictures. Received: size={size}, which makes "
            f"{new[0]}x{new[1]} of {h}x{w}, for a crop of {crop[0]}x{crop[1]}. Take a larger size."
        )
    x = ops.cast(ops.convert_to_tensor(pictures), "float32")
    if new == (h, w):
        return x
    return ops.image.resize(x, new, "bilinear", antialias=True, data_format="channels_last")


def _places(shape: Sequence[int], crop: tuple[int, int]) -> list[tuple[int, int]]:
    """Give the upper left pixels of the corners' views and of the centre's."""
    down, right = shape[0] - crop[0], shape[1] - crop[1]
    return [(0, 0), (0, right), (down, 0), (down, right), (down // 2, right // 2)]


def _view(x: Any, crop: tuple[int, int], top: int, left: int, mirror: int) -> Any:
    view = x[:, top : top + crop[0], left : left + crop[1]]
    return ops.flip(view, axis=2) if mirror else view


def _distinct_views(x: Any, crop: tuple[int, int]) -> Iterator[tuple[Any, int]]:
    """Yield the views that differ, and how many of the ten each stands for."""
    for place, count in Counter(_places(x.shape[1:3], crop)).items():
        for mirror in (0, 1):
            yield _view(x, crop, *place, mirror), count
