"""Constraints on weights in one place: Keras' own, and a max-norm that fits convolutions too."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops
from keras.constraints import Constraint, MinMaxNorm, NonNeg, UnitNorm

from course_kit.layers.standardize import in_full_precision

__all__ = ["Constraint", "MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"]


@keras.saving.register_keras_serializable(package="course_kit")
class MaxNorm(Constraint):
    r"""Pull each unit's weight vector back onto a ball after an update took it outside.

    With w the weights that lead into one unit::

        w <- w * max_value / ||w||    if ||w|| > max_value
        w <- w                        otherwise, bit for bit

    Deck M describes a rescaling by a fixed s in (0, 1]; that shrinks every vector at every
    step, whatever its length, and is weight decay.

    The arguments are those of ``keras.constraints.MaxNorm``. That takes ``axis=0`` unless told
    otherwise, which in a convolution bounds each column of the filter for itself; and it takes
    10^-7 off the length of every vector at every step, inside the ball too.

    Args:
        max_value: the radius of the ball, at least 0; 2 to 4 is usual.
        axis: the axis or axes over which the norm is taken. None: all but the last, the whole
            fan-in of each unit of ``Dense`` (0) and ``Conv2D`` (0, 1, 2); a vector counts as one.
            Other kernels need it: (0, 1) for ``DepthwiseConv2D`` with (h, w, channels,
            multiplier), (0, 1, 3) for ``Conv2DTranspose`` with (h, w, out, in), 1 for
            ``Embedding`` with (words, units).

    Shapes:
        any, unchanged.

    Raises:
        ValueError: ``max_value`` is negative.

    Example, one vector outside and one inside:

    >>> import numpy as np
    >>> kernel = np.array([[6.0, 0.1], [8.0, 0.3]], "float32")
    >>> ops.convert_to_numpy(MaxNorm(5.0)(kernel)).round(3).astype(float).round(3).tolist()
    [[3.0, 0.1], [4.0, 0.3]]

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from
    overfitting", JMLR 15, 2014, section 5.1. Deck: M, "Scheduling the learning rate and avoiding
    under/overfitting".
    """

    def __init__(self, max_value: float = 2, axis: int | Sequence[int] | None = None) -> None:
        if not max_value >= 0:
            raise ValueError(f"`max_value` must be at least 0. Received: max_value={max_value}.")
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        """Return the weights, each vector in the ball."""
        w = ops.convert_to_tensor(w)
        axis = tuple(range(max(len(w.shape) - 1, 1))) if self.axis is None else self.axis
        norm = ops.sqrt(ops.sum(ops.square(in_full_precision(w)), axis, keepdims=True))
        outside = norm > self.max_value
        # The factor is exactly 1 inside the ball, and no 0 is divided by.
        factor = ops.where(outside, self.max_value / ops.where(outside, norm, 1), 1)
        return w * ops.cast(factor, w.dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        axis = list(self.axis) if isinstance(self.axis, tuple) else self.axis  # JSON has no tuples
        return {"max_value": self.max_value, "axis": axis}
