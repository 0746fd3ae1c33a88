"""The VGG block: 3x3 convolutions, closed by a 2x2 max pooling."""

from collections.abc import Sequence
from typing import Any

import keras

from course_kit.layers.base_dropout import check_rate
from course_kit.layers.composite import Composite
from course_kit.layers.parts import (
    Initializers,
    Norm,
    check_norm,
    convolution,
    keep_untracked,
    make_norm,
    plain,
    unplain,
)
from course_kit.layers.spatial_dropout2d import SpatialDropout2D


@keras.saving.register_keras_serializable(package="course_kit")
class VGGBlock(Composite):
    """``depth`` times (3x3 convolution, norm, activation), then 2x2 max pooling.

    Convolutions keep their bias also before a norm, as in torchvision's definition. After
    building, ``body`` holds the layers.

    Args:
        filters: channels of each convolution.
        depth: number of convolutions.
        norm: ``"batch"``, ``"layer"``, ``"group"`` (of eight), a layer to be copied, or what is
            called as ``norm(name=...)``; None for none.
        activation: name of an activation, or a function.
        spatial_dropout: rate in [0, 1] of whole feature maps after the pooling.
        initializer: of the kernels; each gets its own seed.
        **kwargs: ``name`` and the like.

    Shapes:
        ``(batch, h, w, c)`` to ``(batch, h // 2, w // 2, filters)``.

    Raises:
        ValueError: an argument out of its range.

    Example:

    >>> VGGBlock(32, depth=2)(keras.Input((8, 8, 3))).shape
    (None, 4, 4, 32)

    Source: Simonyan and Zisserman, 2014, table 1. Deck: S, Lecture 5, "Scaling laws and
    overfitting".
    """

    norm: Norm

    def __init__(
        self,
        filters: int,
        depth: int = 1,
        norm: Norm = None,
        activation: Any = "relu",
        spatial_dropout: float = 0.0,
        initializer: Any = "he_normal",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if filters < 1 or depth < 1:
            raise ValueError(
                "`filters` and `depth` must be at least 1. Received: "
                f"filters={filters}, depth={depth}."
            )
        check_norm(norm)
        check_rate(spatial_dropout)
        self.filters = filters
        self.depth = depth
        keep_untracked(self, "norm", norm)
        self.activation = activation
        self.spatial_dropout = spatial_dropout
        self.initializer = initializer

    def chain(self, input_shape: Sequence[int | None]) -> list[keras.Layer]:
        """Make the block for inputs of this shape."""
        return vgg_block(
            self.filters,
            self.depth,
            self.norm,
            self.activation,
            self.spatial_dropout,
            Initializers(self.initializer),
            dtype=self.dtype_policy,
        )

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "depth": self.depth,
            "norm": plain(self.norm),
            "activation": plain(self.activation),
            "spatial_dropout": self.spatial_dropout,
            "initializer": plain(self.initializer),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "VGGBlock":
        """Make the block that `get_config` describes."""
        inside = {name: unplain(config[name]) for name in ("norm", "activation", "initializer")}
        return cls(**{**config, **inside})


def vgg_block(
    filters: int,
    depth: int,
    norm: Norm,
    activation: Any,
    spatial_dropout: float,
    fresh: Initializers,
    prefix: str = "",
    dtype: Any = None,
) -> list[keras.Layer]:
    """Make the layers of a VGG block, as they stand in the block and in the builder."""
    layers: list[keras.Layer] = []
    for i in range(1, depth + 1):
        conv = convolution(
            2, filters, 3, f"{prefix}conv{i}", kernel_initializer=fresh(), dtype=dtype
        )
        act = keras.layers.Activation(activation, name=f"{prefix}act{i}", dtype=dtype)
        layers += [*conv, *make_norm(norm, f"{prefix}norm{i}", 2, dtype), act]
    pool = {"data_format": "channels_last", "name": f"{prefix}pool", "dtype": dtype}
    layers.append(keras.layers.MaxPooling2D(2, **pool))
    if spatial_dropout:
        drop = {"data_format": "channels_last", "name": f"{prefix}drop", "dtype": dtype}
        layers.append(SpatialDropout2D(spatial_dropout, **drop))
    return layers
