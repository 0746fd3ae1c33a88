"""Group normalization: the statistics of one example over space and a group of channels."""

from typing import Any

import keras
from keras import ops

from course_kit.layers import standardize_quickly as quick
from course_kit.layers.base_normalization import BaseNormalization


@keras.saving.register_keras_serializable(package="course_kit")
class GroupNormalization(BaseNormalization):
    r"""Standardize each example by its mean and variance over space and groups of channels.

    Channels 0 to c / groups - 1 are the first group, and so on. Over the n = h w c / groups
    elements of one group of one example::

        mean = sum(x) / n,  variance = sum((x - mean)^2) / n
        y = gamma * (x - mean) / sqrt(variance + epsilon) + beta

    Training and inference are the same. The arguments, defaults and meaning are Keras' own;
    but the configuration keeps ``groups=-1`` as it came.

    One group has the statistics of layer normalization over ``axis=[1, 2, 3]``, with 2 c
    parameters where that has 2 h w c; a group a channel (-1) is instance normalization.

    Args:
        groups: how many groups, a divisor of the number of channels; -1: one a channel.
        axis: the axis of the channels. Its size must be known.
        epsilon: added to the variance; at least 0.
        center: whether to add beta.
        scale: whether to multiply by gamma.
        beta_initializer, gamma_initializer: Keras initializers.
        beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: as in Keras.
        **kwargs: ``name``, ``dtype``, ``trainable``.

    Shapes:
        (batch, ..., channels), or with the channels elsewhere; the output has the input's.
        gamma and beta: (channels,).

    Raises:
        ValueError: ``groups`` is neither positive nor -1 or, when built, does not divide the
            number of channels, or that number is unknown.

    Example:

    >>> import numpy as np
    >>> layer = GroupNormalization(groups=2, epsilon=1e-9)
    >>> ops.convert_to_numpy(layer(np.array([[1.0, 3.0, 10.0, 30.0]], "float32"))).tolist()
    [[-1.0, 1.0, -1.0, 1.0]]

    Source: Wu and He, "Group normalization", ECCV 2018, equation 7. Decks: C, Lecture 10.2,
    "Group Normalization"; U, Lecture 4, "Group normalization (GN)".
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        if not isinstance(groups, int) or (groups <= 0 and groups != -1):
            raise ValueError(
                "Received an invalid value for argument `groups`, expected a positive integer "
                f"(or `-1` for instance normalization). Received: groups={groups}"
            )
        super().__init__(
            axis=axis,
            epsilon=epsilon,
            center=center,
            scale=scale,
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
            **kwargs,
        )
        self.groups = groups
        # Half precision is for the result: inputs in float32 lose nothing before the moments.
        self.autocast = False

    def build(self, input_shape: Any) -> None:
        """Add gamma and beta, one a channel."""
        self.add_gamma_and_beta(input_shape, self.center, self.scale)
        (self._channel_axis,), (channels,) = self._axes, self._shape
        self._groups = channels if self.groups == -1 else self.groups
        if channels < self._groups:
            raise ValueError(
                f"Number of groups ({self._groups}) cannot be more than the number of channels "
                f"({channels})."
            )
        if channels % self._groups != 0:
            # Keras' tests pin "must be a multiple of"; it is the other way round.
            raise ValueError(
                f"Number of groups ({self._groups}) must be a multiple of the number of channels "
                f"({channels}); that is, it must divide it."
            )
        self.input_spec = keras.layers.InputSpec(
            ndim=self._rank, axes={self._channel_axis: channels}
        )

    def call(self, inputs: Any) -> Any:
        """Standardize each group; training and inference alike."""
        x, gamma, beta = self.full_precision(inputs)
        y = quick.normalize_groups(x, self._groups, self._channel_axis, self.epsilon, gamma, beta)
        return ops.cast(y, self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "groups": self.groups}
