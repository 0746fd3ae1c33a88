"""What MixUp and CutMix share: the labels, the partner, the share."""

import contextlib
from typing import Any

import keras
import numpy as np

from course_kit.layers.augment import as_float, one_hot, symmetric_beta
from course_kit.layers.base_augmentation import BaseAugmentation

NAMES = ("images", "labels", "sample_weights")


class BaseMix(BaseAugmentation):
    """Mix each picture of a batch with another one, and their labels by the same share.

    Fill `mix`.

    Args:
        alpha: the share is drawn from Beta(alpha, alpha); above 0.
        classes: number of classes, where labels are class numbers; None where they are
            one-hot already.
        per_sample: whether each picture has a share of its own, or the batch has one.
        seed, data_format, **kwargs: as for every augmentation layer.
    """

    moves_pixels = True

    def __init__(
        self,
        alpha: float,
        classes: int | None = None,
        per_sample: bool = False,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed, data_format, **kwargs)
        if not alpha > 0:
            raise ValueError(f"`alpha` must be above 0. Received: alpha={alpha}. Did you mean 0.2?")
        if classes is not None and not (isinstance(classes, int) and classes >= 2):
            raise ValueError(
                "`classes` must be a whole number, at least 2, or None for one-hot labels. "
                f"Received: classes={classes!r}."
            )
        self.alpha = alpha
        self.classes = classes
        self.per_sample = per_sample

    def __call__(self, inputs: Any, *others: Any, **kwargs: Any) -> Any:
        """Take ``images, labels``, and perhaps sample weights: apart, in a tuple or a dict."""
        if others:
            inputs = (inputs, *others)
        if isinstance(inputs, dict):
            parts = self._from_dictionary(inputs)
        elif isinstance(inputs, tuple) and len(inputs) in (2, 3):
            parts = dict(zip(NAMES, inputs, strict=False))
        else:
            raise ValueError(self._without_labels())
        if any(isinstance(part, keras.KerasTensor) for part in parts.values()):
            raise ValueError(self._without_labels())
        images = parts["images"]
        mixed = self._alone(images, {**kwargs, **{k: parts[k] for k in NAMES[1:] if k in parts}})
        return dict(zip(parts, mixed, strict=True)) if isinstance(inputs, dict) else mixed

    def _from_dictionary(self, inputs: dict[str, Any]) -> dict[str, Any]:
        self._check_keys(inputs)
        unknown = [key for key in inputs if key not in NAMES]
        if "labels" not in inputs or unknown:
            raise ValueError(
                f"`{type(self).__name__}` mixes 'images', 'labels' and, if there are, "
                f"'sample_weights'. Received a dictionary with: {', '.join(map(repr, inputs))}."
            )
        return {key: inputs[key] for key in NAMES if key in inputs}

    def _without_labels(self) -> str:
        name = type(self).__name__
        return (
            f"`{name}` mixes the labels too, so it has no place in a model, which shows its layers "
            f"the pictures alone. Put it into the data set: "
            f"dataset.batch(128).map({name}(classes=10)), whose elements are (images, labels)."
        )

    def call(
        self, images: Any, labels: Any = None, sample_weights: Any = None, training: Any = None
    ) -> tuple:
        """Mix while training; at inference only bring the labels to the form of mixed ones."""
        ops = self.ops
        labels = self._shares(ops.convert_to_tensor(labels))
        self._check_batch(images, labels)
        parts = [self.standard(images), labels]
        if sample_weights is not None:
            parts.append(as_float(sample_weights, ops))
        if training:
            parts = list(self.mix(*parts))
        return (self.as_given(parts[0], images), *parts[1:])

    def mix(self, images: Any, labels: Any, *weights: Any) -> tuple:
        """Draw, and mix: floats (batch, h, w, channels), (batch, classes) and perhaps (batch,)."""
        raise NotImplementedError

    def draw_partner(self, images: Any) -> Any:
        """Draw a permutation of the batch."""
        seed = self._get_seed_generator(self.backend.name)
        batch = self.ops.arange(self.ops.shape(images)[0], dtype="int32")
        return self.backend.random.shuffle(batch, seed=seed)

    def draw_share(self, images: Any) -> Any:
        """Draw from Beta(alpha, alpha): (batch,), or (1,) if the batch has one share."""
        shape = (self.ops.shape(images)[0] if self.per_sample else 1,)
        return symmetric_beta(self.uniform(shape), self.uniform(shape), self.alpha, self.ops)

    def _shares(self, labels: Any) -> Any:
        """Turn labels into floats (batch, classes), or say what is wrong with them."""
        shape, ops = tuple(labels.shape), self.ops
        numbers = len(shape) == 1 or (len(shape) == 2 and shape[1] == 1)
        if self.classes is not None and numbers:
            self._check_numbers(labels)
            return one_hot(labels, self.classes, ops)
        kind = keras.backend.standardize_dtype(labels.dtype)
        targets = len(shape) == 2 and (shape[1] != 1 or keras.backend.is_float_dtype(kind))
        if targets and self.classes in (None, shape[1]):
            return as_float(labels, ops)
        raise ValueError(
            f"Labels must be class numbers (batch,) with `classes` given, or one-hot "
            f"(batch, classes). Received: labels of shape {shape} and type {kind}, with "
            f"classes={self.classes}. Did you forget `classes`, or `dataset.batch`?"
        )

    def _check_numbers(self, labels: Any) -> None:
        """Refuse class numbers that `one_hot` would turn into rows of zeros."""
        message = (
            f"Labels must be class numbers from 0 to {self.classes - 1}, as classes={self.classes}"  # type: ignore[operator]
        )
        if self.backend.name == "tensorflow":
            import tensorflow as tf

            labels = tf.cast(labels, "int32")
            tf.debugging.assert_non_negative(labels, message)
            tf.debugging.assert_less(labels, self.classes, message)
            return
        with contextlib.suppress(TypeError):  # while JAX traces there are no values yet
            values = np.asarray(keras.ops.convert_to_numpy(labels))
            if values.min() < 0 or values.max() >= self.classes:
                raise ValueError(f"{message}. Received: {values.min()} to {values.max()}.")

    def _check_batch(self, images: Any, labels: Any) -> None:
        sizes = images.shape[0], labels.shape[0]
        if None not in sizes and sizes[0] != sizes[1]:
            raise ValueError(
                f"`{type(self).__name__}` needs a batch, with a label for each picture. Received: "
                f"images {tuple(images.shape)}, labels {tuple(labels.shape)}. "
                "Does the map come after `dataset.batch`?"
            )

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "alpha": self.alpha,
            "classes": self.classes,
            "per_sample": self.per_sample,
        }
