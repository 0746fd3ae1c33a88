"""Layer normalization: the statistics of one example over its own features."""

import warnings
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from course_kit.layers import standardize_quickly as quick
from course_kit.layers.base_normalization import BaseNormalization, checked_axis
from course_kit.layers.standardize import moments


@keras.saving.register_keras_serializable(package="course_kit")
class LayerNormalization(BaseNormalization):
    r"""Standardize each example by its mean and variance over the given axes.

    Over the n elements along ``axis``, for each place along the other axes::

        mean = sum(x) / n,  variance = sum((x - mean)^2) / n
        y = gamma * (x - mean) / sqrt(variance + epsilon) + beta

    Training and inference are the same. The arguments, defaults and meaning are Keras' own;
    but axes may come in any order and with any signs, on every backend, and the
    configuration keeps them as they came.

    Args:
        axis: the axis, or a list or tuple of axes, that is *reduced*. -1 for the features of
            a sequence; [1, 2, 3] for images as the decks do it. Sizes must be known.
        epsilon: added to the variance; at least 0.
        center: whether to add beta.
        scale: whether to multiply by gamma.
        beta_initializer, gamma_initializer: Keras initializers.
        beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: as in Keras.
        rms_scaling: deprecated in Keras, and taken for its sake:
            ``y = gamma * x / sqrt(variance + epsilon)`` without beta, whose variance is
            not the mean square. ``keras.layers.RMSNormalization`` is what you want.
        **kwargs: ``name``, ``dtype``, ``trainable``.

    Shapes:
        any; the output has the input's. gamma and beta have the sizes of ``axis``, in the
        order of the input: (h, w, c) for [1, 2, 3], (h, c) for [3, 1] and for [-1, 1].

    Raises:
        TypeError: ``axis`` is neither an int nor a list or tuple of ints.
        ValueError: an axis is missing, given twice, or of unknown size.

    Example:

    >>> import numpy as np
    >>> layer = LayerNormalization(epsilon=1e-9)
    >>> ops.convert_to_numpy(layer(np.array([[1.0, 3.0], [10.0, 30.0]], "float32"))).tolist()
    [[-1.0, 1.0], [-1.0, 1.0]]

    Source: Ba, Kiros and Hinton, "Layer normalization", 2016, equations 3 and 4. Decks: S,
    Lecture 5, the slide after "Batch normalization" (its formula goes over the features, as
    here, its words over the mini-batch; ``axis`` names what is reduced); C, Lecture 10.2,
    "Layer Normalization"; U, Lecture 4, "Layer normalization (LN)".
    """

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        rms_scaling: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            axis=checked_axis(axis),
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
        if rms_scaling:
            warnings.warn(
                "`rms_scaling=True` is deprecated: it divides by the standard deviation, not by "
                "the root mean square. Use `keras.layers.RMSNormalization`.",
                stacklevel=2,
            )
        self.rms_scaling = rms_scaling
        # Half precision is for the result: inputs in float32 lose nothing before the moments.
        self.autocast = False

    def build(self, input_shape: Any) -> None:
        """Add gamma and beta."""
        self.add_gamma_and_beta(
            input_shape,
            center=self.center and not self.rms_scaling,
            scale=self.scale or self.rms_scaling,
        )

    def call(self, inputs: Any) -> Any:
        """Standardize over the axes; training and inference alike."""
        x, gamma, beta = self.full_precision(inputs)
        if self.rms_scaling:
            _, variance = moments(x, self._axes)
            y = gamma * x * ops.rsqrt(variance + self.epsilon)
        else:
            y, _, _ = quick.normalize(x, self._axes, self.epsilon, gamma, beta)
        return ops.cast(y, self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "rms_scaling": self.rms_scaling}
