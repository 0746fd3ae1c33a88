"""The three centrings of images: by the mean image, by the channels' means, and by their spread."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from course_kit.layers.adapted import AdaptedLayer
from course_kit.layers.pooled_moments import pooled_moments, squares

KINDS = ("mean_image", "channel_mean", "channel_standard")
# Of ImageNet's training set, channels red, green, blue, for pixels between 0 and 1.
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@keras.saving.register_keras_serializable(package="course_kit")
class Centering(AdaptedLayer):
    r"""Subtract the mean of the training data, and divide by its deviation or not.

    Over all M training images of h x w pixels and c channels::

        "mean_image"        y = x - mean              mean: (h, w, c), one for each pixel
        "channel_mean"      y = x - mean              mean: (c,)
        "channel_standard"  y = (x - mean) / std      mean, std: (c,)

    The variance std^2 is divided by the number of values, M h w, not by one less. A channel
    that is constant in the training data is centred only, as scikit-learn does it.

    Mean and std come from `adapt`, or are given: then `adapt` is not called.

    Args:
        kind: ``"mean_image"``, ``"channel_mean"`` or ``"channel_standard"``.
        mean: in units of the data; a number, or with the shape above. For ImageNet's
            networks `IMAGENET_MEAN` and `IMAGENET_STD`, which want pixels between 0 and 1.
        std: for ``"channel_standard"``, if the mean is given; above 0.
        axis: the axis of the channels; without meaning for ``"mean_image"``.
        **kwargs: ``name``, ``dtype``.

    Shapes:
        (batch, ..., channels), or with the channels elsewhere; the output has the input's. Of
        (batch, features) each feature is a channel.

    Raises:
        ValueError: ``kind`` is unknown, ``mean`` and ``std`` do not belong to it or do not fit the
            inputs, a shape that is needed is unknown, or the layer is called before `adapt`.

    Example:

    >>> x = np.array([[1.0, 10.0], [3.0, 30.0]], "float32")
    >>> layer = Centering("channel_standard")
    >>> layer.adapt(x)
    >>> np.array(layer(x)).tolist()
    [[-1.0, -1.0], [1.0, 1.0]]

    Source: deck C, Lecture 10.2, "Data Pre-Processing".
    """

    def __init__(
        self,
        kind: str = "channel_mean",
        mean: Any = None,
        std: Any = None,
        axis: int = -1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        _check(kind, mean, std)
        self.kind = kind
        self.given_mean = mean
        self.given_std = std
        self.axis = axis
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Add the mean and, for ``"channel_standard"``, the deviation."""
        rank = len(input_shape)
        if not -rank <= self.axis < rank or self.axis % rank == 0:
            raise ValueError(
                "`axis` must be that of the channels, and not of the batch. "
                f"Received: axis={self.axis} for inputs of shape {tuple(input_shape)}."
            )
        self._shape = self._varying(tuple(input_shape[1:]))
        if None in self._shape:
            raise ValueError(
                f"`{self.kind}` must know the size of its axes. Received: inputs of shape "
                f"{tuple(input_shape)}. Give it in `keras.Input`, or call `adapt` first."
            )
        self.mean = self.add_statistic("mean", self._shape, self._fitting("mean", self.given_mean))
        if self.kind == "channel_standard":
            self.std = self.add_statistic("std", self._shape, self._fitting("std", self.given_std))

    def _varying(self, example: tuple) -> tuple:
        """Shape of the statistics, ready to broadcast: (h, w, c), or for channels (1, 1, c)."""
        if self.kind == "mean_image":
            return example
        channels = self.axis % (len(example) + 1) - 1
        return tuple(n if a == channels else 1 for a, n in enumerate(example))

    def _fitting(self, name: str, value: Any) -> Any:
        """Give what was given the shape of the statistics; one number serves all."""
        if value is None:
            return None
        value = np.asarray(value, "float64")
        if value.size not in (1, int(np.prod(self._shape))):
            raise ValueError(
                f"`{name}` must be a number, or as many as there are means, "
                f"{int(np.prod(self._shape))}. Received: {value.size}."
            )
        return value.reshape(self._shape if value.size > 1 else ())

    def adapt(self, data: Any) -> None:
        """Take mean and deviation of the training data; see `AdaptedLayer.adapt`."""
        if self.given_mean is not None:
            raise ValueError(
                "`adapt` must not be called where the mean is given. Received: both. "
                "Leave out `mean` and `std` to take those of the data."
            )
        super().adapt(data)

    def check_examples(self, shape: tuple[int, ...]) -> None:
        """Raise unless the examples vary as the statistics do."""
        if len(shape) != len(self._shape) or self._varying(shape) != self._shape:
            raise ValueError(
                f"`data` must fit the layer, whose mean has the shape {self._shape}. "
                f"Received: examples of shape {shape}."
            )

    def summarize(self, batches: Iterator[np.ndarray]) -> dict[str, np.ndarray]:
        """Compute the mean and, for ``"channel_standard"``, the deviation."""
        channels = -1 if self.kind == "mean_image" else self.axis
        mean, variance = pooled_moments((self._rows(x, channels) for x in batches), squares)
        found = {"mean": mean.reshape(self._shape)}
        if self.kind == "channel_standard":
            # Less than single precision can tell apart is rounding, and no variation.
            std = np.sqrt(variance)
            std = np.where(std > np.finfo("float32").eps * np.abs(mean), std, 1.0)
            found["std"] = std.reshape(self._shape)
        return found

    def _rows(self, x: np.ndarray, channels: int) -> np.ndarray:
        """One column for each mean: (batch, h, w, c) -> (batch h w, c) or (batch, h w c)."""
        if self.kind == "mean_image":
            return x.reshape(len(x), -1)
        return np.moveaxis(x, channels, -1).reshape(-1, x.shape[channels])

    def transform(self, x: Any) -> Any:
        """Subtract the mean and, for ``"channel_standard"``, divide by the deviation."""
        y = x - self.mean
        return y / self.std if self.kind == "channel_standard" else y

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape as it came."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        mean, std = (  # as a list what came as a tuple: JSON has none
            list(given) if isinstance(given, tuple) else given
            for given in (self.given_mean, self.given_std)
        )
        own = {"kind": self.kind, "mean": mean, "std": std, "axis": self.axis}
        return {**super().get_config(), **own}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Centering":
        """Make the layer from what `get_config` gave; in a file arrays are in words."""
        words = {name: config[name] for name in ("mean", "std")}
        return cls(**{**config, **keras.saving.deserialize_keras_object(words)})


def _check(kind: str, mean: Any, std: Any) -> None:
    """Raise, in one line, for constants that do not belong to the kind of centring."""
    if kind not in KINDS:
        raise ValueError(
            f"`kind` must be one of {', '.join(map(repr, KINDS))}. Received: kind={kind!r}."
        )
    if std is not None and kind != "channel_standard":
        raise ValueError(
            "`std` belongs to kind='channel_standard' only. "
            f"Received: std={std} with kind={kind!r}."
        )
    if kind == "channel_standard" and (mean is None) != (std is None):
        raise ValueError(
            "`mean` and `std` must be given together. "
            f"Received: mean={mean}, std={std}. Give both, or neither and call `adapt`."
        )
    if mean is not None and not np.isfinite(mean).all():
        raise ValueError(f"`mean` must be finite. Received: mean={mean}.")
    if std is not None and not (np.isfinite(std).all() and np.all(np.asarray(std) > 0)):
        raise ValueError(f"`std` must be finite and above 0. Received: std={std}.")
