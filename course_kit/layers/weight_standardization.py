"""Weight standardization: each unit's weights have mean zero and variance one."""

from typing import Any

import keras

from course_kit.layers.kernel_units import fan_in_axes
from course_kit.layers.kernel_wrapper import KernelWrapper
from course_kit.layers.standardize import moments, standardize


@keras.saving.register_keras_serializable(package="course_kit")
class WeightStandardization(KernelWrapper):
    r"""Compute with a kernel that is standardized over the fan-in of each output unit.

    With n the fan-in, h w c for a convolution::

        mean = sum(W) / n,  variance = sum((W - mean)^2) / n
        W_hat = (W - mean) / sqrt(variance + epsilon)

    The trained kernel is W; gradients reach it through the standardization, so that they
    sum to zero over each fan-in. Training and inference are the same. It is made to go before
    group or batch-channel normalization, since it sets the scale of the output to
    sqrt(fan-in), and leaves no way to train it.

    Args:
        layer: a layer with a ``kernel``: dense, convolution, depthwise convolution, einsum.
        epsilon: added to the variance; positive, for a kernel may be constant.
        **kwargs: ``name`` and the like; ``dtype`` is by default the wrapped layer's.

    Shapes:
        those of the wrapped layer.

    Raises:
        ValueError: when built, if the layer has no kernel.

    Example:

    >>> import numpy as np
    >>> start = keras.initializers.Constant([[1.0, 5.0], [3.0, 9.0]])
    >>> layer = WeightStandardization(keras.layers.Dense(2, kernel_initializer=start), 1e-9)
    >>> keras.ops.convert_to_numpy(layer(np.eye(2, dtype="float32"))).tolist()
    [[-1.0, -1.0], [1.0, 1.0]]

    Source: Qiao et al., "Micro-batch training with batch-channel normalization and weight
    standardization", 2019, section 2. Deck: S, Lecture 5, figure 9, after "Batch
    normalization".
    """

    def __init__(self, layer: keras.Layer, epsilon: float = 1e-5, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.epsilon = epsilon

    def rewrite_kernel(self, kernel: Any, training: bool) -> Any:
        """Standardize over the fan-in."""
        mean, variance = moments(kernel, fan_in_axes(self.layer, kernel))
        return standardize(kernel, mean, variance, self.epsilon)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "epsilon": self.epsilon}
