"""The basic block of residual networks: two 3x3 convolutions."""

import keras

from course_kit.layers.base_residual_block import BaseResidualBlock, Convolution


@keras.saving.register_keras_serializable(package="course_kit")
class ResidualBlock(BaseResidualBlock):
    """Two 3x3 convolutions beside a shortcut: the block of ResNet-18 and -34.

    With ``f`` the branch, ``s`` the shortcut and ``act`` the activation::

        post-activation    y = act(s(x) + f(x)),  f: conv norm act conv norm
        pre-activation     y = s(x) + f(x),       f: norm act conv norm act conv

    Convolutions have a bias only where no norm follows. After building, ``body`` holds the
    layers.

    Args:
        filters: channels of both convolutions, at ``width`` 1.
        strides: of the first convolution and of the shortcut, in pixels.
        shortcut: where the shape changes: ``"projection"`` (1x1 convolution, with a norm
            unless pre-activated), ``"pad"`` (zeros for the new channels), ``"identity"`` (which
            then raises); where it does not, always the identity. None for a plain network.
        merge: ``"add"`` or ``"concatenate"`` (needs ``shortcut="identity"``, no stride, no
            stochastic depth).
        preactivation: whether norm and activation stand before each convolution.
        norm: ``"batch"``, ``"layer"``, ``"group"`` (of eight), a layer to be copied, or what is
            called as ``norm(name=...)``; None for none.
        activation: name of an activation, or a function.
        dropout: rate in [0, 1] before the second convolution.
        stochastic_depth: rate in [0, 1] at which a sample skips the branch.
        width: factor on ``filters``, rounded: the wide ResNet's k.
        initializer: of the kernels; each gets its own seed.
        **kwargs: ``name`` and the like.

    Shapes:
        ``(batch, h, w, c)`` to ``(batch, ceil(h / strides), ceil(w / strides), filters)``; also
        one or three spatial axes.

    Raises:
        ValueError: an argument out of its range, or arguments that mean nothing together.

    Example:

    >>> ResidualBlock(32, strides=2)(keras.Input((8, 8, 16))).shape
    (None, 4, 4, 32)

    Source: He et al., "Deep residual learning for image recognition", 2015, figure 5 left;
    "Identity mappings in deep residual networks", 2016, figure 4 (e). Deck: S, Lecture 5,
    "Residual connections", figures 11 and 12.
    """

    def convolutions(self) -> list[Convolution]:
        """Two of 3x3; the first has the stride."""
        filters = round(self.filters * self.width)
        return [Convolution(filters, 3, self.strides), Convolution(filters, 3)]
