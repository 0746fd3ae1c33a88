"""MixUp: the picture between two pictures, with the label between their labels."""

from typing import Any

import keras

from course_kit.layers.augment import blend
from course_kit.layers.base_mix import BaseMix


@keras.saving.register_keras_serializable(package="course_kit")
class MixUp(BaseMix):
    r"""Mix each example of a batch with another one, and their labels by the same share.

    ``x = lam * x_1 + (1 - lam) * x_2`` and ``y = lam * y_1 + (1 - lam) * y_2``, with ``lam``
    drawn from Beta(alpha, alpha) and the second ones a random permutation of the batch. Sample
    weights are mixed alike.

    A layer for the data set, after ``batch``; in a model there are no labels to mix. The loss
    is the one for one-hot labels. Smoothing them commutes with mixing: leave it to the loss.

    Args:
        alpha: of the Beta distribution; above 0. Near 0 one of the two is left almost alone,
            1 makes all shares equally likely. The paper has 0.1 to 0.4 on ImageNet.
        classes: number of classes, where labels are class numbers; None where they are
            one-hot, or numbers to regress on.
        per_sample: whether each example has a share of its own; the paper's code has one for
            the batch.
        seed: integer for a repeatable sequence (in a map: if it has no
            ``num_parallel_calls``); each call draws anew.
        data_format: not needed here; the same for all augmentation layers.
        **kwargs: ``name``, ``dtype``. Examples come back in this dtype, by default float32;
            labels and weights are always float32, or float64 where they came so.

    Shapes:
        examples (batch, ...), pictures or not; labels (batch,), (batch, 1) or (batch,
        classes), which become (batch, classes); weights (batch,). Apart, in a tuple, or in a
        dictionary with ``"images"``, ``"labels"``, ``"sample_weights"``; so they come back.
        With ``training=False`` nothing is mixed, but labels become one-hot.

    Raises:
        ValueError: no labels; labels of another form, or of class numbers without
            ``classes``; one picture in place of a batch; ``alpha`` not above 0.

    Example:

    >>> import numpy as np
    >>> import tensorflow as tf
    >>> x, y = np.eye(4, dtype="float32"), np.arange(4)
    >>> data = tf.data.Dataset.from_tensor_slices((x, y)).batch(4)
    >>> mixed, labels = next(iter(data.map(MixUp(alpha=1.0, classes=4, seed=1))))
    >>> np.allclose(mixed, labels)  # x and y were the same, and so were the shares
    True

    Source: Zhang et al., "mixup: Beyond empirical risk minimization", ICLR 2018, section 2.
    Decks: S, Lecture 5, "Data augmentation", equations 1 and 2; C, Lecture 10.2, "Mixup".
    """

    def __init__(
        self,
        alpha: float = 0.2,
        classes: int | None = None,
        per_sample: bool = False,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(alpha, classes, per_sample, seed, data_format, **kwargs)
        self.input_spec = keras.layers.InputSpec(min_ndim=2)

    def mix(self, images: Any, labels: Any, *weights: Any) -> tuple:
        """Blend all parts by one share."""
        partner, lam = self.draw_partner(images), self.draw_share(images)
        return tuple(blend(part, partner, lam, self.ops) for part in (images, labels, *weights))

    def standard(self, images: Any) -> Any:
        """Only to floats: what is mixed need not be pictures."""
        return self.to_float(images)

    def as_given(self, x: Any, images: Any) -> Any:
        """Give the dtype of the layer."""
        return self.to_dtype(x)
