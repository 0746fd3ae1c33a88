"""VGG: blocks of 3x3 convolutions, each closed by a 2x2 max pooling.

Simonyan and Zisserman, "Very deep convolutional networks for large-scale image
recognition", 2014, table 1. Deck: S, Lecture 5, "Scaling laws and overfitting".
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras

from course_kit import layers


class Head(NamedTuple):
    """What follows the last block: how the map becomes a vector, and the hidden layers."""

    pooling: type[keras.Layer]
    units: tuple[int, ...]
    dropout: float


HEADS = {
    "imagenet": Head(keras.layers.Flatten, (4096, 4096), 0.5),
    "average": Head(keras.layers.GlobalAveragePooling2D, (), 0.0),
}
# Momentum and epsilon as in torchvision: with Keras' 0.99 the moving statistics need
# hundreds of steps before predictions can be trusted.
NORMS: dict[str, Callable[..., keras.Layer]] = {
    "batch": lambda name: keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=name),
    "layer": lambda name: keras.layers.LayerNormalization(name=name),
    "group": lambda name: keras.layers.GroupNormalization(groups=8, name=name),
}
CONVOLUTIONS = {  # in each of the five blocks; the first letter of table 1: A, B, D, E
    11: (1, 1, 2, 2, 2),
    13: (2, 2, 2, 2, 2),
    16: (2, 2, 3, 3, 3),
    19: (2, 2, 4, 4, 4),
}


def vgg(
    depths: Sequence[int],
    filters: Sequence[int],
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    head: str | None = "imagenet",
    head_units: Sequence[int] | None = None,
    dropout: float | None = None,
    spatial_dropout: float = 0.0,
    norm: str | Callable[..., keras.Layer] | None = None,
    activation: str | Callable[[Any], Any] = "relu",
    initializer: str | keras.Initializer = "he_normal",
    width: float = 1.0,
    classifier_activation: str | None = "softmax",
    name: str = "vgg",
) -> keras.Model:
    """Build a VGG network from the number and width of its convolutions.

    Block i is ``depths[i]`` times (3x3 convolution with ``filters[i]`` filters, norm,
    activation), then 2x2 max pooling. Convolutions keep their bias also before a norm, as
    in torchvision's definition. As the builders of ``keras.applications``, the model returns
    probabilities unless told otherwise.

    Args:
        depths: convolutions in each block, e.g. ``(1, 1, 2, 2, 2)``.
        filters: filters in each block, e.g. ``(64, 128, 256, 512, 512)``.
        input_shape: height, width and channels; each block halves height and width.
        classes: number of logits.
        head: ``"imagenet"``, flattened, with two hidden layers of 4096 units and dropout 0.5;
            ``"average"``, for small images: global average pooling and the logits; None ends
            with the last feature map.
        head_units: hidden layers of the head, if others than that.
        dropout: rate in [0, 1] after each hidden layer, or before the logits if there is none.
        spatial_dropout: rate in [0, 1] of whole feature maps after each block.
        norm: ``"batch"``, ``"layer"``, ``"group"`` (of eight), or what is called as
            ``norm(name=...)`` to give a layer; None for none.
        activation: name of an activation, or a function.
        initializer: of all kernels but the logits', which start near zero, so that the first
            loss is log(classes). Of an instance with a seed, each layer gets its own seed.
        width: factor on ``filters``, rounded.
        classifier_activation: of the output: ``"softmax"``, ``"sigmoid"``, or None for logits
            (then the loss wants ``from_logits=True``).
        name: name of the model.

    Returns:
        A ``keras.Model`` from ``(batch, h, w, c)`` to ``(batch, classes)``. Layers are named
        ``block1_conv1``, ``block1_norm1``, ``block1_act1``, ``block1_pool``, ..., ``fc1``,
        ``fc1_act``, ..., ``logits``, ``predictions``.

    Raises:
        ValueError: lengths differ, the image is too small for its poolings, or an argument
            of the head is given where there is no head.

    Example, for handwritten digits of 8x8 pixels:

    >>> model = vgg((1, 1), (16, 32), input_shape=(8, 8, 1), classes=10, head="average")
    >>> model.output_shape, model.count_params()
    ((None, 10), 5130)
    """
    _check(depths, filters, input_shape, classes, head, head_units, dropout, width)
    fresh = _Initializers(initializer)
    inputs = x = keras.Input(input_shape)
    for block, (depth, n) in enumerate(zip(depths, filters, strict=True), start=1):
        for i in range(1, depth + 1):
            kind = {"padding": "same", "kernel_initializer": fresh()}
            at = f"block{block}_{{}}{i}".format
            x = keras.layers.Conv2D(round(n * width), 3, name=at("conv"), **kind)(x)
            if norm is not None:
                x = _norm(norm, at("norm"))(x)
            x = keras.layers.Activation(activation, name=at("act"))(x)
        x = keras.layers.MaxPooling2D(2, name=f"block{block}_pool")(x)
        if spatial_dropout:
            x = layers.SpatialDropout2D(spatial_dropout, name=f"block{block}_drop")(x)
    if head is not None:
        x = _head(x, HEADS[head], head_units, dropout, activation, fresh, classes)
        if classifier_activation is not None:
            x = keras.layers.Activation(
                classifier_activation, dtype=_stored_dtype(), name="predictions"
            )(x)
    return keras.Model(inputs, x, name=name)


def _head(
    x: Any,
    head: Head,
    units: Sequence[int] | None,
    dropout: float | None,
    activation: Any,
    fresh: Callable[[], Any],
    classes: int,
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
    near_zero = keras.initializers.RandomNormal(stddev=0.01)
    # Logits stay in float32 under mixed precision, or the loss would be rounded.
    return keras.layers.Dense(
        classes, kernel_initializer=near_zero, dtype=_stored_dtype(), name="logits"
    )(x)


def _stored_dtype() -> str:
    return keras.config.dtype_policy().variable_dtype


def _norm(norm: str | Callable[..., keras.Layer], name: str) -> keras.Layer:
    if isinstance(norm, str):
        if norm not in NORMS:
            raise ValueError(
                f"`norm` must be one of {', '.join(map(repr, NORMS))}, None, or what is called "
                f"as norm(name=...). Received: norm={norm!r}."
            )
        norm = NORMS[norm]
    return norm(name=name)


class _Initializers:
    """Give each layer an initializer of its own.

    An instance has drawn its seed when it was made; shared, it would start layers of equal
    shape with equal kernels.
    """

    def __init__(self, initializer: Any) -> None:
        self.initializer = keras.initializers.get(initializer)
        self.given = 0

    def __call__(self) -> Any:
        if not isinstance(self.initializer, keras.Initializer):
            return self.initializer  # a plain function keeps no seed
        config = self.initializer.get_config()
        if isinstance(config.get("seed"), int):
            config["seed"] += self.given
        self.given += 1
        return type(self.initializer).from_config(config)


def _check(
    depths: Sequence[int],
    filters: Sequence[int],
    input_shape: tuple[int, int, int],
    classes: int,
    head: str | None,
    head_units: Sequence[int] | None,
    dropout: float | None,
    width: float,
) -> None:
    """Raise, in one line, for a combination that describes no network."""
    if len(depths) != len(filters) or not depths:
        raise ValueError(
            "`depths` and `filters` must have one entry for each block. "
            f"Received: depths={tuple(depths)}, filters={tuple(filters)}."
        )
    if min(depths) < 1 or min(round(n * width) for n in filters) < 1:
        raise ValueError(
            "Each block needs a convolution, and each convolution a filter. Received: "
            f"depths={tuple(depths)}, filters={tuple(filters)}, width={width}."
        )
    smallest = 2 ** len(depths)
    if len(input_shape) != 3 or min(input_shape[:2]) < smallest:
        raise ValueError(
            f"{len(depths)} blocks halve the image {len(depths)} times: `input_shape` must be "
            f"(height, width, channels) with at least {smallest} pixels a side. Received: "
            f"input_shape={tuple(input_shape)}. Use fewer blocks or larger images."
        )
    if head is not None and head not in HEADS:
        raise ValueError(
            f"`head` must be one of {', '.join(map(repr, HEADS))} or None. Received: head={head!r}."
        )
    if head is None and (head_units is not None or dropout is not None):
        raise ValueError(
            "Without a head there are no hidden units and no dropout. Received: head=None, "
            f"head_units={head_units}, dropout={dropout}. Did you mean `spatial_dropout`?"
        )
    if classes < 1:
        raise ValueError(f"`classes` must be at least 1. Received: classes={classes}.")


def _published(depth: int, batch_norm: bool, arguments: dict[str, Any]) -> keras.Model:
    if batch_norm and arguments.get("norm") not in (None, "batch"):
        raise ValueError(
            "`batch_norm=True` is short for norm='batch'. "
            f"Received also: norm={arguments['norm']!r}. Give one of the two."
        )
    if batch_norm:
        arguments["norm"] = "batch"
    arguments.setdefault("name", f"vgg{depth}_bn" if batch_norm else f"vgg{depth}")
    return vgg(CONVOLUTIONS[depth], (64, 128, 256, 512, 512), **arguments)


def VGG11(batch_norm: bool = False, **arguments: Any) -> keras.Model:  # noqa: N802
    """Build VGG-11, configuration A of the paper's table 1; the arguments are those of `vgg`."""
    return _published(11, batch_norm, arguments)


def VGG13(batch_norm: bool = False, **arguments: Any) -> keras.Model:  # noqa: N802
    """Build VGG-13, configuration B of the paper's table 1; the arguments are those of `vgg`."""
    return _published(13, batch_norm, arguments)


def VGG16(batch_norm: bool = False, **arguments: Any) -> keras.Model:  # noqa: N802
    """Build VGG-16, configuration D of the paper's table 1; the arguments are those of `vgg`."""
    return _published(16, batch_norm, arguments)


def VGG19(batch_norm: bool = False, **arguments: Any) -> keras.Model:  # noqa: N802
    """Build VGG-19, configuration E of the paper's table 1; the arguments are those of `vgg`."""
    return _published(19, batch_norm, arguments)
