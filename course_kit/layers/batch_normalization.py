"""Batch normalization: a channel's statistics over the batch, moving averages for inference."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import initializers, ops

from course_kit.layers import standardize_quickly as quick
from course_kit.layers.base_normalization import BaseNormalization, checked_axis
from course_kit.layers.renorm import check_clipping, renorm_correction
from course_kit.layers.standardize import moments, standardize


@keras.saving.register_keras_serializable(package="course_kit")
class BatchNormalization(BaseNormalization):
    r"""Standardize each channel by its mean and variance over the batch.

    Over the n elements of the batch that share a place along ``axis``::

        training    mean = sum(x) / n,  variance = sum((x - mean)^2) / n
                    moving = momentum * moving + (1 - momentum) * batch, for both
        inference   mean = moving_mean,  variance = moving_variance
        both        y = gamma * (x - mean) / sqrt(variance + epsilon) + beta
        mean_only   y = x - mean + beta, and no variance at all

    The arguments, defaults and meaning are Keras' own. New are a list of axes and
    ``mean_only``. A layer with ``trainable=False`` infers, whatever ``training`` says. The
    moving variance is Keras': divided by n, where torch's is divided by n - 1; Keras'
    momentum 0.99 is torch's 0.01.

    Args:
        axis: the axis, or a list or tuple of axes, that is *kept*, each place along it with
            its own statistics: the channels, and never the batch. Sizes must be known.
        momentum: weight of the past in the moving averages, in [0, 1].
        epsilon: added to the variance; at least 0.
        center: whether to add beta.
        scale: whether to multiply by gamma; without effect if ``mean_only``.
        beta_initializer, gamma_initializer, moving_mean_initializer,
        moving_variance_initializer: Keras initializers.
        beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: as in Keras.
        renorm: batch renormalization: train with statistics close to the moving ones.
        renorm_clipping: dictionary with any of ``"rmax"``, ``"rmin"``, ``"dmax"``.
        renorm_momentum: weight of the past in the averages that renormalization trains with.
        synchronized: take statistics over all replicas; TensorFlow only.
        mean_only: subtract the mean and do not divide: what Salimans and Kingma put on top
            of weight normalization.
        **kwargs: ``name``, ``dtype``, ``trainable``.

    Shapes:
        any; the output has the input's. gamma, beta and the averages have the sizes of
        ``axis``, in the order of the input: (c,) for -1, (h, c) for [3, 1].

    Call arguments:
        inputs, training; ``mask``: one axis less than the inputs, true where an element
        counts in the statistics.

    Raises:
        ValueError: an axis is missing, given twice, or of unknown size; ``mean_only`` with
            ``renorm``; ``renorm_clipping`` makes no sense; ``synchronized`` elsewhere.

    Example:

    >>> import numpy as np
    >>> layer = BatchNormalization(momentum=0.5, epsilon=1e-9)
    >>> ops.convert_to_numpy(layer(np.array([[1.0], [3.0]]), training=True)).tolist()
    [[-1.0], [1.0]]
    >>> float(layer.moving_mean[0]), float(layer.moving_variance[0])
    (1.0, 1.0)

    Source: Ioffe and Szegedy, "Batch normalization", ICML 2015, algorithms 1 and 2; Ioffe,
    "Batch renormalization", NIPS 2017; Salimans and Kingma, "Weight normalization", NIPS
    2016, section 4. Decks: S, Lecture 5, "Batch normalization", equation 8 (and 10 for
    convolutions; ``axis`` is the one kept); C, Lecture 10.2, "Batch Normalization" and
    "Batch Normalization: Test Time"; U, Lecture 4, "Batch normalization – The algorithm"
    and "Batch normalization at test time", where inference should read moving statistics.
    """

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: dict[str, float] | None = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        mean_only: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            axis=checked_axis(axis),
            epsilon=float(epsilon),
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
        self.momentum = float(momentum)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.renorm = renorm
        self.renorm_clipping = renorm_clipping
        self.renorm_momentum = renorm_momentum
        self.synchronized = synchronized
        self.mean_only = mean_only
        self._check()

    def _check(self) -> None:
        if self.synchronized and keras.backend.backend() != "tensorflow":
            raise ValueError(
                "Argument synchronized=True is only supported with the TensorFlow backend."
            )
        if self.renorm:
            check_clipping(self.renorm_clipping or {})
        if self.renorm and self.mean_only:
            raise ValueError(
                "`mean_only` leaves no variance to renormalize. "
                "Received: mean_only=True, renorm=True. Choose one of them."
            )

    def build(self, input_shape: Any) -> None:
        """Add gamma, beta and the averages."""
        self.add_gamma_and_beta(input_shape, self.center, self.scale and not self.mean_only)
        self.moving_mean = self._add_average("moving_mean", self.moving_mean_initializer)
        self.moving_variance: Any = None
        if not self.mean_only:
            self.moving_variance = self._add_average(
                "moving_variance", self.moving_variance_initializer
            )
        if self.renorm:
            self.moving_stddev = self._add_average("moving_stddev", self._initial_stddev)
            self.renorm_mean = self._add_average("renorm_mean", self.moving_mean_initializer)
            self.renorm_stddev = self._add_average("renorm_stddev", self._initial_stddev)
        self._reduced = tuple(a for a in range(self._rank) if a not in self._axes)
        self.input_spec = keras.layers.InputSpec(
            ndim=self._rank, axes=dict(zip(self._axes, self._shape, strict=True))
        )

    def _add_average(self, name: str, initializer: Any) -> Any:
        if isinstance(initializer, initializers.Initializer):
            initializer = initializer.clone()  # a random one must not draw the same twice
        return self.add_weight(
            shape=self._shape,
            name=name,
            initializer=initializer,
            trainable=False,
            autocast=False,
        )

    def _initial_stddev(self, shape: Any, dtype: Any = None) -> Any:
        return ops.sqrt(self.moving_variance_initializer.clone()(shape, dtype=dtype))

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Standardize by the batch while training; by the moving averages otherwise."""
        if mask is not None:
            mask = self._checked_mask(mask, inputs)
        x, gamma, beta = self.full_precision(inputs)
        if self.mean_only:
            y = self._subtract_mean(x, beta, training and self.trainable, mask)
        elif not (training and self.trainable):
            mean = self.broadcast(self.moving_mean, x.dtype)
            variance = self.broadcast(self.moving_variance, x.dtype)
            y = standardize(x, mean, variance, self.epsilon, gamma, beta)
        elif self.renorm or self.synchronized or mask is not None:
            mean, variance = self._moments(x, mask)
            if self.renorm:
                gamma, beta = self._renormalize(mean, variance, gamma, beta)
            else:
                self._update(mean, variance)
            y = standardize(x, mean, variance, self.epsilon, gamma, beta)
        else:
            y, mean, variance = quick.normalize(x, self._reduced, self.epsilon, gamma, beta)
            self._update(mean, variance)
        return ops.cast(y, self.compute_dtype)

    def _checked_mask(self, mask: Any, inputs: Any) -> Any:
        """Refuse, in Keras' words, what is not one axis short; (batch, time) -> (..., 1)."""
        if len(mask.shape) != len(inputs.shape) - 1:
            raise ValueError(
                "The mask provided should be one dimension less than the inputs. Received: "
                f"mask.shape={mask.shape}, inputs.shape={inputs.shape}"
            )
        return ops.expand_dims(mask, -1)

    def _moments(self, x: Any, mask: Any) -> tuple[Any, Any]:
        if self.synchronized and mask is None:
            return ops.moments(x, self._reduced, keepdims=True, synchronized=True)
        return moments(x, self._reduced, mask)

    def _subtract_mean(self, x: Any, beta: Any, training: bool | None, mask: Any) -> Any:
        """Center by the batch while training, and remember; by the moving mean otherwise."""
        mean = self.broadcast(self.moving_mean, x.dtype)
        if training:
            mean = self._moments(x, mask)[0]
            self._average("moving_mean", mean, self.momentum)
        return x - mean if beta is None else x - mean + beta

    def _update(self, mean: Any, variance: Any) -> None:
        self._average("moving_mean", mean, self.momentum)
        self._average("moving_variance", variance, self.momentum)

    def _average(self, name: str, batch: Any, momentum: float) -> None:
        """Move an average: ``moving = momentum * moving + (1 - momentum) * batch``."""
        moving = getattr(self, name)
        batch = ops.reshape(batch, self._shape)
        moving.assign(ops.cast(moving, batch.dtype) * momentum + batch * (1 - momentum))

    def _renormalize(self, mean: Any, variance: Any, gamma: Any, beta: Any) -> tuple[Any, Any]:
        """Fold the correction into gamma and beta, and move the five averages.

        ``gamma * (x_hat * r + d) + beta = (gamma * r) * x_hat + (gamma * d + beta)``.
        """
        stddev = ops.sqrt(variance + self.epsilon)
        r, d = renorm_correction(
            mean,
            stddev,
            self.broadcast(self.renorm_mean, mean.dtype),
            # Bounded from below, because the average may start at zero.
            ops.maximum(self.broadcast(self.renorm_stddev, mean.dtype), self.epsilon**0.5),
            self.renorm_clipping or {},
        )
        self._average("renorm_mean", mean, self.renorm_momentum)
        self._average("renorm_stddev", stddev, self.renorm_momentum)
        self._average("moving_mean", mean, self.momentum)
        self._average("moving_stddev", stddev, self.momentum)
        squared = ops.square(ops.convert_to_tensor(self.moving_stddev))
        self.moving_variance.assign(ops.maximum(squared - self.epsilon, 0))
        gamma = 1 if gamma is None else gamma
        return gamma * r, gamma * d if beta is None else gamma * d + beta

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "momentum": self.momentum,
            "moving_mean_initializer": initializers.serialize(self.moving_mean_initializer),
            "moving_variance_initializer": initializers.serialize(self.moving_variance_initializer),
            "renorm": self.renorm,
            "renorm_clipping": self.renorm_clipping and dict(self.renorm_clipping),
            "renorm_momentum": self.renorm_momentum,
            "synchronized": self.synchronized,
            "mean_only": self.mean_only,
        }
