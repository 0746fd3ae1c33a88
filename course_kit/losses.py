"""Losses: cross-entropy with whole-number labels and label smoothing, which Keras keeps apart."""

from typing import Any

import keras
from keras import ops
from keras.src.backend import get_keras_mask, set_keras_mask

__all__ = ["SparseCategoricalCrossentropy", "sparse_categorical_crossentropy"]


def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
    label_smoothing: float = 0.0,
) -> Any:
    """Compute the cross-entropy of each element, with labels given as whole numbers.

    Args:
        y_true: labels 0 to K - 1, of the shape of ``y_pred`` without its classes, or with 1 there.
        y_pred: probabilities or logits of K classes along ``axis``.
        from_logits, ignore_class, axis, label_smoothing: as in `SparseCategoricalCrossentropy`.

    Returns:
        A tensor of the shape of ``y_pred`` without its classes; 0 where the label is ignored.

    Example:

    >>> import numpy as np
    >>> probabilities = np.array([[0.25, 0.75], [0.5, 0.5]], "float32")
    >>> loss = sparse_categorical_crossentropy(np.array([1, 0]), probabilities)
    >>> [round(float(value), 3) for value in loss]
    [0.288, 0.693]
    """
    label = keras.losses.sparse_categorical_crossentropy(
        y_true, y_pred, from_logits=from_logits, ignore_class=ignore_class, axis=axis
    )
    if not label_smoothing:
        return label
    counted = get_keras_mask(label)  # where Keras found a class that is not to be ignored
    if counted is not None:
        y_pred = ops.where(ops.expand_dims(counted, axis), y_pred, 1.0)
    # Keras' own, so that both terms treat zeros, and a softmax inside a graph, alike.
    share = ops.ones_like(y_pred) / y_pred.shape[axis]
    uniform = ops.categorical_crossentropy(share, y_pred, from_logits=from_logits, axis=axis)
    loss = (1 - label_smoothing) * label + label_smoothing * uniform
    if counted is not None:
        loss = ops.where(counted, loss, 0.0)
        set_keras_mask(loss, counted)
    return loss


@keras.saving.register_keras_serializable(package="course_kit")
class SparseCategoricalCrossentropy(keras.losses.SparseCategoricalCrossentropy):
    r"""Cross-entropy with labels given as whole numbers, and with label smoothing.

    With p the predicted probabilities of K classes, y the label and s the smoothing::

        loss = -(1 - s) log p_y - (s / K) sum_k log p_k

    that is, the cross-entropy with (1 - s) one_hot(y) + s / K: a share s of the label is
    spread over all classes, y among them, as in ``keras.losses.CategoricalCrossentropy``. The
    loss no longer goes to 0: its minimum is the entropy of the smoothed label.

    Keras' own arguments come first, with the same meaning and defaults.

    Args:
        from_logits: whether predictions are logits rather than probabilities.
        ignore_class: a label whose elements count for nothing; -1 and 255 are common.
        reduction: ``"sum_over_batch_size"``, ``"sum"``, ``"mean"``,
            ``"mean_with_sample_weight"`` or None.
        axis: the axis of the classes; TensorFlow and jax have the last only.
        name: name of the loss.
        dtype: of the computation; by default Keras' float, also in mixed precision.
        label_smoothing: the share s, in [0, 1]; 0.1 is usual.

    Shapes:
        labels (batch, ...) or (batch, ..., 1), predictions (batch, ..., K); the result is a
        scalar, or with ``reduction=None`` (batch, ...).

    Raises:
        ValueError: ``label_smoothing`` is no share, or an argument that Keras refuses.

    Example, logits that are sure and right, without and with smoothing:

    >>> import numpy as np
    >>> labels, logits = np.array([0]), np.array([[10.0, 0.0]], "float32")
    >>> losses = [
    ...     SparseCategoricalCrossentropy(from_logits=True, label_smoothing=s) for s in (0.0, 0.1)
    ... ]
    >>> [round(float(loss(labels, logits)), 3) for loss in losses]
    [0.0, 0.5]

    Source: Szegedy et al., "Rethinking the inception architecture for computer vision", CVPR
    2016, section 7. Deck: U, Lecture 4, "Other regularizations".
    """

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(from_logits, ignore_class, reduction, axis, name, dtype)
        if not 0 <= label_smoothing <= 1:
            raise ValueError(
                "`label_smoothing` must be in [0, 1], the share of the label that is spread over "
                f"all classes. Received: label_smoothing={label_smoothing}."
            )
        self.axis = axis
        self.label_smoothing = label_smoothing
        self._given_dtype = dtype

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each element."""
        return sparse_categorical_crossentropy(
            y_true, y_pred, self.from_logits, self.ignore_class, self.axis, self.label_smoothing
        )

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; Keras' own forgets ``axis`` and ``dtype``."""
        return {
            **super().get_config(),
            "axis": self.axis,
            "dtype": self._given_dtype,
            "label_smoothing": self.label_smoothing,
        }
