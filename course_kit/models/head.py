"""What follows the last feature map: pooling, hidden layers, logits, probabilities."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras

from course_kit import layers
from course_kit.layers.parts import stored_dtype


class Head(NamedTuple):
    """How the map becomes a vector, and the hidden layers."""

    pooling: Callable[..., keras.Layer]
    units: tuple[int, ...]
    dropout: float


def _average(**kind: Any) -> keras.Layer:
    return keras.layers.GlobalAveragePooling2D(data_format="channels_last", **kind)


HEADS = {
    "imagenet": Head(keras.layers.Flatten, (4096, 4096), 0.5),
    "average": Head(_average, (), 0.0),
}


def add_head(
    x: Any,
    head: Head,
    classes: int,
    fresh: Callable[[], Any],
    activation: Any = "relu",
    units: Sequence[int] | None = None,
    dropout: float | None = None,
    classifier_activation: str | None = "softmax",
) -> Any:
    """Add the head: (batch, h, w, c) -> (batch, classes)."""
    units = head.units if units is None else units
    rate = head.dropout if dropout is None else dropout
    x = head.pooling(name="features")(x)
    for i, n in enumerate(units, start=1):
        x = keras.layers.Dense(n, kernel_initializer=fresh(), name=f"fc{i}")(x)
        x = keras.layers.Activation(activation, name=f"fc{i}_act")(x)
        if rate:
            x = layers.Dropout(rate, name=f"fc{i}_drop")(x)
    if rate and not units:
        x = layers.Dropout(rate, name="features_drop")(x)
    # Logits that start near zero make the first loss log(classes).
    near_zero = keras.initializers.RandomNormal(stddev=0.01)
    whole = stored_dtype()
    x = keras.layers.Dense(classes, kernel_initializer=near_zero, dtype=whole, name="logits")(x)
    if classifier_activation is None:
        return x
    return keras.layers.Activation(classifier_activation, dtype=whole, name="predictions")(x)


def check_input(input_shape: Sequence[int | None], classes: int, norm: Any, smallest: int) -> None:
    """Raise unless images of this shape can be put in, and classes come out."""
    rest = "`input_shape` must be (height, width, channels)"
    if len(input_shape) != 3 or input_shape[2] is None:
        raise ValueError(f"{rest}. Received: input_shape={tuple(input_shape)}.")
    sides = [n for n in input_shape[:2] if n is not None]
    if sides and min(sides) < smallest:
        raise ValueError(
            f"{rest} with at least {smallest} pixels a side, as the network halves the image "
            f"{smallest.bit_length() - 1} times. Received: input_shape={tuple(input_shape)}. "
            "Use fewer blocks or larger images."
        )
    if norm == "layer" and len(sides) < 2:
        raise ValueError(
            "Layer norm over channels and space has a weight for each pixel, and needs images of "
            f"known size. Received: norm='layer', input_shape={tuple(input_shape)}. Give the "
            "size, or use norm='group'."
        )
    if classes < 1:
        raise ValueError(f"`classes` must be at least 1. Received: classes={classes}.")
