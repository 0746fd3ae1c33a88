"""Sheets of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from course_kit.figures.style import use

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_INCHES = 8.0  # width of the sheet


def image_grid(
    images: np.ndarray, titles: Sequence[Any] | None = None, columns: int = 8, title: str = ""
) -> Figure:
    """Shows pictures side by side, each under its title.

    Args:
        images: (n, h, w), (n, h, w, 1) or (n, h, w, 3); colours uint8, or floats in
            [0, 1]; grey ones of any range share one scale.
        titles: one a picture, none if None.
        columns: pictures in a row, at least 1.
        title: above the sheet.

    Returns:
        The figure.

    Raises:
        ValueError: other shapes, colours out of range, or a wrong number of titles.

    Example:
        >>> fig = image_grid(np.zeros((3, 8, 8)), ["one", "two", "three"])
        >>> [ax.get_title() for ax in fig.axes]
        ['one', 'two', 'three']
    """
    import matplotlib.pyplot as plt

    images = _checked(np.asarray(images))
    if titles is not None and len(titles) != len(images):
        raise ValueError(
            f"`titles` must be one a picture, here {len(images)}. Received: {len(titles)} titles."
        )
    columns = max(1, min(columns, len(images)))
    rows = -(-len(images) // columns)
    height = _INCHES / columns * images.shape[1] / images.shape[2] + (0.25 if titles else 0)
    scale = {"cmap": "gray", "vmin": images.min(), "vmax": images.max()}
    with use():
        fig, axes = plt.subplots(
            rows,
            columns,
            figsize=(_INCHES, rows * height + (0.4 if title else 0)),
            squeeze=False,
            layout="constrained",
        )
    for index, ax in enumerate(axes.flat):
        ax.axis("off")
        if index < len(images):
            ax.imshow(images[index], interpolation="nearest", **(scale if images.ndim == 3 else {}))
            ax.set_title("" if titles is None else str(titles[index]), fontsize=10)
    fig.suptitle(title)
    return fig


def _checked(images: np.ndarray) -> np.ndarray:
    """Grey pictures as (n, h, w), coloured ones as (n, h, w, 3)."""
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if not images.size or not (images.ndim == 3 or (images.ndim == 4 and images.shape[-1] == 3)):
        raise ValueError(
            "`images` must have the shape (n, h, w), (n, h, w, 1) or (n, h, w, 3), n at least 1. "
            f"Received: {images.shape}. For one picture pass images[None]."
        )
    if (
        images.ndim == 4
        and images.dtype != "uint8"
        and not (0 <= images.min() <= images.max() <= 1)
    ):
        raise ValueError(
            "`images` in colour must be uint8 or floats in [0, 1]. "
            f"Received: {images.dtype} from {images.min():.3g} to {images.max():.3g}. "
            "Did you mean images / 255, or to undo a normalization?"
        )
    return images
