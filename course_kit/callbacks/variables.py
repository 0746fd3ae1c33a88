"""Copies of variables on their device, and who else averages them."""

from collections.abc import Callable, Iterable
from typing import Any

import keras
from keras import ops


def copies(variables: Iterable[Any]) -> list[Any]:
    """Copy variables or tensors on their device.

    jax needs a real copy, because a compiled step gives the old buffer away, and torch,
    because it updates in place. TensorFlow shares the buffer until the next update, which
    then writes elsewhere.
    """
    return [ops.stop_gradient(ops.copy(ops.convert_to_tensor(v))) for v in variables]


def assign(variables: Iterable[keras.Variable], values: Iterable[Any]) -> None:
    """Set the variables to copies of the values, which thus outlive another ``fit``."""
    for variable, value in zip(variables, values, strict=True):
        variable.assign(ops.copy(value))


def averages_weights(optimizer: Any) -> bool:
    """Tell whether the optimizer, or one inside it, keeps averages of the weights."""
    inside = [*getattr(optimizer, "optimizers", []), getattr(optimizer, "inner_optimizer", None)]
    return bool(getattr(optimizer, "use_ema", False)) or any(
        averages_weights(o) for o in inside if o
    )


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a pure function of tensors where the backend can; on torch, build no graph."""
    return _COMPILERS[keras.backend.backend()](function)


def _tensorflow(function: Callable[..., Any]) -> Callable[..., Any]:
    import tensorflow as tf

    return tf.function(function, reduce_retracing=True)


def _jax(function: Callable[..., Any]) -> Callable[..., Any]:
    import jax

    return jax.jit(function)


def _torch(function: Callable[..., Any]) -> Callable[..., Any]:
    import torch

    return torch.no_grad()(function)


_COMPILERS = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
