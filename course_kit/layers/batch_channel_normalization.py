"""Batch-channel normalization: batch normalization, and channels normalized on top of it."""

from typing import Any

import keras
from keras import ops

from course_kit.layers.batch_normalization import BatchNormalization
from course_kit.layers.group_normalization import GroupNormalization


@keras.saving.register_keras_serializable(package="course_kit")
class BatchChannelNormalization(keras.layers.Layer):
    r"""Normalize each channel over the batch, then each example over groups of channels.

    ``y = GN(BN(x))``: batch normalization keeps a network away from the points where
    channels die, channel normalization makes the result independent of the batch's size to
    a large part. Both have a gamma and a beta. Of the paper's two versions this is the one
    for batches large enough to take statistics from.

    Args:
        groups: number of groups of channels, a divisor of the number of channels; -1: one
            a channel.
        axis: the axis of the channels. Its size must be known.
        momentum: weight of the past in the moving averages, in [0, 1].
        epsilon: added to both variances; at least 0.
        center: whether to add the two betas.
        scale: whether to multiply by the two gammas.
        **kwargs: ``name``, ``dtype``, ``trainable``.

    Shapes:
        (batch, ..., channels), or with the channels elsewhere; the output has the input's.

    Call arguments:
        inputs, training, mask: as for `BatchNormalization`.

    Raises:
        ValueError: as `BatchNormalization` and `GroupNormalization`.

    Example:

    >>> import numpy as np
    >>> layer = BatchChannelNormalization(groups=1, epsilon=1e-9)
    >>> x = np.array([[1.0, 30.0], [3.0, 10.0]], "float32")
    >>> ops.convert_to_numpy(layer(x, training=True)).tolist()
    [[-1.0, 1.0], [1.0, -1.0]]

    Source: Qiao et al., "Micro-batch training with batch-channel normalization and weight
    standardization", 2019, section 3. Deck: S, Lecture 5, figure 9, after "Batch
    normalization".
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.groups = groups
        self.axis = axis
        self.momentum = momentum
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.supports_masking = True
        shared: dict[str, Any] = dict(axis=axis, epsilon=epsilon, center=center, scale=scale)
        # Both in the variables' precision: in mixed precision nothing is rounded in between.
        shared["dtype"] = self.variable_dtype
        self.batch = BatchNormalization(momentum=momentum, name="batch", **shared)
        self.channel = GroupNormalization(groups, name="channel", **shared)

    def build(self, input_shape: Any) -> None:
        """Build the two."""
        self.batch.build(input_shape)
        self.channel.build(input_shape)

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Normalize by the batch (the averages at inference), then by groups of channels."""
        y = self.channel(self.batch(inputs, training=training, mask=mask))
        return ops.cast(y, self.compute_dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape as it came."""
        return self.batch.compute_output_shape(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "groups": self.groups,
            "axis": self.axis,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
        }
