"""One base for the blocks of networks: layers that are nothing but a chain of others."""

from collections.abc import Sequence
from typing import Any

import keras


class Composite(keras.layers.Layer):
    """Call a chain of layers that is made when the input's shape is known.

    Fill `chain`. The layers then stand in ``body``, a ``keras.Sequential``.

    Args:
        **kwargs: ``name``, ``dtype``, ``trainable``.

    Shapes:
        those of the chain.

    Example, a dense layer as wide as its input:

    >>> class Square(Composite):
    ...     def chain(self, input_shape):
    ...         return [keras.layers.Dense(input_shape[-1]), keras.layers.ReLU()]
    >>> Square()(keras.Input((7,))).shape
    (None, 7)
    """

    def chain(self, input_shape: Sequence[int | None]) -> list[keras.Layer]:
        """Make the layers for inputs of this shape; at least one.

        They should have the block's ``dtype_policy``.
        """
        raise NotImplementedError

    def build(self, input_shape: Any) -> None:
        """Make the chain and build it."""
        self.body = keras.Sequential(self.chain(input_shape), name="body")
        self.body.build(tuple(input_shape))

    def call(self, inputs: Any) -> Any:
        """Call the chain; ``training`` reaches its layers by Keras' call context."""
        return self.body(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the chain's."""
        if self.built:
            return self.body.compute_output_shape(input_shape)
        for layer in self.chain(input_shape):
            input_shape = layer.compute_output_shape(input_shape)
        return tuple(input_shape)
