"""The residual connection, around whatever layers."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from course_kit.layers.padded_shortcut import PaddedShortcut
from course_kit.layers.parts import convolution, plain, unplain
from course_kit.layers.stochastic_depth import StochasticDepth

SHORTCUTS = ("identity", "projection", "pad", None)
MERGES = ("add", "concatenate")


@keras.saving.register_keras_serializable(package="course_kit")
class Residual(keras.layers.Layer):
    r"""Add to the input what a branch of layers makes of it.

    With ``f`` the branch and ``s`` the shortcut::

        add            y = f(x) + s(x)
        concatenate    y = [s(x), f(x)]

    Args:
        branch: a layer, or a list of layers to be called one after the other.
        shortcut: ``"identity"``; ``"projection"``, a convolution of size 1 without bias (for
            inputs without spatial axes: a dense layer), which takes the stride and the
            channels of the branch; ``"pad"``, every s-th pixel and channels of zeros, without
            parameters; a layer of your own; or None, which leaves the branch alone: the
            plain network that residual ones are compared with.
        merge: ``"add"`` or ``"concatenate"`` (along the channels).
        strides: of a projection or pad, in pixels; by default as the shapes tell, which needs
            images of known size.
        **kwargs: ``name`` and the like.

    Shapes:
        ``(batch, ..., c)`` to the shape of the branch's result; when concatenated, with the
        input's channels before its own.

    Raises:
        ValueError: an unknown word; a combination without meaning (concatenating with a
            projection, with a pad, with stochastic depth or with nothing); or, when built,
            branch and shortcut whose shapes differ.

    Example:

    >>> layer = Residual([keras.layers.Dense(16, activation="relu"), keras.layers.Dense(4)])
    >>> layer(keras.Input((4,))).shape
    (None, 4)
    >>> halving = keras.layers.Conv2D(32, 3, strides=2, padding="same")
    >>> Residual(halving, shortcut="projection")(keras.Input((8, 8, 16))).shape
    (None, 4, 4, 32)

    Source: He et al., "Deep residual learning for image recognition", 2015, equations 1 and 2,
    and options A (pad) and B (projection) of section 4.1. Decks: S, Lecture 5, "Residual
    connections", equation 11; M, which names adding and concatenating as equals.
    """

    def __init__(
        self,
        branch: keras.Layer | Sequence[keras.Layer],
        shortcut: str | keras.Layer | None = "identity",
        merge: str = "add",
        strides: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_merge(shortcut, merge)
        layers = [branch] if isinstance(branch, keras.Layer) else list(branch)
        if not layers:
            raise ValueError(
                "`branch` must be a layer or a list of layers. Received an empty list. "
                "A shortcut alone is keras.layers.Identity()."
            )
        if merge == "concatenate" and any(isinstance(f, StochasticDepth) for f in layers):
            raise ValueError(
                "Stochastic depth drops a branch that is added; what is concatenated would "
                "leave channels of zeros. Received: merge='concatenate' with StochasticDepth "
                "in the branch. Use merge='add' or leave it out."
            )
        self.branch = branch if isinstance(branch, keras.Layer) else keras.Sequential(layers)
        self.shortcut = shortcut
        self.merge = merge
        self.strides = strides
        self.supports_masking = all(f.supports_masking for f in layers)

    def build(self, input_shape: Any) -> None:
        """Build the branch, and the shortcut that fits its result."""
        if not self.branch.built:
            self.branch.build(tuple(input_shape))
        branch_shape = self.branch.compute_output_shape(input_shape)
        self.shortcut_layer = self._shortcut(input_shape, branch_shape)
        shape = tuple(input_shape)
        if self.shortcut_layer is not None:
            if not self.shortcut_layer.built:
                self.shortcut_layer.build(shape)
            shape = self.shortcut_layer.compute_output_shape(shape)
        if self.shortcut is not None:
            _check_shapes(shape, branch_shape, self.merge, self.shortcut)

    def call(self, inputs: Any) -> Any:
        """Merge the branch and the shortcut."""
        y = self.branch(inputs)
        if self.shortcut is None:
            return y
        x = inputs if self.shortcut_layer is None else self.shortcut_layer(inputs)
        return ops.concatenate([x, y], axis=-1) if self.merge == "concatenate" else x + y

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the sum, or of the two side by side."""
        shape = tuple(self.branch.compute_output_shape(input_shape))
        if self.merge == "concatenate":
            # Concatenating wants the identity, or a layer of the user's, which knows its shape.
            kept = input_shape
            if isinstance(self.shortcut, keras.Layer):
                kept = self.shortcut.compute_output_shape(input_shape)
            shape = (*shape[:-1], kept[-1] + shape[-1])
        return shape

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "branch": plain(self.branch),
            "shortcut": plain(self.shortcut),
            "merge": self.merge,
            "strides": self.strides,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Residual":
        """Make the layer that `get_config` describes."""
        inside = {name: unplain(config[name]) for name in ("branch", "shortcut")}
        return cls(**{**config, **inside})

    def _shortcut(self, input_shape: Any, branch_shape: Any) -> keras.Layer | None:
        if isinstance(self.shortcut, keras.Layer):
            return self.shortcut
        if self.shortcut in ("identity", None):
            return None
        rank, filters = len(input_shape) - 2, branch_shape[-1]
        strides = self.strides or _strides(input_shape[1:-1], branch_shape[1:-1])
        if self.shortcut == "pad":
            return PaddedShortcut(filters, strides, dtype=self.dtype_policy, name="shortcut")
        kind: dict[str, Any] = {"use_bias": False, "dtype": self.dtype_policy}
        if rank == 0:
            return keras.layers.Dense(filters, name="shortcut", **kind)
        return convolution(rank, filters, 1, "conv_shortcut", strides, **kind)[0]


def check_merge(shortcut: Any, merge: Any) -> None:
    """Raise for words that are unknown, or that mean nothing together."""
    if not isinstance(shortcut, keras.Layer) and shortcut not in SHORTCUTS:
        raise ValueError(
            f"`shortcut` must be one of {', '.join(map(repr, SHORTCUTS))}, or a layer. "
            f"Received: shortcut={shortcut!r}."
        )
    if merge not in MERGES:
        raise ValueError(
            f"`merge` must be one of {', '.join(map(repr, MERGES))}. Received: merge={merge!r}."
        )
    if merge == "concatenate" and shortcut in ("projection", "pad", None):
        why = "there would be nothing" if shortcut is None else "it fits channels for a sum"
        raise ValueError(
            f"Only the identity can be concatenated with the branch. Received: merge='concatenate' "
            f"with shortcut={shortcut!r}: {why}. Use shortcut='identity' or merge='add'."
        )


def _strides(before: Sequence[int | None], after: Sequence[int | None]) -> int:
    """Find by how much the branch shrinks the image: ceil(before / strides) = after."""
    if any(n is None for n in (*before, *after)):
        raise ValueError(
            "The shortcut's stride cannot be told from images of unknown size. Received: "
            f"sizes {tuple(before)} before the branch and {tuple(after)} after it. Give `strides`."
        )
    found = {-(-n // m) for n, m in zip(before, after, strict=True) if m}  # type: ignore[operator]
    return found.pop() if len(found) == 1 else 1  # what does not fit is said by _check_shapes


def _check_shapes(short: Any, branch: Any, merge: str, shortcut: Any) -> None:
    compared = slice(1, None) if merge == "add" else slice(1, -1)
    pairs = zip(short[compared], branch[compared], strict=False)
    if len(short) == len(branch) and all(a is None or b is None or a == b for a, b in pairs):
        return
    verb = "added" if merge == "add" else "concatenated"
    said = type(shortcut).__name__ if isinstance(shortcut, keras.Layer) else repr(shortcut)
    remedy = "Give the branch the input's shape"
    raise ValueError(
        f"Branch and shortcut cannot be {verb}: their shapes differ. Received: branch "
        f"{tuple(branch)}, shortcut={said} {tuple(short)}. {remedy}"
        + (", or use shortcut='projection'." if merge == "add" else ".")
    )
