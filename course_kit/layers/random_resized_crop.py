"""Random resized crop: some part of the picture, at one size."""

import math
from typing import Any

import keras

from course_kit.layers.base_augmentation import BaseAugmentation
from course_kit.layers.resample import central_window, choose_windows, resample

TRIES = 10


@keras.saving.register_keras_serializable(package="course_kit")
class RandomResizedCrop(BaseAugmentation):
    r"""Cut a window of random area, shape and place out of each picture; resize it.

    The area is uniform in ``scale``, the logarithm of width over height uniform in ``ratio``,
    the place uniform among those where the window fits. Of ten tries the first that fits is
    taken, else the largest central window within ``ratio``: torchvision's definition.

    At inference: the largest central window of the result's proportions, of whose sides
    ``test_crop_ratio`` is kept, resized. At the size of the input that is the identity.

    Args:
        height, width: of the result, in pixels.
        scale: least and greatest area of the window, shares in (0, 1] of the picture.
        ratio: least and greatest width over height of the window, before resizing.
        test_crop_ratio: share in (0, 1] of the central window's sides; 0.875 is usual on
            ImageNet (224 of 256 pixels).
        antialias: whether shrinking averages over all pixels, as Pillow does, or looks at the
            nearest two a side only.
        seed: integer for a repeatable sequence (in a map: if it has no
            ``num_parallel_calls``); each call and each picture draws anew.
        data_format: ``"channels_last"`` or ``"channels_first"``; Keras' setting if None.
        **kwargs: ``name``, ``dtype``. The result is float32, in the range that came; with
            ``dtype="uint8"`` it is rounded.

    Shapes:
        (batch, h, w, channels) -> (batch, height, width, channels), and without the batch
        (in a map, pictures of several sizes). In a map also ``pictures, labels, ...``, a
        tuple of those, or a dictionary with ``"images"``; all else passes through.

    Raises:
        ValueError: sizes, shares or ratios out of their range; ``"bounding_boxes"`` or
            ``"segmentation_masks"``, which would no longer fit.

    Example:

    >>> import numpy as np
    >>> layer = RandomResizedCrop(4, 6, seed=1)
    >>> tuple(layer(np.ones((2, 16, 16, 3), "float32")).shape)
    (2, 4, 6, 3)
    >>> picture = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
    >>> np.array_equal(RandomResizedCrop(4, 4)(picture, training=False), picture)
    True

    Source: Szegedy et al., "Going deeper with convolutions", CVPR 2015, section 6. Decks: C,
    Lecture 10.2, "Data Augmentation for Image Classification"; U, Lecture 4, table of
    "ResNet strikes back" (RRC, test crop ratio).
    """

    moves_pixels = True

    def __init__(
        self,
        height: int,
        width: int,
        scale: tuple[float, float] = (0.08, 1.0),
        ratio: tuple[float, float] = (3 / 4, 4 / 3),
        test_crop_ratio: float = 1.0,
        antialias: bool = True,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed, data_format, **kwargs)
        _check(height, width, scale, ratio, test_crop_ratio)
        self.height = height
        self.width = width
        self.scale = (scale[0], scale[1])
        self.ratio = (ratio[0], ratio[1])
        self.test_crop_ratio = test_crop_ratio
        self.antialias = antialias

    def augment(self, images: Any) -> Any:
        """Cut another window out of each picture."""
        return self._resample(images, self.draw_windows(images))

    def draw_windows(self, images: Any) -> Any:
        """Draw a window for each picture: first row and column, height and width, (batch, 4)."""
        batch, height, width, _ = self.ops.shape(images)
        areas = self.uniform((batch, TRIES), *self.scale)
        ratios = self.ops.exp(self.uniform((batch, TRIES), *map(math.log, self.ratio)))
        places = self.uniform((batch, 2))
        return choose_windows(areas, ratios, places, height, width, self.ratio, self.ops)

    def leave(self, images: Any) -> Any:
        """Cut the central window out of each picture."""
        batch, height, width, _ = self.ops.shape(images)
        limits = (self.width / self.height,) * 2
        window = central_window(height, width, limits, self.test_crop_ratio, self.ops)
        return self._resample(images, self.ops.tile(window, (batch, 1)))

    def _resample(self, images: Any, windows: Any) -> Any:
        size = (self.height, self.width)
        return resample(images, windows, size, self.antialias, self.ops)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Return the shape with the new height and width."""
        if self.data_format == "channels_first":
            return (*input_shape[:-2], self.height, self.width)
        return (*input_shape[:-3], self.height, self.width, input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "height": self.height,
            "width": self.width,
            "scale": self.scale,
            "ratio": self.ratio,
            "test_crop_ratio": self.test_crop_ratio,
            "antialias": self.antialias,
        }


def _check(height: Any, width: Any, scale: Any, ratio: Any, test_crop_ratio: Any) -> None:
    if not all(isinstance(side, int) and side > 0 for side in (height, width)):
        raise ValueError(
            "`height` and `width` must be whole numbers of pixels, at least 1. "
            f"Received: height={height}, width={width}."
        )
    if len(scale) != 2 or not 0 < scale[0] <= scale[1] <= 1:
        raise ValueError(
            "`scale` must be two shares of the area in (0, 1], the lower first. "
            f"Received: scale={scale}. The usual is (0.08, 1)."
        )
    if len(ratio) != 2 or not 0 < ratio[0] <= ratio[1]:
        raise ValueError(
            "`ratio` must be two positive numbers, width over height, the lower first. "
            f"Received: ratio={ratio}. The usual is (3 / 4, 4 / 3)."
        )
    if not 0 < test_crop_ratio <= 1:
        raise ValueError(
            "`test_crop_ratio` must be in (0, 1]. "
            f"Received: test_crop_ratio={test_crop_ratio}. Did you mean 224 / 256?"
        )
