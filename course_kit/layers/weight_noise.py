"""Weight noise: each call while training sees slightly different weights."""

from typing import Any

import keras
from keras import ops

from course_kit.layers.drop import _two_int32
from course_kit.layers.kernel_wrapper import KernelWrapper


@keras.saving.register_keras_serializable(package="course_kit")
class WeightNoise(KernelWrapper):
    r"""Add Gaussian noise to a layer's kernel while training.

    With e a tensor of independent standard normal numbers of the kernel's shape, drawn afresh
    at each call and shared by the batch::

        training:  w = W + stddev * e             inference:  w = W
        training:  w = W + stddev * abs(W) * e    with ``relative``

    The gradient reaches W where it stands after the noise. For small noise, and near a minimum,
    it pushes towards weights at which the output changes little when they move.

    Args:
        layer: a layer with a ``kernel``: dense, convolution, depthwise convolution, einsum.
        stddev: standard deviation of the noise, at least 0. Compare it with that of the
            initial weights: a tenth of it is moderate.
        relative: whether ``stddev`` is a share of each weight's own size; then a weight that is
            0 gets none.
        seed: integer for a repeatable sequence of noise.
        **kwargs: ``name`` and the like; ``dtype`` is by default the wrapped layer's.

    Shapes:
        those of the wrapped layer.

    Raises:
        ValueError: ``stddev`` is negative or, when built, the layer has no kernel.

    Example:

    >>> import numpy as np
    >>> layer = WeightNoise(keras.layers.Dense(3, kernel_initializer="ones"), 0.1, seed=1)
    >>> ops.convert_to_numpy(layer(np.ones((1, 4)))).tolist()
    [[4.0, 4.0, 4.0]]
    >>> noisy = ops.convert_to_numpy(layer(np.ones((1, 4)), training=True))
    >>> bool((noisy != 4).all() and (abs(noisy - 4) < 2).all())
    True

    Source: Graves, "Practical variational inference for neural networks", NIPS 2011; Goodfellow,
    Bengio and Courville, "Deep learning", 2016, section 7.5. Deck: U, Lecture 4, "Other
    regularizations".
    """

    def __init__(
        self,
        layer: keras.Layer,
        stddev: float,
        relative: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(layer, **kwargs)
        if not 0 <= stddev < float("inf"):
            raise ValueError(
                f"`stddev` must be a finite number, at least 0. Received: stddev={stddev}."
            )
        self.stddev = stddev
        self.relative = relative
        self.seed = seed
        if stddev > 0:
            self.seed_generator = keras.random.SeedGenerator(seed)

    def rewrite_kernel(self, kernel: Any, training: bool) -> Any:
        """Add the noise while training."""
        if self.stddev == 0 or not training:
            return kernel
        noise = self.stddev * _normal(tuple(kernel.shape), self.seed_generator)
        noise = ops.cast(noise, kernel.dtype)
        # W (1 + noise) and W + abs(W) noise have one distribution; the first has a gradient at 0.
        return kernel * (1 + noise) if self.relative else kernel + noise

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        config = super().get_config()
        return {**config, "stddev": self.stddev, "relative": self.relative, "seed": self.seed}


def _normal(shape: tuple[int, ...], seed: keras.random.SeedGenerator) -> Any:
    """Draw standard normal numbers in float32, by the generator that is quick under XLA too.

    The one that TensorFlow picks by itself takes some thirty times as long there on a CPU.
    """
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.random.stateless_normal(shape, _two_int32(seed), alg="philox")
    return keras.random.normal(shape, dtype="float32", seed=seed)
