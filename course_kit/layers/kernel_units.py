"""Which axes of a kernel number the output units: one weight vector for each place along them."""

from typing import Any

import keras


def unit_axes(layer: keras.Layer, rank: int) -> tuple[int, ...]:
    """Name the axes of the kernel along which the units lie; the others are the fan-in.

    Dense, convolution: (..., in, units). Transposed convolution: (..., units, in). Depthwise
    convolution: (..., channels, multiplier), a unit for each pair. Einsum dense: what the
    kernel shares with the output and not with the input.

    Args:
        layer: a layer that trains a ``kernel``.
        rank: how many axes the kernel has.

    >>> unit_axes(keras.layers.Conv2D(8, 3), rank=4)
    (3,)
    >>> unit_axes(keras.layers.EinsumDense("abc,cde->abde", (None, 2, 3)), rank=3)
    (1, 2)
    """
    if isinstance(layer, keras.layers.EinsumDense):
        return _einsum_unit_axes(layer.equation)
    kind = type(layer).__name__
    if "Transpose" in kind:
        return (rank - 2,)
    return (rank - 2, rank - 1) if "Depthwise" in kind else (rank - 1,)


def _einsum_unit_axes(equation: str) -> tuple[int, ...]:
    """Read the letters: in "abc,cd->abd" the kernel's d is the unit."""
    inputs, rest = equation.replace(" ", "").split(",")
    kernel, output = rest.split("->")
    return tuple(i for i, letter in enumerate(kernel) if letter in output and letter not in inputs)


def fan_in_axes(layer: keras.Layer, kernel: Any) -> tuple[int, ...]:
    """Name the other axes: those over which one unit sums."""
    rank = len(kernel.shape)
    units = unit_axes(layer, rank)
    return tuple(axis for axis in range(rank) if axis not in units)
