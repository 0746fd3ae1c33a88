"""CutMix: a box of one picture in another, with the labels mixed by area."""

from typing import Any

import keras

from course_kit.layers.augment import blend, cut_boxes, cut_mix
from course_kit.layers.base_mix import BaseMix


@keras.saving.register_keras_serializable(package="course_kit")
class CutMix(BaseMix):
    r"""Paste a box of another picture over each picture of a batch; mix labels by area.

    ``x = M * x_1 + (1 - M) * x_2`` and ``y = lam * y_1 + (1 - lam) * y_2``. The mask ``M`` is 0
    in a box with the picture's proportions and ``1 - lam`` of its area, ``lam`` drawn from
    Beta(alpha, alpha), its centre any pixel. What sticks out over the border is lost, and
    ``lam`` becomes the mean of ``M``: exactly the area that is left. The second ones are a
    random permutation of the batch. Sample weights are mixed as the labels.

    A layer for the data set, after ``batch``; in a model there are no labels to mix. The loss
    is the one for one-hot labels. Smoothing them commutes with mixing: leave it to the loss.

    Args:
        alpha: of the Beta distribution; above 0. The paper has 1: all areas equally likely.
        classes: number of classes, where labels are class numbers; None where they are
            one-hot.
        per_sample: whether each picture has a box of its own; the paper's code has one for
            the batch.
        seed: integer for a repeatable sequence (in a map: if it has no
            ``num_parallel_calls``); each call draws anew.
        data_format: ``"channels_last"`` or ``"channels_first"``; Keras' setting if None.
        **kwargs: ``name``, ``dtype``. Pictures come back in this dtype, by default float32;
            labels and weights are always float32, or float64 where they came so.

    Shapes:
        pictures (batch, h, w, channels); labels (batch,), (batch, 1) or (batch, classes),
        which become (batch, classes); weights (batch,). Apart, in a tuple, or in a dictionary
        with ``"images"``, ``"labels"``, ``"sample_weights"``; so they come back. With
        ``training=False`` nothing is mixed, but labels become one-hot.

    Raises:
        ValueError: no labels; labels of another form, or of class numbers without
            ``classes``; one picture in place of a batch; ``alpha`` not above 0.

    Example:

    >>> import numpy as np
    >>> import tensorflow as tf
    >>> x = np.stack([np.full((8, 8, 1), v, "float32") for v in (0, 1)])
    >>> data = tf.data.Dataset.from_tensor_slices((x, [0, 1])).batch(2)
    >>> mixed, labels = next(iter(data.map(CutMix(classes=2, seed=1))))
    >>> np.allclose(np.mean(mixed, axis=(1, 2, 3)), labels[:, 1])  # area and label agree
    True

    Source: Yun et al., "CutMix: Regularization strategy to train strong classifiers with
    localizable features", ICCV 2019, equations 1 and 2. Deck: C, Lecture 10.2, "Cutmix".
    """

    def __init__(
        self,
        alpha: float = 1.0,
        classes: int | None = None,
        per_sample: bool = False,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(alpha, classes, per_sample, seed, data_format, **kwargs)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def mix(self, images: Any, labels: Any, *weights: Any) -> tuple:
        """Paste, and mix the rest by the area."""
        _, height, width, _ = self.ops.shape(images)
        partner, lam = self.draw_partner(images), self.draw_share(images)
        centres = self.random_pixels(images)
        boxes = cut_boxes(centres if self.per_sample else centres[:1], lam, height, width, self.ops)
        images, labels, lam = cut_mix(images, labels, partner, boxes, self.ops)
        return (images, labels, *(blend(part, partner, lam, self.ops) for part in weights))
