"""One base for the wrappers that compute with another kernel than the one they train."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
from keras import ops
from keras.src.backend import AutocastScope


class KernelWrapper(keras.layers.Wrapper):
    """Call the wrapped layer with a kernel that a subclass computes from the trained one.

    Fill `rewrite_kernel`. The trained kernel stays a variable of the wrapped layer, so
    that optimizers, regularizers, constraints, saving and `set_weights` see nothing new,
    and gradients reach it through whatever `rewrite_kernel` does.

    Args:
        layer: a layer that trains a ``kernel``: dense, convolution (also depthwise and
            transposed), einsum.
        **kwargs: ``name`` and the like; ``dtype`` is by default the wrapped layer's.

    Shapes:
        those of the wrapped layer.

    Raises:
        ValueError: when built, if the wrapped layer has no ``kernel``.

    Example, a layer whose kernel is never negative:

    >>> import numpy as np
    >>> class NonNegative(KernelWrapper):
    ...     def rewrite_kernel(self, kernel, training):
    ...         return keras.ops.abs(kernel)
    >>> layer = NonNegative(keras.layers.Dense(3))
    >>> bool((keras.ops.convert_to_numpy(layer(np.ones((2, 4)))) >= 0).all())
    True
    """

    def __init__(self, layer: keras.Layer, **kwargs: Any) -> None:
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = getattr(layer, "dtype_policy", None)
        super().__init__(layer, **kwargs)
        self.supports_masking = layer.supports_masking

    def rewrite_kernel(self, kernel: Any, training: bool) -> Any:
        """Compute the kernel for one call.

        Args:
            kernel: the trained kernel, in the dtype in which it is stored.
            training: whether the model trains.

        Returns:
            A tensor of the same shape; it is cast to the layer's dtype.
        """
        raise NotImplementedError

    def build(self, input_shape: Any = None) -> None:
        """Build the wrapped layer and find its kernel."""
        super().build(input_shape)
        self._kernel_name = _name_of_kernel(self.layer)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Call the wrapped layer with the rewritten kernel."""
        # In mixed precision variables read as half precision here; statistics of a
        # kernel, and what is added to it, want all of its digits.
        with AutocastScope(None):
            raw = ops.convert_to_tensor(getattr(self.layer, self._kernel_name))
            kernel = self.rewrite_kernel(raw, training)
        kernel = ops.cast(kernel, self.layer.compute_dtype)
        with _standing_in(self.layer, self._kernel_name, kernel):
            return self.layer(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the wrapped layer's."""
        return self.layer.compute_output_shape(input_shape)


def _name_of_kernel(layer: keras.Layer) -> str:
    """Find the attribute that holds the variable: `kernel` is a property in some layers."""
    for name in ("_kernel", "kernel"):
        if isinstance(vars(layer).get(name), keras.Variable):
            return name
    raise ValueError(
        f"`layer` must train a variable named `kernel`. Received: {type(layer).__name__}, "
        "which has none. Wrap the dense or convolution layer itself."
    )


@contextmanager
def _standing_in(layer: keras.Layer, name: str, kernel: Any) -> Iterator[None]:
    """Let ``kernel`` answer for the layer's variable.

    Past ``__setattr__``, because Keras would track the tensor, and torch refuse it.
    """
    variable = vars(layer)[name]
    vars(layer)[name] = kernel
    try:
        yield
    finally:
        vars(layer)[name] = variable
