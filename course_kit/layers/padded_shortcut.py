"""The shortcut without parameters: every s-th pixel, and channels of zeros."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="course_kit")
class PaddedShortcut(keras.layers.Layer):
    """Take every ``strides``-th pixel and append channels of zeros.

    Args:
        filters: channels of the result; not fewer than come in.
        strides: step along each spatial axis, in pixels.
        **kwargs: ``name`` and the like.

    Shapes:
        ``(batch, ..., c)`` with one to three spatial axes to
        ``(batch, ceil(... / strides), filters)``.

    Raises:
        ValueError: when built, if there are more channels than ``filters``.

    Example:

    >>> PaddedShortcut(8, strides=2)(keras.Input((5, 6, 3))).shape
    (None, 3, 3, 8)

    Source: He et al., "Deep residual learning for image recognition", 2015, section 4.1,
    option A.
    """

    def __init__(self, filters: int, strides: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.strides = strides

    def build(self, input_shape: Any) -> None:
        """Check that there are channels to append."""
        if input_shape[-1] > self.filters:
            raise ValueError(
                "A padded shortcut can append channels, not remove them. Received: "
                f"{input_shape[-1]} channels for a sum with {self.filters}. "
                "Use shortcut='projection'."
            )

    def call(self, inputs: Any) -> Any:
        """Pick and pad."""
        rank = len(inputs.shape) - 2
        x = _every(self.strides, inputs) if self.strides > 1 else inputs
        missing = self.filters - inputs.shape[-1]
        return ops.pad(x, [(0, 0)] * (rank + 1) + [(0, missing)]) if missing else x

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the result."""
        batch, *spatial, _ = input_shape
        # -(-n // s) is n / s, rounded up
        picked = [n if n is None else -(-n // self.strides) for n in spatial]
        return (batch, *picked, self.filters)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "filters": self.filters, "strides": self.strides}


def _every(strides: int, x: Any) -> Any:
    """Take every ``strides``-th element along the spatial axes, which are one, two or three."""
    # The mean of one: a slice with steps takes TensorFlow four times as long.
    return ops.average_pool(x, 1, strides, padding="valid", data_format="channels_last")
