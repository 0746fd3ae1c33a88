"""PCA lighting: the colour of the light changes, as it does in photographs."""

from typing import Any

import keras
import numpy as np

from course_kit.layers.augment import lighting
from course_kit.layers.base_augmentation import BaseAugmentation

# Of the colours of ImageNet's training pictures, in units of the range of a pixel, as
# published with the first ImageNet models for Torch and used by most since. Their sum, 0.24,
# is the variance of R, G and B together, so that they are variances, not deviations.
IMAGENET_EIGENVALUES = (0.2175, 0.0188, 0.0045)
IMAGENET_EIGENVECTORS = (  # in the columns
    (-0.5675, 0.7192, 0.4009),
    (-0.5808, -0.0045, -0.8140),
    (-0.5836, -0.6948, 0.4203),
)


@keras.saving.register_keras_serializable(package="course_kit")
class PCALighting(BaseAugmentation):
    r"""Shift the colour of each picture along the principal directions of all colours.

    To every pixel of a picture is added ``sum_i p_i a_i l_i``, with ``p_i`` and ``l_i`` the
    eigenvectors and eigenvalues of the covariance of RGB values, and ``a_i`` drawn from
    N(0, stddev^2), afresh for each picture.

    The eigenvalues are ImageNet's, or after `adapt` the data's, with the range of a pixel as
    the unit. The unit matters: an eigenvalue is a variance, and of pixels in 0..255 it would
    be 255^2 times as large, where the colours are only 255 times as large.

    Args:
        stddev: standard deviation of ``a_i``; at least 0.
        value_range: the pixels' least and greatest possible value. The result is not clipped.
        seed: integer for a repeatable sequence (in a map: if it has no
            ``num_parallel_calls``); each call and each picture draws anew.
        data_format: ``"channels_last"`` or ``"channels_first"``; Keras' setting if None.
        **kwargs: ``name``, ``dtype``. The result is float32, in the range that came; with
            ``dtype="uint8"`` it is rounded and kept in 0..255.

    Shapes:
        (batch, h, w, 3) or (h, w, 3), returned as it came. In a map also ``pictures, labels,
        ...``, a tuple of those, or a dictionary with ``"images"``; all else passes through.

    Raises:
        ValueError: a negative ``stddev``, an empty ``value_range``, or not three channels.

    Example:

    >>> import numpy as np
    >>> layer = PCALighting(value_range=(0, 1), seed=1)
    >>> y = np.array(layer(np.full((2, 4, 4, 3), 0.5, "float32")))
    >>> y.shape, float(np.ptp(y, axis=(1, 2)).max()) == 0  # one shift for a whole picture
    ((2, 4, 4, 3), True)

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep
    convolutional neural networks", NIPS 2012, section 4.1. Deck: U, Lecture 4, table of
    "ResNet strikes back".
    """

    def __init__(
        self,
        stddev: float = 0.1,
        value_range: tuple[float, float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed, data_format, **kwargs)
        if not stddev >= 0:
            raise ValueError(f"`stddev` must be at least 0. Received: stddev={stddev}.")
        if len(value_range) != 2 or not value_range[0] < value_range[1]:
            raise ValueError(
                "`value_range` must be two numbers, the lower first. "
                f"Received: value_range={value_range}. Pixels of 0..255 have (0, 255)."
            )
        self.stddev = stddev
        self.value_range = (value_range[0], value_range[1])
        channels = -1 if self.data_format == "channels_last" else -3
        self.input_spec = keras.layers.InputSpec(min_ndim=3, max_ndim=4, axes={channels: 3})
        self.eigenvalues, self.eigenvectors = (
            self.add_weight(
                name=name,
                shape=np.shape(values),
                initializer=keras.initializers.Constant(values),
                dtype="float32",
                autocast=False,  # of an outermost layer, Keras casts weights whatever it is told
                trainable=False,
            )
            for name, values in (
                ("eigenvalues", IMAGENET_EIGENVALUES),
                ("eigenvectors", IMAGENET_EIGENVECTORS),
            )
        )

    def adapt(self, data: Any) -> None:
        """Take the eigenvalues and eigenvectors from pictures of one's own.

        Call it before the layer is put into a map: on backends other than TensorFlow the map
        keeps the numbers of that moment.

        Args:
            data: pictures (n, h, w, 3), or something that gives batches of them, alone, first
                in a tuple or under ``"images"``, such as a ``tf.data.Dataset``. All are read.
        """
        batches = [data] if hasattr(data, "shape") else data
        low, high = self.value_range
        count, first, second = 0, np.zeros(3), np.zeros((3, 3))
        for batch in batches:
            x = (self._colours(batch) - low) / (high - low)  # (pixels, 3)
            count, first, second = count + len(x), first + x.sum(axis=0), second + x.T @ x
        if not count:
            raise ValueError("`adapt` needs at least one picture. Received: none.")
        mean = first / count
        values, vectors = np.linalg.eigh(second / count - np.outer(mean, mean))
        self.eigenvalues.assign(values[::-1].astype("float32"))
        self.eigenvectors.assign(vectors[:, ::-1].astype("float32"))

    def _colours(self, batch: Any) -> np.ndarray:
        """A batch's pixels: (n, h, w, 3) -> (n h w, 3), float64."""
        batch = batch["images"] if isinstance(batch, dict) else batch
        batch = np.asarray(batch[0] if isinstance(batch, tuple) else batch, "float64")
        return np.moveaxis(batch, -1 if self.data_format == "channels_last" else -3, -1).reshape(
            -1, 3
        )

    def augment(self, images: Any) -> Any:
        """Give each picture a light of its own."""
        normals = self.normal((self.ops.shape(images)[0], 3), self.stddev)
        values, vectors = map(self.convert_weight, (self.eigenvalues, self.eigenvectors))
        scale = self.value_range[1] - self.value_range[0]
        return lighting(images, normals, values, vectors, scale, self.ops)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        config = super().get_config()
        return {**config, "stddev": self.stddev, "value_range": self.value_range}
