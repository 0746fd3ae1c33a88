"""Instance normalization: the statistics of one channel of one example over space."""

from typing import Any

import keras

from course_kit.layers.group_normalization import GroupNormalization


@keras.saving.register_keras_serializable(package="course_kit")
class InstanceNormalization(GroupNormalization):
    r"""Standardize each channel of each example by its mean and variance over space.

    Over the n = h w elements of one channel of one example::

        mean = sum(x) / n,  variance = sum((x - mean)^2) / n
        y = gamma * (x - mean) / sqrt(variance + epsilon) + beta

    Training and inference are the same. It is `GroupNormalization` with a group a channel.

    Args:
        axis: the axis of the channels. Its size must be known.
        epsilon: added to the variance; at least 0.
        center: whether to add beta.
        scale: whether to multiply by gamma.
        beta_initializer, gamma_initializer: Keras initializers.
        beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: as in Keras.
        **kwargs: ``name``, ``dtype``, ``trainable``.

    Shapes:
        (batch, ..., channels) with at least one axis of space; the output has the input's.
        gamma and beta: (channels,).

    Raises:
        ValueError: the inputs have no axis of space, where the result would be beta for every
            input, or the number of channels is unknown.

    Example:

    >>> import numpy as np
    >>> layer = InstanceNormalization(epsilon=1e-9)
    >>> x = np.array([[[1.0, 10.0], [3.0, 30.0]]], "float32")
    >>> keras.ops.convert_to_numpy(layer(x)).tolist()
    [[[-1.0, -1.0], [1.0, 1.0]]]

    Source: Ulyanov, Vedaldi and Lempitsky, "Instance normalization: the missing ingredient
    for fast stylization", 2016, equation 3. Decks: C, Lecture 10.2, "Instance Normalization
    for Convolution Layers"; U, Lecture 4, "Instance normalization (IN)".
    """

    def __init__(
        self,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            groups=-1, axis=axis, epsilon=epsilon, center=center, scale=scale, **kwargs
        )

    def build(self, input_shape: Any) -> None:
        """Add gamma and beta, one a channel."""
        if len(input_shape) < 3:
            raise ValueError(
                "Instance normalization averages over space: it expects (batch, ..., channels) "
                f"of rank 3 at least. Received: input_shape={input_shape}. "
                "For features without space use LayerNormalization."
            )
        super().build(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        config = super().get_config()
        del config["groups"]
        return config
