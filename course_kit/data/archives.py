"""Keras' own data sets: from a folder of archives if there is one, else by Keras."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

FOLDER = "COURSE_KIT_DATA"
KEYS = ("x_train", "y_train", "x_test", "y_test")
CLASSES = 10


def load_archive(
    name: str, shape: tuple[int, ...]
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Loads `name` from COURSE_KIT_DATA/NAME.npz, or by `keras.datasets` if there is none.

    Args:
        name: a module of `keras.datasets` whose data have ten classes.
        shape: of one picture, such as (32, 32, 3).

    Returns:
        `(x_train, y_train), (x_test, y_test)`: x uint8 of shape (n, *shape), y int64 (n,).

    Raises:
        ValueError: a file that is not such an archive; it is never replaced silently.
        FileNotFoundError: no file, and Keras could not download it.
    """
    folder = os.environ.get(FOLDER)
    path = Path(folder).expanduser() / f"{name}.npz" if folder else None
    if path is not None and path.exists():
        arrays, origin = _read(path), str(path)
    else:
        arrays, origin = _by_keras(name, path), f"keras.datasets.{name}"
    _validate(arrays, shape, origin)
    y = {key: arrays[key].reshape(-1).astype("int64") for key in ("y_train", "y_test")}
    return (arrays["x_train"], y["y_train"]), (arrays["x_test"], y["y_test"])


def _read(path: Path) -> dict[str, np.ndarray]:
    """The four arrays of an archive; pickled objects in it are refused, they could run code."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            missing = [key for key in KEYS if key not in archive]
            if missing:
                raise ValueError(f"it lacks {', '.join(missing)} and has {', '.join(archive)}")
            return {key: archive[key] for key in KEYS}
    except (ValueError, OSError, EOFError, TypeError, AttributeError, BadZipFile) as error:
        reason = " ".join(str(error).split())
        raise ValueError(
            f"`{path}` must be an .npz archive with {', '.join(KEYS)}. Received: {reason}. "
            f"Replace the file or unset {FOLDER}."
        ) from error


def _by_keras(name: str, path: Path | None) -> dict[str, np.ndarray]:
    datasets = importlib.import_module("keras.datasets")
    try:
        (x_train, y_train), (x_test, y_test) = getattr(datasets, name).load_data()
    except Exception as error:  # Keras raises a bare Exception when a download fails
        looked = f"no file `{path}`" if path else f"{FOLDER} is not set"
        reason = " ".join(str(error).split())[:200]
        raise FileNotFoundError(
            f"`{name}` is not here: {looked}, and keras.datasets could not fetch it ({reason}). "
            f"Either put {name}.npz in a folder and set {FOLDER} to it, or connect to the network "
            "once, and Keras will keep a copy."
        ) from error
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def _validate(arrays: Mapping[str, np.ndarray], shape: tuple[int, ...], origin: str) -> None:
    for part in ("train", "test"):
        x, y = arrays[f"x_{part}"], arrays[f"y_{part}"]
        expected = f"(n, {', '.join(map(str, shape))})"
        if x.shape[1:] != shape or not len(x) or x.dtype != "uint8":
            raise ValueError(
                f"{origin}: `x_{part}` must be uint8 of shape {expected}. "
                f"Received: {x.dtype} of shape {x.shape}. Is it the archive of another data set?"
            )
        if y.shape not in ((len(x),), (len(x), 1)) or y.dtype.kind not in "iu":
            raise ValueError(
                f"{origin}: `y_{part}` must be whole numbers of shape ({len(x)},), one a picture. "
                f"Received: {y.dtype} of shape {y.shape}. Write the archive again."
            )
        if y.min() < 0 or y.max() >= CLASSES:
            raise ValueError(
                f"{origin}: `y_{part}` must be classes 0 to {CLASSES - 1}. "
                f"Received: {y.min()} to {y.max()}. Write the archive again."
            )
