"""What the blocks of residual networks share: all but which convolutions stand in the branch."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras

from course_kit.layers.base_dropout import check_rate
from course_kit.layers.composite import Composite
from course_kit.layers.dropout import Dropout
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
from course_kit.layers.residual import SHORTCUTS, Residual, check_merge
from course_kit.layers.stochastic_depth import StochasticDepth


class Convolution(NamedTuple):
    """One convolution of a branch."""

    filters: int
    size: int
    strides: int = 1
    groups: int = 1


class BaseResidualBlock(Composite):
    """Convolutions, each with norm and activation, in a branch beside a shortcut.

    Fill `convolutions`. With ``f`` the branch, ``s`` the shortcut and ``act`` the
    activation::

        post-activation    y = act(s(x) + f(x)),  f: conv norm act conv norm
        pre-activation     y = s(x) + f(x),       f: norm act conv norm act conv

    Where the shape changes, a pre-activated projection starts from the branch's first
    ``act(norm(x))``, and has no norm of its own; a post-activated one has.
    """

    norm: Norm

    def __init__(
        self,
        filters: int,
        strides: int = 1,
        shortcut: str | None = "projection",
        merge: str = "add",
        preactivation: bool = False,
        norm: Norm = "batch",
        activation: Any = "relu",
        dropout: float = 0.0,
        stochastic_depth: float = 0.0,
        width: float = 1.0,
        initializer: Any = "he_normal",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        _check(filters, strides, width)
        _check_shortcut(shortcut, merge, strides, stochastic_depth)
        check_norm(norm)
        check_rate(dropout)
        check_rate(stochastic_depth)
        self.filters = filters
        self.strides = strides
        self.shortcut = shortcut
        self.merge = merge
        self.preactivation = preactivation
        keep_untracked(self, "norm", norm)
        self.activation = activation
        self.dropout = dropout
        self.stochastic_depth = stochastic_depth
        self.width = width
        self.initializer = initializer

    def convolutions(self) -> list[Convolution]:
        """Name the convolutions of the branch, first to last."""
        raise NotImplementedError

    def chain(self, input_shape: Sequence[int | None]) -> list[keras.Layer]:
        """Make the block for inputs of this shape."""
        rank, channels = len(input_shape) - 2, input_shape[-1]
        if rank not in (1, 2, 3):
            raise ValueError(
                f"{type(self).__name__} takes (batch, ..., channels) with one to three spatial "
                f"axes. Received: input_shape={tuple(input_shape)}."
            )
        fresh = Initializers(self.initializer)
        convolutions = self.convolutions()
        units = self._units(rank, convolutions, fresh)
        before: list[keras.Layer] = []
        shortcut: Any = self.shortcut
        fits = self.strides == 1 and channels == convolutions[-1].filters
        if shortcut is not None and (fits or self.merge == "concatenate"):
            shortcut = "identity"
        if shortcut == "projection":
            if self.preactivation:
                before, units[0] = _up_to_convolution(units[0])
            shortcut = self._projection(rank, convolutions[-1].filters, fresh)
        branch = [layer for unit in units for layer in unit]
        if self.stochastic_depth:
            branch.append(StochasticDepth(self.stochastic_depth, **self._named("skip")))
        if shortcut is not None:
            residual = {"shortcut": shortcut, "merge": self.merge, "strides": self.strides}
            branch = [Residual(branch, **residual, **self._named("residual"))]
        return [*before, *branch, *([] if self.preactivation else [self._activation("out")])]

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "strides": self.strides,
            "shortcut": self.shortcut,
            "merge": self.merge,
            "preactivation": self.preactivation,
            "norm": plain(self.norm),
            "activation": plain(self.activation),
            "dropout": self.dropout,
            "stochastic_depth": self.stochastic_depth,
            "width": self.width,
            "initializer": plain(self.initializer),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "BaseResidualBlock":
        """Make the block that `get_config` describes."""
        inside = {name: unplain(config[name]) for name in ("norm", "activation", "initializer")}
        return cls(**{**config, **inside})

    def _units(
        self, rank: int, convolutions: list[Convolution], fresh: Initializers
    ) -> list[list[keras.Layer]]:
        """Make each convolution with its norm and activation, dropout before the last one."""
        units = []
        for i, (filters, size, strides, groups) in enumerate(convolutions, start=1):
            last = i == len(convolutions)
            unit = convolution(
                rank,
                filters,
                size,
                f"conv{i}",
                strides,
                groups=groups,
                use_bias=self.norm is None,
                kernel_initializer=fresh(),
                dtype=self.dtype_policy,
            )
            norm = make_norm(self.norm, f"norm{i}", rank, self.dtype_policy)
            drop = [Dropout(self.dropout, **self._named("drop"))] if self.dropout and last else []
            if self.preactivation:
                units.append([*norm, self._activation(f"act{i}"), *drop, *unit])
            else:
                act = [] if last else [self._activation(f"act{i}")]
                units.append([*drop, *unit, *norm, *act])
        return units

    def _projection(self, rank: int, filters: int, fresh: Initializers) -> keras.Layer:
        kind = {"kernel_initializer": fresh(), "dtype": self.dtype_policy}
        bias = self.norm is None and not self.preactivation
        layers = convolution(rank, filters, 1, "conv_shortcut", self.strides, use_bias=bias, **kind)
        if not self.preactivation:
            layers += make_norm(self.norm, "norm_shortcut", rank, self.dtype_policy)
        return keras.Sequential(layers, name="shortcut")

    def _activation(self, name: str) -> keras.Layer:
        return keras.layers.Activation(self.activation, **self._named(name))

    def _named(self, name: str) -> dict[str, Any]:
        return {"name": name, "dtype": self.dtype_policy}


def _up_to_convolution(
    unit: list[keras.Layer],
) -> tuple[list[keras.Layer], list[keras.Layer]]:
    """Part a pre-activated unit into norm and activation, and the rest."""
    end = 1 + next(i for i, f in enumerate(unit) if isinstance(f, keras.layers.Activation))
    return unit[:end], unit[end:]


def _check(filters: int, strides: int, width: float) -> None:
    if filters < 1 or strides < 1 or round(filters * width) < 1:
        raise ValueError(
            "`filters`, `strides` and `filters * width` must be at least 1. Received: "
            f"filters={filters}, strides={strides}, width={width}."
        )


def _check_shortcut(shortcut: Any, merge: Any, strides: int, stochastic_depth: float) -> None:
    if shortcut not in SHORTCUTS:  # here no layer: it would be shared by copies of the block
        raise ValueError(
            f"`shortcut` must be one of {', '.join(map(repr, SHORTCUTS))}. "
            f"Received: shortcut={shortcut!r}. With a layer of your own, use Residual."
        )
    check_merge(shortcut, merge)
    if merge == "concatenate" and (strides != 1 or stochastic_depth):
        raise ValueError(
            "Concatenating keeps the image's size, and every branch. Received: "
            f"merge='concatenate' with strides={strides}, stochastic_depth={stochastic_depth}. "
            "Use merge='add'."
        )
    if shortcut is None and stochastic_depth:
        raise ValueError(
            "Without a shortcut, a dropped branch would leave nothing. Received: shortcut=None "
            f"with stochastic_depth={stochastic_depth}."
        )
