"""Run a model with other `call`s in some of its layers, and without changing a variable."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import keras


@contextmanager
def standing_in(calls: Iterable[tuple[keras.Layer, Callable[..., Any]]]) -> Iterator[None]:
    """Let other functions answer for the ``call`` of some layers, wherever these lie in a model.

    All is put back however the block ends. While it runs, whoever calls the model, from
    another thread too, gets the stand-ins.

    Args:
        calls: pairs of a layer and the function that takes the arguments of its ``call``.

    Example:

    >>> layer, five = keras.layers.ReLU(), keras.ops.ones(()) * 5
    >>> with standing_in([(layer, lambda x: x - 1)]):
    ...     float(layer(five))
    4.0
    >>> float(layer(five))
    5.0
    """
    missing = object()
    before = []
    try:
        for layer, call in calls:
            before.append((layer, vars(layer).get("call", missing)))
            vars(layer)["call"] = call  # past `__setattr__`, which tracks what it is given
        yield
    finally:
        for layer, call in reversed(before):
            if call is missing:
                vars(layer).pop("call", None)
            else:
                vars(layer)["call"] = call


def without_updates(model: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function that calls ``model``; what it assigns to variables is lost.

    Args:
        model: a built layer or model.
        function: takes arrays or structures of them, and returns tensors.

    Returns:
        A function of the same arguments. On torch it is not compiled.

    Example:

    >>> import numpy as np
    >>> layer = keras.layers.BatchNormalization()
    >>> layer.build((None, 2))
    >>> run = without_updates(layer, lambda x: layer(x, training=True))
    >>> _ = run(np.ones((4, 2), "float32"))
    >>> keras.ops.convert_to_numpy(layer.moving_mean).tolist()
    [0.0, 0.0]
    """
    return _COMPILERS[keras.backend.backend()](model, function)


def _tensorflow(model: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    import tensorflow as tf

    @tf.function(reduce_retracing=True)
    def run(*inputs: Any) -> Any:
        with keras.StatelessScope():
            return function(*inputs)

    return run


def _jax(model: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    import jax

    variables = model.variables

    @jax.jit
    def run(values: list[Any], *inputs: Any) -> Any:
        # Handed in: a value that is only read would be compiled in as a constant.
        with keras.StatelessScope(state_mapping=zip(variables, values, strict=True)):
            return function(*inputs)

    return lambda *inputs: run([v.value for v in variables], *inputs)


def _torch(model: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    import torch

    def run(*inputs: Any) -> Any:
        with torch.no_grad(), keras.StatelessScope():
            return function(*inputs)

    return run


_COMPILERS = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
