"""Run a model with other `call`s in some of its layers, and without changing a variable."""

from collections.abc import Callable, Iterable, Iterator, Sequence
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


def without_updates(
    model: Any, function: Callable[..., Any], states: Sequence[Any] = ()
) -> Callable[..., tuple[Any, list[Any]]]:
    """Compile a function that calls ``model``; what it assigns to variables is not kept there.

    Args:
        model: a built layer or model.
        function: takes arrays or structures of them, and returns tensors.
        states: variables of the model that are handed in and out.

    Returns:
        ``run(values, *inputs)``, with a value for each of ``states``; it returns the result,
        and their values afterwards. On torch it is not compiled.

    Example:

    >>> import numpy as np
    >>> layer = keras.layers.BatchNormalization(momentum=0.5)
    >>> layer.build((None, 1))
    >>> run = without_updates(layer, lambda x: layer(x, training=True), [layer.moving_mean])
    >>> _, (mean,) = run([np.zeros(1, "float32")], np.ones((4, 1), "float32"))
    >>> float(mean[0]), float(layer.moving_mean[0])
    (0.5, 0.0)
    """

    def scoped(mapping: Iterable[tuple[Any, Any]], inputs: Any) -> tuple[Any, list[Any]]:
        with keras.StatelessScope(state_mapping=mapping) as scope:
            outputs = function(*inputs)
        return outputs, [scope.get_current_value(state) for state in states]

    return _COMPILERS[keras.backend.backend()](model, scoped, states)


def _tensorflow(model: Any, scoped: Callable[..., Any], states: Sequence[Any]) -> Callable:
    import tensorflow as tf

    @tf.function(reduce_retracing=True)
    def run(values: list[Any], *inputs: Any) -> Any:
        return scoped(zip(states, values, strict=True), inputs)

    return run


def _jax(model: Any, scoped: Callable[..., Any], states: Sequence[Any]) -> Callable:
    import jax

    own = {id(state) for state in states}
    others = [v for v in model.variables if id(v) not in own]

    @jax.jit
    def run(rest: list[Any], values: list[Any], *inputs: Any) -> Any:
        # Handed in: a value that is only read would be compiled in as a constant.
        mapping = [*zip(others, rest, strict=True), *zip(states, values, strict=True)]
        return scoped(mapping, inputs)

    return lambda values, *inputs: run([v.value for v in others], values, *inputs)


def _torch(model: Any, scoped: Callable[..., Any], states: Sequence[Any]) -> Callable:
    import torch

    def run(values: list[Any], *inputs: Any) -> Any:
        with torch.no_grad():
            return scoped(zip(states, values, strict=True), inputs)

    return run


_COMPILERS = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
