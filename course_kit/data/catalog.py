"""One door to every data set: `load(name)`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from course_kit.data.archives import load_archive
from course_kit.data.mnist1d import make_mnist1d
from course_kit.data.shapes import make_shapes

Splits = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def load(name: str) -> Splits:
    """Loads a data set, already split, in the form of `keras.datasets`.

    Args:
        name: `digits`, `mnist1d`, `shapes` (no network needed), `cifar10`,
            `fashion_mnist` or `mnist` (from the folder COURSE_KIT_DATA, else by Keras).

    Returns:
        `(x_train, y_train), (x_test, y_test)`; x as in the table of `course_kit.data`,
        y int64 of shape (n,), classes 0 to 9. Two calls give equal arrays.

    Raises:
        ValueError: an unknown name, or an archive that is not what it should be.
        FileNotFoundError: an archive that is neither in the folder nor to be had by Keras.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load("digits")
        >>> x_train.shape[1:], sorted(set(y_test.tolist()))
        ((8, 8, 1), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    """
    if name not in _LOADERS:
        known = ", ".join(sorted(_LOADERS))
        raise ValueError(f"`name` must be one of {known}. Received: name={name!r}.")
    return _LOADERS[name]()


def _digits() -> Splits:
    """Handwritten digits of scikit-learn: 8x8, 1437 to train on and 360 to test."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    bunch = load_digits()
    x = (bunch.images / 16).astype("float32")[..., np.newaxis]  # 16: the brightest value
    y = bunch.target.astype("int64")
    x_train, x_test, y_train, y_test = train_test_split(
        x, y, test_size=360, stratify=y, random_state=0
    )
    return (x_train, y_train), (x_test, y_test)


_LOADERS: dict[str, Callable[[], Splits]] = {
    "digits": _digits,
    "mnist1d": make_mnist1d,
    "shapes": make_shapes,
    "cifar10": partial(load_archive, "cifar10", (32, 32, 3)),
    "fashion_mnist": partial(load_archive, "fashion_mnist", (28, 28)),
    "mnist": partial(load_archive, "mnist", (28, 28)),
}
