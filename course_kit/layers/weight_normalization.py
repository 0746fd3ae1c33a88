"""Weight normalization: the length and the direction of each unit's weights apart."""

from typing import Any

import keras
from keras import ops

from course_kit.layers.kernel_units import fan_in_axes, unit_axes
from course_kit.layers.kernel_wrapper import KernelWrapper
from course_kit.layers.standardize import in_full_precision, moments


@keras.saving.register_keras_serializable(package="course_kit")
class WeightNormalization(KernelWrapper):
    r"""Compute with the kernel ``w = g * v / ||v||``, and train g and v.

    v is the wrapped layer's kernel, the norm is over the fan-in of each output unit, and
    there is one g a unit, which starts at ``||v||``, so that w starts at v. Training and
    inference are the same. Regularizers and constraints of the wrapped layer see v.

    With ``data_init`` the first call with ``training=True`` sets g and the bias b from its
    batch, so that each unit's pre-activation there has mean 0 and variance 1::

        t = v . x / ||v||,  g = 1 / sigma[t],  b = -mu[t] / sigma[t]

    It has to be an eager call, since a compiled training step may not set what the optimizer
    trains: call ``model(batch, training=True)`` once before ``fit``. It sets nothing that is
    initialized already, be it by an earlier batch, from a file or by `set_weights`.

    Args:
        layer: a layer with a ``kernel``: dense, convolution, depthwise convolution, einsum.
        data_init: whether the first batch sets g and b.
        **kwargs: ``name`` and the like; ``dtype`` is by default the wrapped layer's.

    Shapes:
        those of the wrapped layer; g has those of the kernel's units: (units,), for a
        depthwise convolution (channels, multiplier).

    Raises:
        ValueError: when built, if the layer has no kernel, or with ``data_init`` if it is an
            einsum.
        RuntimeError: ``data_init``, and the first training call is a compiled one.

    Example:

    >>> import numpy as np
    >>> start = keras.initializers.Constant([[3.0], [4.0]])
    >>> layer = WeightNormalization(keras.layers.Dense(1, kernel_initializer=start))
    >>> x = np.eye(2, dtype="float32")
    >>> keras.ops.convert_to_numpy(layer(x)).round(5).tolist()
    [[3.0], [4.0]]
    >>> _ = layer.g.assign([10.0])
    >>> keras.ops.convert_to_numpy(layer(x)).round(5).tolist()
    [[6.0], [8.0]]

    Source: Salimans and Kingma, "Weight normalization: a simple reparameterization to
    accelerate training of deep neural networks", NIPS 2016, equations 2, 5 and 6. Deck: U,
    Lecture 4, "Weight normalization", also with `BatchNormalization(mean_only=True)` behind.
    """

    def __init__(self, layer: keras.Layer, data_init: bool = False, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.data_init = data_init

    def build(self, input_shape: Any = None) -> None:
        """Build the wrapped layer, and add one g a unit at the length of its weights."""
        super().build(input_shape)
        kernel = getattr(self.layer, self._kernel_name)
        self._fan_in = fan_in_axes(self.layer, kernel)
        units = unit_axes(self.layer, len(kernel.shape))
        self.g = self.add_weight(
            shape=tuple(kernel.shape[axis] for axis in units),
            name="g",
            initializer=lambda shape, dtype: ops.cast(_norm(kernel, self._fan_in), dtype),
            autocast=False,
        )
        if self.data_init:
            if isinstance(self.layer, keras.layers.EinsumDense):
                raise ValueError(
                    "`data_init` needs a layer with one bias a unit. "
                    "Received: EinsumDense. Use Dense, or data_init=False."
                )
            self.initialized = self.add_weight(
                shape=(), name="initialized", initializer="zeros", trainable=False, autocast=False
            )
        self._known_initialized = not self.data_init

    def rewrite_kernel(self, kernel: Any, training: bool) -> Any:
        """Give each unit's weights the length g."""
        length = ops.sqrt(ops.sum(ops.square(kernel), self._fan_in, keepdims=True))
        g = ops.reshape(ops.cast(self.g, kernel.dtype), ops.shape(length))
        return g * kernel / ops.maximum(length, keras.config.epsilon())

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Call the wrapped layer; with ``data_init`` initialize it by the first batch."""
        if training and not self._is_initialized():
            self._initialize(inputs)
        return super().call(inputs, training=training)

    def _is_initialized(self) -> bool:
        """Read the flag where it is a number: outside of the graph or the trace."""
        if not self._known_initialized:
            if keras.backend.backend() == "tensorflow":
                import tensorflow as tf

                with tf.init_scope():
                    self._known_initialized = bool(self.initialized.numpy())
            else:
                self._known_initialized = bool(ops.convert_to_numpy(self.initialized._value))
        return self._known_initialized

    def load_own_variables(self, store: Any) -> None:
        """Load, and look at the flag now: during `fit` on jax variables hold no numbers."""
        super().load_own_variables(store)
        self._is_initialized()

    def _initialize(self, inputs: Any) -> None:
        """Set g and b by the moments of ``t = v . x / ||v||``, the paper's equation 5."""
        if _is_traced(inputs):
            raise RuntimeError(
                "`data_init` needs one eager call before training is compiled. Received: a "
                "compiled first call. Call `model(batch, training=True)` once before `fit`."
            )
        layer, activation = self.layer, self.layer.activation
        self.g.assign(ops.ones_like(ops.convert_to_tensor(self.g)))
        if layer.use_bias:
            layer.bias.assign(ops.zeros_like(ops.convert_to_tensor(layer.bias)))
        layer.activation = keras.activations.linear
        try:
            t = in_full_precision(super().call(inputs, training=True))
        finally:
            layer.activation = activation
        units = 1 if getattr(layer, "data_format", "") == "channels_first" else len(t.shape) - 1
        mean, variance = moments(t, [a for a in range(len(t.shape)) if a != units])
        scale = ops.rsqrt(ops.reshape(variance, (-1,)) + keras.config.epsilon())
        self.g.assign(ops.reshape(scale, self.g.shape))
        if layer.use_bias:
            layer.bias.assign(-ops.reshape(mean, (-1,)) * scale)
        self.initialized.assign(1.0)
        self._known_initialized = True

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "data_init": self.data_init}


def _norm(kernel: Any, axes: tuple[int, ...]) -> Any:
    return ops.sqrt(ops.sum(ops.square(ops.convert_to_tensor(kernel)), axes))


def _is_traced(inputs: Any) -> bool:
    """Say whether this call is being compiled, so that it has no numbers yet."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return not tf.executing_eagerly()
    if keras.backend.backend() == "jax":
        import jax

        return isinstance(inputs, jax.core.Tracer)
    return False
