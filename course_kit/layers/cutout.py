"""Cutout: a square of the picture is missing."""

from typing import Any

import keras

from course_kit.layers.augment import cutout
from course_kit.layers.base_augmentation import BaseAugmentation


@keras.saving.register_keras_serializable(package="course_kit")
class Cutout(BaseAugmentation):
    r"""Fill a square of each picture with a constant while training.

    The centre is any pixel with equal probability, so that the square may stick out over the
    border and cover less: the paper found this better than squares that lie inside.

    Args:
        size: side of the square: whole number, pixels; float in (0, 1], share of the shorter
            side of the picture (rounded, at least one pixel).
        fill_value: what is put there: a number, or one for each channel. The paper's pictures
            have mean 0, so that 0 is grey; of others, give the mean (127.5 for 0..255), or 0
            is black.
        seed: integer for a repeatable sequence (in a map: if it has no
            ``num_parallel_calls``); each call and each picture draws anew.
        data_format: ``"channels_last"`` or ``"channels_first"``; Keras' setting if None.
        **kwargs: ``name``, ``dtype``. The result is float32, in the range that came; with
            ``dtype="uint8"`` it stays so.

    Shapes:
        (batch, h, w, channels) or (h, w, channels), returned as it came. In a map also
        ``pictures, labels, ...``, a tuple of those, or a dictionary with ``"images"``; all
        else passes through, boxes and masks too, as no pixel moves.

    Raises:
        ValueError: ``size`` is neither a positive whole number nor a share.

    Example:

    >>> import numpy as np
    >>> layer = Cutout(4, seed=1)
    >>> y = np.array(layer(np.ones((16, 8, 8, 1), "float32")))
    >>> fewest, most = (y == 0).sum(axis=(1, 2, 3)).min(), (y == 0).sum(axis=(1, 2, 3)).max()
    >>> bool(4 <= fewest < most == 16)  # a corner keeps 2 x 2 of the 4 x 4
    True

    Source: DeVries and Taylor, "Improved regularization of convolutional neural networks
    with Cutout", 2017, section 3.2. Decks: C, Lecture 10.2, "Cutout"; S, Lecture 5, "New
    layers", where it is a dropout of patches.
    """

    def __init__(
        self,
        size: int | float,
        fill_value: Any = 0.0,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed, data_format, **kwargs)
        whole = isinstance(size, int) and not isinstance(size, bool)
        if not (whole and size >= 1) and not (isinstance(size, float) and 0 < size <= 1):
            raise ValueError(
                "`size` must be a whole number of pixels, at least 1, or a share of the shorter "
                f"side, a float in (0, 1]. Received: size={size!r}. Did you mean 8, or 0.25?"
            )
        self.size = size
        # A saved model brings a list back.
        self.fill_value = tuple(fill_value) if isinstance(fill_value, list) else fill_value

    def augment(self, images: Any) -> Any:
        """Fill a square of each picture."""
        centres = self.random_pixels(images)
        return cutout(images, centres, self._side(images), self.fill_value, self.ops)

    def _side(self, images: Any) -> Any:
        if isinstance(self.size, int):
            return self.size
        ops = self.ops
        shorter = ops.cast(ops.min(ops.stack(ops.shape(images)[1:3])), "float32")
        return ops.cast(ops.maximum(ops.round(self.size * shorter), 1), "int32")

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "size": self.size, "fill_value": self.fill_value}
