"""The bottleneck block of deep residual networks: 1x1, 3x3, 1x1."""

from typing import Any

import keras

from course_kit.layers.base_residual_block import BaseResidualBlock, Convolution

EXPANSION = 4  # channels that leave the block, over those inside at width 1
STRIDED = ("middle", "first")


@keras.saving.register_keras_serializable(package="course_kit")
class BottleneckBlock(BaseResidualBlock):
    """Reduce the channels by a 1x1 convolution, convolve 3x3, and expand them fourfold.

    The block of ResNet-50 and deeper; with ``groups`` that of ResNeXt. The formulas, and the
    arguments that are not named here, are those of `ResidualBlock`.

    Args:
        filters: channels of the first two convolutions, at ``width`` 1; the block gives four
            times as many.
        strides: of the 3x3 convolution (see ``strided``) and of the shortcut, in pixels.
        groups: groups of the 3x3 convolution.
        strided: which convolution has the stride: ``"middle"``, the 3x3, or ``"first"``, the
            1x1 before it, as in the paper and in ``keras.applications``.
        width: factor on the channels of the first two convolutions; ResNeXt 32x4d has 2.
        **kwargs: the arguments of `ResidualBlock`, ``name`` and the like.

    Shapes:
        ``(batch, h, w, c)`` to ``(batch, ceil(h / strides), ceil(w / strides), 4 * filters)``;
        also one or three spatial axes.

    Raises:
        ValueError: an argument out of its range, channels that ``groups`` does not divide, or
            arguments that mean nothing together.

    Example:

    >>> BottleneckBlock(16)(keras.Input((8, 8, 16))).shape
    (None, 8, 8, 64)

    Source: He et al., "Deep residual learning for image recognition", 2015, figure 5 right; groups:
    Xie et al., "Aggregated residual transformations for deep neural networks", 2017, figure
    3 (c). Deck: U, Lecture 4, which lists the variants.
    """

    def __init__(
        self, filters: int, *, groups: int = 1, strided: str = "middle", **kwargs: Any
    ) -> None:
        super().__init__(filters, **kwargs)
        if strided not in STRIDED:
            raise ValueError(
                f"`strided` must be one of {', '.join(map(repr, STRIDED))}. "
                f"Received: strided={strided!r}."
            )
        inner = round(filters * self.width)
        if groups < 1 or inner % groups:
            raise ValueError(
                f"`groups` must divide the {inner} channels of the 3x3 convolution. "
                f"Received: filters={filters}, width={self.width}, groups={groups}."
            )
        self.groups = groups
        self.strided = strided

    def convolutions(self) -> list[Convolution]:
        """Narrow, convolve, widen."""
        inner = round(self.filters * self.width)
        first, middle = (self.strides, 1) if self.strided == "first" else (1, self.strides)
        return [
            Convolution(inner, 1, first),
            Convolution(inner, 3, middle, self.groups),
            Convolution(EXPANSION * self.filters, 1),
        ]

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "groups": self.groups, "strided": self.strided}
