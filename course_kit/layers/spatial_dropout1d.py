"""Dropout of whole feature maps of a sequence."""

from typing import Any

import keras
from keras import ops

from course_kit.layers.base_dropout import BaseDropout


@keras.saving.register_keras_serializable(package="course_kit")
class SpatialDropout1D(BaseDropout):
    """Set each feature of a sequence to zero, at all time steps at once.

    `course_kit.layers.Dropout` with a mask of shape ``(batch, 1, features)``. Takes the
    place of ``keras.layers.SpatialDropout1D``; ``scaling`` is what it adds.

    Args:
        rate: probability of dropping a feature map, in [0, 1].
        seed: integer for a repeatable sequence of masks.
        name, dtype, **kwargs: as for every Keras layer.
        scaling: ``"inverted"`` or ``"vanilla"``, as for `Dropout`.

    Shapes:
        ``(batch, time, features)``, returned as it came.

    Raises:
        ValueError: ``rate`` is no probability, or ``scaling`` is unknown.

    Example:

    >>> import numpy as np
    >>> y = np.array(SpatialDropout1D(0.5, seed=3)(np.ones((2, 5, 4)), training=True))
    >>> bool((y == y[:, :1]).all())
    True

    Source: Tompson et al., CVPR 2015, section 3.2. Deck: S, Lecture 5, the slide after
    inverted dropout: "Spatial dropout drops entire channels at a time".
    """

    def __init__(
        self,
        rate: float,
        seed: int | None = None,
        name: str | None = None,
        dtype: Any = None,
        scaling: str = "inverted",
        **kwargs: Any,
    ) -> None:
        super().__init__(rate, seed, scaling, name=name, dtype=dtype, **kwargs)
        self.input_spec = keras.layers.InputSpec(ndim=3)

    def mask_shape(self, inputs: Any) -> tuple:
        """One draw a feature: ``(batch, 1, features)``."""
        batch, _, features = ops.shape(inputs)
        return (batch, 1, features)
