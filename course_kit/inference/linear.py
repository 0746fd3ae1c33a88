"""Layers that are linear in their input, and what a scale and a shift do to their kernels."""

from typing import Any, NamedTuple

import keras
import numpy as np

from course_kit.inference.copies import copy_of
from course_kit.layers import BatchNormalization, WeightNormalization, WeightStandardization
from course_kit.layers.base_normalization import positive_axes

K = keras.layers
CONVOLUTIONS = (K.Conv1D, K.Conv2D, K.Conv3D)
DEPTHWISE = (K.DepthwiseConv1D, K.DepthwiseConv2D)
TRANSPOSED = (K.Conv1DTranspose, K.Conv2DTranspose, K.Conv3DTranspose)
SEPARABLE = (K.SeparableConv1D, K.SeparableConv2D)
LINEAR = (K.Dense, K.EinsumDense, *CONVOLUTIONS, *DEPTHWISE, *TRANSPOSED, *SEPARABLE)
# Their kernel is the same in training and inference, so that it can be put in for good.
REWRITTEN = (WeightNormalization, WeightStandardization)
NORMALIZATIONS = (K.BatchNormalization, BatchNormalization)


class ScaleAndShift(NamedTuple):
    """What a batch normalization does at inference: ``y = scale * x + shift`` along an axis.

    Both are vectors in float64; ``rank`` is that of x.
    """

    scale: np.ndarray
    shift: np.ndarray
    axis: int
    rank: int


def is_normalization(layer: Any) -> bool:
    """Say whether the layer is a batch normalization, Keras' own or ours."""
    return isinstance(layer, NORMALIZATIONS)


def normalized_axes(layer: Any, rank: int) -> tuple[int, ...]:
    """Name the axes along which the statistics of a batch normalization vary."""
    return positive_axes(layer.axis, rank)


def scale_and_shift(layer: Any, rank: int) -> ScaleAndShift:
    """Read ``scale = gamma / sqrt(variance + epsilon)`` and ``shift = beta - mean * scale``."""
    (axis,) = normalized_axes(layer, rank)
    mean = array(layer.moving_mean)
    scale = np.ones_like(mean)
    if layer.moving_variance is not None:  # else it normalizes the mean only
        scale = scale / np.sqrt(array(layer.moving_variance) + layer.epsilon)
    if layer.gamma is not None:
        scale = scale * array(layer.gamma)
    beta = 0.0 if layer.beta is None else array(layer.beta)
    return ScaleAndShift(scale, beta - mean * scale, axis, rank)


def array(variable: Any) -> np.ndarray:
    """Copy a variable or tensor to the host, in float64."""
    tensor = keras.ops.convert_to_tensor(variable)
    return np.asarray(keras.ops.convert_to_numpy(tensor)).astype("float64")  # always a copy


def inner(layer: Any) -> Any:
    """Give the layer that a weight normalization or standardization wraps; others as they are."""
    return layer.layer if type(layer) in REWRITTEN else layer


def channel_axes(layer: Any, rank: int) -> list[int]:
    """Name the axes of the output along which a kernel can be scaled: an einsum has several."""
    linear = inner(layer)
    if isinstance(linear, K.EinsumDense):
        return [axis for axis in range(rank) if _letter(linear, axis, rank)]
    return [input_axis(linear, rank)]


def input_axis(layer: Any, rank: int) -> int:
    """Name the axis of the input over which a dense layer or convolution sums."""
    return 1 if getattr(layer, "data_format", "") == "channels_first" else rank - 1


class Folded:
    """The kernel and the bias of a linear layer, in float64, with normalizations taken up.

    Args:
        layer: a linear layer, weight-normalized or -standardized perhaps.
    """

    def __init__(self, layer: Any) -> None:
        self.layer = layer
        self.linear = inner(layer)
        self.name = "pointwise_kernel" if isinstance(self.linear, SEPARABLE) else "kernel"
        kernel = getattr(self.linear, self.name)
        if layer is not self.linear:
            raw = keras.ops.convert_to_tensor(kernel)
            kernel = layer.rewrite_kernel(raw, training=False)
        self.kernel = array(kernel)
        bias = getattr(self.linear, "bias", None)
        self.bias = np.zeros(()) if bias is None else array(bias)
        self.bias_axes = getattr(self.linear, "bias_axes", None) or ""

    def then(self, behind: ScaleAndShift) -> None:
        """Take up a normalization of the output: ``scale * (W x + b) + shift``."""
        scale, shift = behind.scale, behind.shift
        if isinstance(self.linear, K.EinsumDense):
            letter = _letter(self.linear, behind.axis, behind.rank)
            place = _letters(self.linear)[0].index(letter)
            self.kernel = self.kernel * along(scale, place, self.kernel.ndim)
            scale, shift = (along(v, behind.axis, behind.rank) for v in (scale, shift))
            self.bias_axes += "" if letter in self.bias_axes else letter
        elif isinstance(self.linear, TRANSPOSED):
            self.kernel = self.kernel * scale[:, None]
        elif isinstance(self.linear, DEPTHWISE):
            self.kernel = self.kernel * scale.reshape(self.kernel.shape[-2:])
        else:
            self.kernel = self.kernel * scale
        self.bias = self.bias * scale + shift

    def after(self, before: ScaleAndShift) -> None:
        """Take up a normalization of the input: ``W (scale * x + shift) + b``."""
        moved = self.kernel * before.shift[:, None]
        self.bias = self.bias + moved.sum(axis=tuple(range(moved.ndim - 1)))
        self.kernel = self.kernel * before.scale[:, None]

    def replacement(self) -> Any:
        """Make the layer that will hold them, not built yet: as the old one, with a bias."""
        bias = {"bias_axes": self.bias_axes} if self.bias_axes else {"use_bias": True}
        return copy_of(self.linear, name=self.layer.name, **bias)

    def write(self, layer: Any) -> None:
        """Write them into the built replacement."""
        if isinstance(self.linear, SEPARABLE):
            layer.depthwise_kernel.assign(array(self.linear.depthwise_kernel))
        getattr(layer, self.name).assign(self.kernel)
        layer.bias.assign(self.bias.reshape(layer.bias.shape))


def along(vector: np.ndarray, axis: int, rank: int) -> np.ndarray:
    """Give a vector the rank of a tensor: (c,) -> (1, 1, c, 1) along axis 2 of rank 4."""
    shape = [1] * rank
    shape[axis] = -1
    return vector.reshape(shape)


def _letters(layer: Any) -> tuple[str, str]:
    """Give the letters of the kernel and of the output: in "abc,cd->abd" "cd" and "abd"."""
    kernel, output = layer.equation.replace(" ", "").split(",")[1].split("->")
    return kernel, output


def _letter(layer: Any, axis: int, rank: int) -> str:
    """Name the letter of an axis of an einsum's output if the kernel has it too, else ""."""
    kernel, output = _letters(layer)
    letters = output.replace("...", "")
    place = axis - (rank - len(letters)) if output.startswith("...") else axis
    letter = letters[place] if 0 <= place < len(letters) else ""
    return letter if letter in kernel else ""
