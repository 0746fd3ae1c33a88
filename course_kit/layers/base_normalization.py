"""What the normalization layers share: axes, gamma and beta, and their configuration."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import constraints, initializers, ops, regularizers

from course_kit.layers.standardize import in_full_precision


def positive_axes(axis: int | Sequence[int], rank: int) -> tuple[int, ...]:
    """Count axes from the front, sort them, and refuse what is not there or there twice.

    >>> positive_axes([-1, 1], rank=4)
    (1, 3)
    """
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    positive = sorted(a + rank if a < 0 else a for a in axes)
    if len(set(positive)) < len(positive) or not positive:
        raise ValueError(
            f"`axis` must name each axis once, and at least one. Received: axis={axis} for "
            f"inputs of rank {rank}. Is one given from both ends?"
        )
    return tuple(positive)


def checked_axis(axis: Any) -> Any:
    """Return an int as an int, and several as a list, since JSON has no tuples; or raise.

    >>> checked_axis((3, -2))
    [3, -2]
    """
    if isinstance(axis, (list, tuple)) and all(_is_int(a) for a in axis):
        return [int(a) for a in axis]
    if _is_int(axis):
        return int(axis)
    raise TypeError(
        f"Expected an int or a list/tuple of ints for the argument 'axis', but received: {axis!r}"
    )


def _is_int(axis: Any) -> bool:
    return hasattr(axis, "__index__")


def check_axis_in_shape(axis: Any, shape: Sequence) -> None:
    """Raise, in Keras' words, where the inputs have no such axis."""
    for one in [axis] if isinstance(axis, int) else axis:
        if not -len(shape) <= one < len(shape):
            raise ValueError(
                f"Axis {one} is out of bounds for input shape {shape}. Received: axis={axis}"
            )


class BaseNormalization(keras.layers.Layer):
    """Hold gamma and beta, which vary along some axes of the input and broadcast along the rest.

    A subclass calls `add_gamma_and_beta` when it is built, and fills `call`.
    """

    def __init__(
        self,
        axis: Any,
        epsilon: float,
        center: bool,
        scale: bool,
        beta_initializer: Any,
        gamma_initializer: Any,
        beta_regularizer: Any,
        gamma_regularizer: Any,
        beta_constraint: Any,
        gamma_constraint: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.axis = axis
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)
        self.supports_masking = True
        self.gamma: Any = None
        self.beta: Any = None

    def add_gamma_and_beta(self, input_shape: Sequence, center: bool, scale: bool) -> None:
        """Add the two weights: their shape is the input's along ``self.axis``, in input order."""
        check_axis_in_shape(self.axis, input_shape)
        self._rank = len(input_shape)
        self._axes = positive_axes(self.axis, self._rank)
        self._shape = tuple(input_shape[a] for a in self._axes)
        for axis, size in zip(self._axes, self._shape, strict=True):
            if size is None:
                raise ValueError(
                    f"Axis {axis} of input tensor should have a defined dimension but the layer "
                    f"received an input with shape {input_shape}. Give its size in `Input`."
                )
        if scale:
            self.gamma = self._add_parameter("gamma")
        if center:
            self.beta = self._add_parameter("beta")

    def _add_parameter(self, name: str) -> Any:
        """Add gamma or beta; in mixed precision it is read in full precision."""
        return self.add_weight(
            shape=self._shape,
            name=name,
            initializer=getattr(self, f"{name}_initializer"),
            regularizer=getattr(self, f"{name}_regularizer"),
            constraint=getattr(self, f"{name}_constraint"),
            autocast=False,
        )

    def broadcast(self, weight: Any, dtype: Any) -> Any:
        """Give a weight the rank of the inputs: (c,) -> (1, 1, 1, c)."""
        if weight is None:
            return None
        shape = [1] * self._rank
        for axis, size in zip(self._axes, self._shape, strict=True):
            shape[axis] = size
        return ops.reshape(ops.cast(weight, dtype), shape)

    def full_precision(self, inputs: Any) -> tuple[Any, Any, Any]:
        """Return x, gamma and beta in the dtype of the computation, the last two broadcast."""
        x = in_full_precision(inputs)
        return x, self.broadcast(self.gamma, x.dtype), self.broadcast(self.beta, x.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape as it came."""
        check_axis_in_shape(self.axis, input_shape)
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "axis": list(self.axis) if isinstance(self.axis, list) else self.axis,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "beta_initializer": initializers.serialize(self.beta_initializer),
            "gamma_initializer": initializers.serialize(self.gamma_initializer),
            "beta_regularizer": regularizers.serialize(self.beta_regularizer),
            "gamma_regularizer": regularizers.serialize(self.gamma_regularizer),
            "beta_constraint": constraints.serialize(self.beta_constraint),
            "gamma_constraint": constraints.serialize(self.gamma_constraint),
        }
