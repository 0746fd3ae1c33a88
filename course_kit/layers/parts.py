"""What blocks and builders are put together from: norms by name, and a fresh initializer each."""

from collections.abc import Callable
from typing import Any, TypeAlias

import keras

from course_kit.layers.batch_normalization import BatchNormalization
from course_kit.layers.group_normalization import GroupNormalization
from course_kit.layers.layer_normalization import LayerNormalization

# A name, a layer to be copied, or what is called as norm(name=...).
Norm: TypeAlias = str | keras.Layer | Callable[..., keras.Layer] | None

# Momentum and epsilon as in torchvision: with Keras' 0.99 the moving statistics need
# hundreds of steps before predictions can be trusted.
NORMS: dict[str, Callable[..., keras.Layer]] = {
    "batch": lambda rank, **kind: BatchNormalization(momentum=0.9, epsilon=1e-5, **kind),
    "layer": lambda rank, **kind: LayerNormalization(list(range(1, rank + 2)), **kind),
    "group": lambda rank, **kind: GroupNormalization(groups=8, **kind),
}
_CONVOLUTIONS = {1: keras.layers.Conv1D, 2: keras.layers.Conv2D, 3: keras.layers.Conv3D}
_PADDINGS = {
    1: keras.layers.ZeroPadding1D,
    2: keras.layers.ZeroPadding2D,
    3: keras.layers.ZeroPadding3D,
}


def check_norm(norm: Norm) -> None:
    """Raise unless `make_norm` knows what to do with it.

    >>> check_norm("batchnorm")
    Traceback (most recent call last):
    ValueError: `norm` must be one of 'batch', 'layer', 'group', None, a layer to be copied, \
or what is called as norm(name=...). Received: norm='batchnorm'.
    """
    known = norm in NORMS if isinstance(norm, str) else norm is None or callable(norm)
    if not known:
        raise ValueError(
            f"`norm` must be one of {', '.join(map(repr, NORMS))}, None, a layer to be copied, "
            f"or what is called as norm(name=...). Received: norm={norm!r}."
        )


def make_norm(norm: Norm, name: str, rank: int = 2, dtype: Any = None) -> list[keras.Layer]:
    """Make the layer, or none: a list of one, or an empty one.

    Args:
        norm: ``"batch"`` (momentum 0.9, epsilon 1e-5), ``"layer"`` (over all axes but the
            batch's), ``"group"`` (of eight), a layer to be copied, or what is called as
            ``norm(name=...)``; None for none.
        name: of the new layer.
        rank: number of spatial axes.
        dtype: policy of the new layer, where the norm is a name.
    """
    check_norm(norm)
    if norm is None:
        return []
    if isinstance(norm, str):
        return [NORMS[norm](rank, name=name, dtype=dtype)]
    if isinstance(norm, keras.Layer):
        return [type(norm).from_config({**norm.get_config(), "name": name})]
    return [norm(name=name)]


def keep_untracked(layer: keras.Layer, name: str, value: Any) -> None:
    """Set an attribute past Keras, which would count a layer that is only copied as a part."""
    vars(layer)[name] = value


def convolution(
    rank: int,
    filters: int,
    size: int,
    name: str,
    strides: int = 1,
    **arguments: Any,
) -> list[keras.Layer]:
    """Make a convolution that keeps the shape, or divides it by ``strides``.

    With a stride the zeros are set on both sides by a layer of their own. ``padding="same"``
    would set them at the end only, and the windows would then be centred one pixel beside
    those that a shortcut of stride 2 picks.
    """
    kind = {"name": name, "strides": strides, "data_format": "channels_last"}
    if strides == 1 or size == 1:
        return [_CONVOLUTIONS[rank](filters, size, padding="same", **kind, **arguments)]
    pad = {"data_format": "channels_last"} if rank > 1 else {}
    dtype = arguments.get("dtype")
    return [
        _PADDINGS[rank](size // 2, name=f"{name}_pad", dtype=dtype, **pad),
        _CONVOLUTIONS[rank](filters, size, padding="valid", **kind, **arguments),
    ]


class Initializers:
    """Give each layer an initializer of its own.

    An instance has drawn its seed when it was made; shared, it would start layers of equal
    shape with equal kernels.

    Args:
        initializer: name, instance or function.
        apart: how far the seeds lie apart: as many as one receiver may take of its own.
    """

    def __init__(self, initializer: Any, apart: int = 1) -> None:
        self.initializer = keras.initializers.get(initializer)
        self.apart = apart
        self.given = 0

    def __call__(self) -> Any:
        """Give the next one."""
        if not isinstance(self.initializer, keras.Initializer):
            return self.initializer  # a plain function keeps no seed
        config = self.initializer.get_config()
        if isinstance(config.get("seed"), int):
            config["seed"] += self.apart * self.given
        self.given += 1
        return type(self.initializer).from_config(config)


def plain(argument: Any) -> Any:
    """Give an argument as a config holds it: words and numbers as they are."""
    if argument is None or isinstance(argument, str | int | float):
        return argument
    return keras.saving.serialize_keras_object(argument)


def unplain(argument: Any) -> Any:
    """Give back what `plain` made."""
    if isinstance(argument, dict):
        return keras.saving.deserialize_keras_object(argument)
    return argument


def stored_dtype(policy: Any = None) -> str:
    """Give the dtype of variables, in which logits are computed under mixed precision.

    In half precision the loss would be rounded.
    """
    return (policy or keras.config.dtype_policy()).variable_dtype
