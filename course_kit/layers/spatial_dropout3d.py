"""Dropout of whole feature maps of a volume."""

import keras

from course_kit.layers.base_dropout import BaseSpatialDropout


@keras.saving.register_keras_serializable(package="course_kit")
class SpatialDropout3D(BaseSpatialDropout):
    """Set each channel of a volume to zero, at all voxels at once.

    Neighbouring voxels of a feature map resemble each other, so that dropping one by one
    removes little. Takes the place of ``keras.layers.SpatialDropout3D``; ``scaling``
    is what it adds.

    Args:
        rate: probability of dropping a feature map, in [0, 1].
        data_format: ``"channels_last"`` or ``"channels_first"``; by default what
            keras.json says.
        seed: integer for a repeatable sequence of masks.
        name, dtype, **kwargs: as for every Keras layer.
        scaling: ``"inverted"`` or ``"vanilla"``, as for `Dropout`.

    Shapes:
        ``(batch, depth, rows, columns, channels)``, or with ``"channels_first"``
        ``(batch, channels, depth, rows, columns)``; returned as it came.

    Raises:
        ValueError: ``rate`` is no probability, or ``data_format`` or ``scaling`` is unknown.

    Example:

    >>> import numpy as np
    >>> y = np.array(SpatialDropout3D(0.5, seed=3)(np.ones((2, 3, 3, 3, 4)), training=True))
    >>> bool((y == y[:, :1, :1, :1]).all())
    True

    Source: Tompson et al., CVPR 2015, section 3.2. Deck: S, Lecture 5, the slide after
    inverted dropout: "Spatial dropout drops entire channels at a time".
    """

    rank = 3
