"""Coloured shapes: ten classes of 32x32 pictures, drawn rather than downloaded.

Position, size, rotation, colours, background and brightness vary freely and say
nothing about the class, so that a network with few pictures profits from
augmentation. Every flip and rotation keeps the class.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

SIDE = 32  # pixels
SHAPE_NAMES = (
    "disk",
    "ring",
    "crescent",
    "square",
    "bar",
    "triangle",
    "star",
    "cross",
    "heart",
    "corner",
)

_RADIUS = (7.0, 11.0)  # pixels, half the extent of a shape
_SHIFT = 5.0  # pixels, each way
_BRIGHTNESS = (0.65, 1.15)
_NOISE = (0.01, 0.07)  # standard deviation, of 1
_CHUNK = 1000  # pictures drawn at once: bounds the memory


def make_shapes(
    train: int = 4000, test: int = 1000, seed: int = 0
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Draws a data set of shapes in the format of CIFAR-10.

    Args:
        train, test: numbers of pictures, at least 1 each. The test set does not depend
            on `train`.
        seed: a whole number, at least 0; equal seeds give equal pictures.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: x uint8 of shape (n, 32, 32, 3); y int64
        of shape (n,), indices of `SHAPE_NAMES`, class counts differing by at most 1.

    Raises:
        ValueError: a size below 1.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = make_shapes(train=30, test=10)
        >>> x_train.shape, str(x_train.dtype), y_test.shape
        ((30, 32, 32, 3), 'uint8', (10,))
    """
    if min(train, test) < 1:
        raise ValueError(
            f"`train` and `test` must be at least 1. Received: train={train}, test={test}."
        )
    parts = [_draw(size, np.random.default_rng([seed, k])) for k, size in enumerate((train, test))]
    return parts[0], parts[1]


def _draw(size: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    y = random.permutation(np.arange(size) % len(SHAPE_NAMES))
    x = np.empty((size, SIDE, SIDE, 3), "uint8")
    for start in range(0, size, _CHUNK):
        labels = y[start : start + _CHUNK]
        x[start : start + _CHUNK] = _paint(_coverage(labels, random), random)
    return x, y


def _coverage(y: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """How much of each pixel the shape covers, in [0, 1]: (n,) -> (n, h, w)."""
    n = len(y)
    radius = random.uniform(*_RADIUS, (n, 1, 1)).astype("float32")
    center = random.uniform(-_SHIFT, _SHIFT, (2, n, 1, 1)).astype("float32")
    angle = random.uniform(0, 2 * np.pi, (n, 1, 1)).astype("float32")
    row, column = np.mgrid[:SIDE, :SIDE].astype("float32") - (SIDE - 1) / 2
    dx, dy = (column - center[0]) / radius, (row - center[1]) / radius  # (n, h, w)
    u = np.cos(angle) * dx + np.sin(angle) * dy
    v = np.cos(angle) * dy - np.sin(angle) * dx
    distance = np.empty_like(u)
    for label, outline in enumerate(_OUTLINES):
        chosen = y == label
        distance[chosen] = outline(u[chosen], v[chosen])
    # An edge through a pixel's centre covers half of it: soft edges, no staircase.
    return np.clip(0.5 - distance * radius, 0, 1)


def _paint(coverage: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Colours the shape and what lies behind it: (n, h, w) -> (n, h, w, 3), uint8."""
    n = len(coverage)
    ends = random.uniform(0, 1, (2, n, 1, 1, 3)).astype("float32")
    background = ends[0] + _slope(n, random) * (ends[1] - ends[0])
    color = _far_from(ends, random)
    picture = background + coverage[..., np.newaxis] * (color - background)
    picture *= random.uniform(*_BRIGHTNESS, (n, 1, 1, 1)).astype("float32")
    deviation = random.uniform(*_NOISE, (n, 1, 1, 1)).astype("float32")
    picture += deviation * random.standard_normal(picture.shape, dtype="float32")
    return np.rint(255 * np.clip(picture, 0, 1)).astype("uint8")


def _slope(n: int, random: np.random.Generator) -> np.ndarray:
    """A ramp from 0 to 1 across the picture in any direction: (n, h, w, 1)."""
    angle = random.uniform(0, 2 * np.pi, (n, 1, 1, 1)).astype("float32")
    axis = np.linspace(-1, 1, SIDE, dtype="float32")
    along = np.cos(angle) * axis[None, None, :, None] + np.sin(angle) * axis[None, :, None, None]
    return 0.5 + along / (2 * np.sqrt(2, dtype="float32"))


def _far_from(ends: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Of eight colours the one farthest from the line between both ends: (n, 1, 1, 3)."""
    tries = random.uniform(0, 1, (8, *ends.shape[1:])).astype("float32")
    middle = ends.mean(axis=0)
    gaps = [np.linalg.norm(tries - other, axis=-1) for other in (*ends, middle)]
    best = np.min(gaps, axis=0).argmax(axis=0)  # (n, 1, 1)
    return np.take_along_axis(tries, best[np.newaxis, ..., np.newaxis], axis=0)[0]


# Outlines: signed distance to the edge, negative inside, in units of the radius.


def _disk(u: np.ndarray, v: np.ndarray, radius: float = 0.85) -> np.ndarray:
    return np.hypot(u, v) - radius


def _box(u: np.ndarray, v: np.ndarray, width: float, height: float) -> np.ndarray:
    return np.maximum(np.abs(u) - width, np.abs(v) - height)


def _ring(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.abs(_disk(u, v, 0.75)) - 0.18


def _crescent(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.maximum(_disk(u, v, 1.0), -_disk(u - 0.5, v, 0.8))


def _triangle(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    corners = 2 * np.pi * np.arange(3) / 3
    return np.max([np.cos(a) * u + np.sin(a) * v - 0.52 for a in corners], axis=0)


def _star(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Five points: each is mirrored onto half a point, whose edge is one line."""
    tip = 2 * np.pi / 5
    angle = np.abs((np.arctan2(v, u) + tip / 2) % tip - tip / 2)
    along, across = np.hypot(u, v) * np.cos(angle), np.hypot(u, v) * np.sin(angle)
    inner = 0.45 * np.array([np.cos(tip / 2), np.sin(tip / 2)])
    normal = np.array([inner[1], 1.1 - inner[0]]) / np.hypot(inner[1], 1.1 - inner[0])
    return (along - 1.1) * normal[0] + across * normal[1]


def _cross(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.minimum(_box(u, v, 1.0, 0.3), _box(u, v, 0.3, 1.0))


def _heart(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """A square on its tip with a half disk on each upper side."""
    a, b = (u + v) / np.sqrt(2), (v - u) / np.sqrt(2)
    side, shift = 0.55, 0.2
    a, b = a - shift, b - shift
    lobes = np.minimum(_disk(a + side, b, side), _disk(a, b + side, side))
    return np.minimum(_box(a, b, side, side), lobes)


def _corner(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.minimum(_box(u + 0.5, v, 0.25, 0.75), _box(u, v - 0.5, 0.75, 0.25))


def _square(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return _box(u, v, 0.72, 0.72)


def _bar(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return _box(u, v, 1.05, 0.25)


_OUTLINES: tuple[Callable[[np.ndarray, np.ndarray], np.ndarray], ...] = (
    _disk,
    _ring,
    _crescent,
    _square,
    _bar,
    _triangle,
    _star,
    _cross,
    _heart,
    _corner,
)
