"""Layers made anew from their configuration, and their weights brought over."""

import tempfile
from typing import Any

import keras
import numpy as np


def copy_of(layer: Any, **changed: Any) -> Any:
    """Make a layer or operation of the same class from its configuration; weights come later.

    Args:
        layer: what is to be copied.
        **changed: entries of the configuration that are to be others.

    Raises:
        ValueError: the class cannot be made from its configuration.
    """
    if type(layer) is keras.layers.Lambda:
        return _copy_of_lambda(layer)
    try:
        return type(layer).from_config({**layer.get_config(), **changed})
    except (TypeError, NotImplementedError) as error:
        raise ValueError(
            f"Layer '{layer.name}' ({type(layer).__name__}) cannot be copied: "
            f"{str(error).splitlines()[0]} Give its class a `get_config` that returns the "
            "constructor's arguments."
        ) from error


def _copy_of_lambda(layer: Any) -> Any:
    """Take the function itself: its configuration holds code without the names it refers to."""
    return keras.layers.Lambda(
        layer.function,
        output_shape=layer._output_shape,
        mask=layer.mask,
        arguments=layer.arguments,
        name=layer.name,
        dtype=layer.dtype_policy,
        trainable=layer.trainable,
    )


def bring_over(old: Any, new: Any) -> None:
    """Copy weights, seed states and assets from a layer to its built copy."""
    for source, target in zip(old.variables, new.variables, strict=True):
        target.assign(_by_value(source))
    for source, target in zip(old._flatten_layers(), new._flatten_layers(), strict=True):
        # Some layers keep more than variables, or derive from them what they compute with.
        if type(source).load_own_variables is not keras.layers.Layer.load_own_variables:
            store: dict[str, Any] = {}
            source.save_own_variables(store)
            target.load_own_variables({key: _by_value(value) for key, value in store.items()})
        if hasattr(source, "save_assets"):
            with tempfile.TemporaryDirectory() as folder:
                source.save_assets(folder)
                target.load_assets(folder)


def _by_value(variable: Any) -> np.ndarray:
    """Copy through the host: on jax two variables would share a buffer that one may give away."""
    return np.array(keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(variable)))
