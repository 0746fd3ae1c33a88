"""DropConnect: weights fall, not units."""

from typing import Any

import keras

from course_kit.layers.base_dropout import check_rate, check_scaling
from course_kit.layers.drop import draw, drop, expected
from course_kit.layers.kernel_wrapper import KernelWrapper


@keras.saving.register_keras_serializable(package="course_kit")
class DropConnect(KernelWrapper):
    r"""Set each weight of a layer's kernel to zero with probability ``rate`` while training.

    With ``M`` a mask of independent zeros (probability ``rate``) and ones, drawn afresh at
    each call and shared by the batch, and ``phi`` the layer's activation::

        inverted   training: phi((W * M / (1 - rate)) x + b)    inference: phi(W x + b)
        vanilla    training: phi((W * M) x + b)    inference: phi(((1 - rate) W) x + b)

    Inference takes the expected kernel, where the paper samples from a Gaussian fitted to
    the pre-activations; and the paper draws a mask for each sample, and one for the bias.

    Args:
        layer: a layer with a ``kernel``: dense, convolution, depthwise convolution, einsum.
        rate: probability of dropping a weight, in [0, 1].
        seed: integer for a repeatable sequence of masks.
        scaling: ``"inverted"`` or ``"vanilla"``, as for `Dropout`.
        **kwargs: ``name`` and the like; ``dtype`` is by default the wrapped layer's.

    Shapes:
        those of the wrapped layer.

    Raises:
        ValueError: ``rate`` is no probability, ``scaling`` is unknown or, when built, the
            layer has no kernel.

    Example:

    >>> import numpy as np
    >>> layer = DropConnect(keras.layers.Dense(3, kernel_initializer="ones"), 0.5, seed=1)
    >>> keras.ops.convert_to_numpy(layer(np.ones((1, 4)))).tolist()
    [[4.0, 4.0, 4.0]]
    >>> y = keras.ops.convert_to_numpy(layer(np.eye(4), training=True))
    >>> sorted(set(y.ravel().tolist()))
    [0.0, 2.0]

    Source: Wan et al., "Regularization of neural networks using DropConnect", ICML 2013,
    equation 3. Decks: S, Lecture 5, "DropConnect drops single weights instead of entire
    neurons"; M, "Scheduling the learning rate and avoiding under/overfitting", which calls
    it dropout of the weights, with rates from 0.1 to 0.5.
    """

    def __init__(
        self,
        layer: keras.Layer,
        rate: float,
        seed: int | None = None,
        scaling: str = "inverted",
        **kwargs: Any,
    ) -> None:
        super().__init__(layer, **kwargs)
        check_rate(rate)
        check_scaling(scaling)
        self.rate = rate
        self.seed = seed
        self.scaling = scaling
        if rate > 0:
            self.seed_generator = keras.random.SeedGenerator(seed)

    def rewrite_kernel(self, kernel: Any, training: bool) -> Any:
        """Drop weights while training; give the expected kernel otherwise."""
        if self.rate == 0:
            return kernel
        if not training:
            return expected(kernel, self.rate, self.scaling)
        keep, rate = draw(tuple(kernel.shape), self.rate, self.seed_generator)
        return drop(kernel, keep, rate, self.scaling)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        config = super().get_config()
        return {**config, "rate": self.rate, "seed": self.seed, "scaling": self.scaling}
