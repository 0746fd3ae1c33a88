"""Penalties on weights in one place: Keras' l1 and l2, and group lasso, which Keras lacks.

A penalty is added to the loss, which in Keras is a mean over the batch. Where a lecture sums the
loss over n examples and adds the penalty once, divide its factor by n; beyond that:

| deck | penalty | its gradient | in Keras |
|---|---|---|---|
| U, l1 | (lambda / 2) sum abs(w) | (lambda / 2) sgn(w) | ``L1(lambda / 2)`` |
| U, l2 | (lambda / 2) sum w^2 | lambda w | ``L2(lambda / 2)`` |
| S, l2 | lambda sum w^2 | 2 lambda w | ``L2(lambda)`` |
| M, "L1" | 0.01 sum norm(w_j) over neurons j | 0.01 w_j / norm(w_j) | ``GroupLasso(0.01)`` |

The decay of ``SGD(weight_decay=2 * l)`` is the same as ``L2(l)`` for SGD without momentum, and
for no other optimizer.
"""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops
from keras.regularizers import L1, L1L2, L2, Regularizer, l1, l1_l2, l2

from course_kit.layers.standardize import in_full_precision

__all__ = ["L1", "L1L2", "L2", "GroupLasso", "Regularizer", "l1", "l1_l2", "l2"]

_GROUPS = {"outputs": -1, "inputs": -2}  # the axis of a kernel that numbers them


@keras.saving.register_keras_serializable(package="course_kit")
class GroupLasso(Regularizer):
    r"""Penalize the length of each group of weights, so that groups vanish as a whole.

    With w_g the weights of group g::

        penalty = factor * sum_g ||w_g||                        gradient: factor * w_g / ||w_g||
        penalty = factor * sum_g sqrt(size of g) * ||w_g||      with ``scaled``

    The pull on a group does not weaken as the group shrinks, where that of l2 does. At the
    length 0 the gradient is taken to be 0, so that a group that is zero stays there if the
    loss lets it. Gradient steps leave other groups small but not quite zero: count the
    groups below a threshold.

    Args:
        factor: at least 0.
        groups: which weights belong together.
            ``"outputs"``: those that lead into one neuron or filter, that is, one group for each
            place along the last axis of the kernel. ``"inputs"``: those that lead out of one
            input or channel, one for each place along the last axis but one.
            Or the axes that number the groups, for kernels that are laid out differently:
            -2 for the filters of a transposed convolution (..., out, in), [-2, -1] for those
            of a depthwise convolution (..., channels, multiplier).
        scaled: whether to multiply by the root of the group's size, so that layers with large
            groups are pressed as hard as others.

    Shapes:
        any; for a vector of biases ``"outputs"`` is l1.

    Raises:
        ValueError: ``factor`` is negative or ``groups`` unknown or, when called, the weights have
            no such axis.

    Example, two neurons with weights (3, 4) and (0, 0):

    >>> import numpy as np
    >>> kernel = np.array([[3.0, 0.0], [4.0, 0.0]], "float32")
    >>> float(GroupLasso(0.5)(kernel)), float(GroupLasso(0.5, groups="inputs")(kernel))
    (2.5, 3.5)

    Source: Yuan and Lin, "Model selection and estimation in regression with grouped variables",
    JRSS B 68, 2006, equation 2.1; Scardapane et al., "Group sparse regularization for deep
    neural networks", Neurocomputing 241, 2017, which takes ``"inputs"`` and ``scaled``, so that
    whole neurons vanish. Decks: S, Lecture 5, "Regularization", which cites it; M, "Scheduling the
    learning rate and avoiding under/overfitting", whose "L1" it is.
    """

    def __init__(
        self,
        factor: float = 0.01,
        groups: str | int | Sequence[int] = "outputs",
        scaled: bool = False,
    ) -> None:
        if not 0 <= factor < math.inf:
            raise ValueError(
                f"`factor` must be a finite number, at least 0. Received: factor={factor}."
            )
        if isinstance(groups, str) and groups not in _GROUPS:
            raise ValueError(
                "`groups` must be 'outputs', 'inputs' or the axes that number the groups. "
                f"Received: groups={groups!r}."
            )
        self.factor = factor
        self.groups = groups
        self.scaled = scaled

    def __call__(self, x: Any) -> Any:
        """Return the penalty, a scalar."""
        x = in_full_precision(x)
        within = self._axes_within(len(x.shape))
        lengths = _length(x, within)
        if self.scaled:
            lengths = lengths * math.sqrt(math.prod(x.shape[axis] for axis in within))
        return self.factor * ops.sum(lengths)

    def _axes_within(self, rank: int) -> tuple[int, ...]:
        """Name the axes along which one group extends: all that do not number the groups."""
        groups = _GROUPS[self.groups] if isinstance(self.groups, str) else self.groups
        numbering = (groups,) if isinstance(groups, int) else tuple(groups)
        if not all(-rank <= axis < rank for axis in numbering):
            raise ValueError(
                f"`groups` must name axes that the weights have. Received: groups={self.groups!r} "
                f"for weights with {rank} axes."
            )
        return tuple(a for a in range(rank) if a not in {n % rank for n in numbering})

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        # As a list what came as a tuple: JSON has none.
        groups = list(self.groups) if isinstance(self.groups, tuple) else self.groups
        return {"factor": self.factor, "groups": groups, "scaled": self.scaled}


def _length(x: Any, axes: tuple[int, ...]) -> Any:
    """Take the Euclidean norm over some axes, with the gradient 0 where it is 0."""
    squares = ops.square(x)
    if axes:  # to PyTorch no axes are all axes
        squares = ops.sum(squares, axes)
    positive = squares > 0
    # The root is kept away from 0 on both sides of the choice: its slope there is infinite,
    # and infinity times the 0 of the side not chosen would be NaN.
    return ops.where(positive, ops.sqrt(ops.where(positive, squares, 1.0)), 0.0)
