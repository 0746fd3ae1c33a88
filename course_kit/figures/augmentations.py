"""A sheet of what augmentation makes of pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from course_kit.figures.images import image_grid

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def augmentations(
    images: np.ndarray,
    layers: Mapping[str, Callable[[Any], Any]],
    names: Sequence[str] | None = None,
    title: str = "",
) -> Figure:
    """Shows pictures and what becomes of them: a row a picture, a column an augmentation.

    Args:
        images: (n, h, w), (n, h, w, 1) or (n, h, w, 3); uint8, or floats in [0, 1].
        layers: name -> a layer or function that takes the pictures as they are given here
            and returns as many of the same size. Where labels (n, classes) come with them,
            as from `MixUp`, each picture says of what classes it is.
        names: of the classes; their numbers if None.
        title: above the sheet.

    Returns:
        The figure. Values beyond black and white are shown as black and white.

    Raises:
        ValueError: a function that returns another number or size of pictures.

    Example:
        >>> fig = augmentations(np.zeros((2, 8, 8)), {"mirrored": lambda x: x[:, :, ::-1]})
        >>> [ax.get_title() for ax in fig.axes]
        ['given', 'mirrored', '', '']
    """
    images = np.asarray(images)
    columns, captions = [_shown(images, images)], [["given"] + [""] * (len(images) - 1)]
    for name, layer in layers.items():
        result = layer(images)
        pictures, *labels = result if isinstance(result, tuple) else (result,)
        pictures = np.asarray(pictures)
        if pictures.shape != images.shape:
            raise ValueError(
                f"{name!r} must return pictures of the shape {images.shape}. "
                f"Received: {pictures.shape}."
            )
        columns.append(_shown(pictures, images))
        notes = _shares(np.asarray(labels[0]), names) if labels else [""] * len(images)
        captions.append([f"{name}\n{notes[0]}".strip(), *notes[1:]])
    sheet = np.stack(columns, axis=1)  # (n, columns, h, w, ...)
    texts = [text for row in zip(*captions, strict=True) for text in row]
    fig = image_grid(sheet.reshape(-1, *images.shape[1:]), texts, len(columns), title)
    for ax in fig.axes:
        ax.title.set_fontsize(min(10, 56 / len(columns)))  # "RandomResizedCrop" just fits
    return fig


def _shown(pictures: np.ndarray, given: np.ndarray) -> np.ndarray:
    """In the range of the pictures that were given, as floats in [0, 1]."""
    return np.clip(pictures.astype("float64") / (255 if given.dtype == "uint8" else 1), 0, 1)


def _shares(labels: np.ndarray, names: Sequence[str] | None) -> list[str]:
    """The classes of each picture with their shares in per cent, the largest first."""
    texts = []
    for row in labels:
        order = [k for k in np.argsort(-row) if round(100 * row[k]) > 0]
        shares = [f"{row[k]:.0%} {k if names is None else names[k]}" for k in order]
        texts.append("\n".join(shares))
    return texts
