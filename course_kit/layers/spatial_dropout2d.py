"""Dropout of whole feature maps of an image."""

import keras

from course_kit.layers.base_dropout import BaseSpatialDropout


@keras.saving.register_keras_serializable(package="course_kit")
class SpatialDropout2D(BaseSpatialDropout):
    """Set each channel of an image to zero, at all pixels at once.

    Neighbouring pixels of a feature map resemble each other, so that dropping one by one
    removes little. Takes the place of ``keras.layers.SpatialDropout2D``; ``scaling``
    is what it adds.

    Args:
        rate: probability of dropping a feature map, in [0, 1].
        data_format: ``"channels_last"`` or ``"channels_first"``; by default what
            keras.json says.
        seed: integer for a repeatable sequence of masks.
        name, dtype, **kwargs: as for every Keras layer.
        scaling: ``"inverted"`` or ``"vanilla"``, as for `Dropout`.

    Shapes:
        ``(batch, rows, columns, channels)``, or with ``"channels_first"``
        ``(batch, channels, rows, columns)``; returned as it came.

    Raises:
        ValueError: ``rate`` is no probability, or ``data_format`` or ``scaling`` is unknown.

    Example:

    >>> import numpy as np
    >>> y = np.array(SpatialDropout2D(0.5, seed=3)(np.ones((2, 4, 4, 3)), training=True))
    >>> bool((y == y[:, :1, :1]).all())
    True

    Source: Tompson et al., CVPR 2015, section 3.2. Deck: S, Lecture 5, the slide after
    inverted dropout: "Spatial dropout drops entire channels at a time".
    """

    rank = 2
