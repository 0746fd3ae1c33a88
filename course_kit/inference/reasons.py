"""Why a batch normalization cannot be folded, in words."""

from collections import Counter
from typing import Any

import keras

from course_kit.inference.graph import Graph
from course_kit.inference.linear import (
    CONVOLUTIONS,
    LINEAR,
    NORMALIZATIONS,
    channel_axes,
    inner,
    input_axis,
    normalized_axes,
)


def not_at_all(node: Any) -> str | None:
    """Say why this call of a normalization is no scaling and shifting, or None if it is."""
    norm = node.operation
    if type(norm) not in NORMALIZATIONS:
        return f"{type(norm).__name__} is a class of its own, whose call may do more"
    given = (*node.arguments.args[1:2], node.arguments.kwargs.get("training"))
    if any(training not in (None, False) for training in given):
        return "it is called with training=True, so that it takes its batch's statistics"
    if len(node.input_tensors) != 1:
        return "it is given a mask by hand"
    return None


def not_behind(graph: Graph, node: Any, calls: Counter[int]) -> str | None:
    """Say why the layer whose output is normalized cannot take it up, or None if it can."""
    (x,) = node.input_tensors
    if graph.maker(x) is None:
        return "it stands first in its model or branch"
    layer = graph.maker(x).operation
    reason = _not_linear(layer)
    if reason is not None:
        return reason
    said = f"'{layer.name}' before it"
    if calls[id(layer)] > 1:
        return f"{said} is shared: it is called {calls[id(layer)]} times"
    if id(x) in graph.outputs:
        return f"{said} is itself an output of its model or branch"
    if len(graph.takers(x)) > 1:
        return f"{said} feeds {len(graph.takers(x))} layers"
    axes = normalized_axes(node.operation, len(x.shape))
    if len(axes) > 1 or axes[0] not in channel_axes(layer, len(x.shape)):
        return f"it normalizes axis {_listed(axes)}, which is not that of the channels of {said}"
    return _other_precision(inner(layer), node.operation)


def not_before(graph: Graph, node: Any, calls: Counter[int]) -> str | None:
    """Say why the layer that takes what is normalized cannot take it up, or None if it can."""
    (y,) = node.outputs
    if id(y) in graph.outputs:
        return "its output is one of its model or branch"
    takers = graph.takers(y)
    if len(takers) > 1:
        return f"its output goes to {len(takers)} layers"
    layer = takers[0].operation
    reason = _not_plain(layer)
    if reason is not None:
        return reason
    said = f"'{layer.name}' after it"
    if calls[id(layer)] > 1:
        return f"{said} is shared: it is called {calls[id(layer)]} times"
    axes = normalized_axes(node.operation, len(y.shape))
    if axes != (input_axis(layer, len(y.shape)),):
        return f"it normalizes axis {_listed(axes)}, which is not that of the channels of {said}"
    return _other_precision(layer, node.operation)


def _not_linear(layer: Any) -> str | None:
    said, linear = f"'{layer.name}' ({type(layer).__name__})", inner(layer)
    if type(linear) not in LINEAR:
        if isinstance(linear, LINEAR):
            return f"{said} before it is of a class of its own, whose call may do more"
        return f"its input comes from {said}, which is no convolution or dense layer"
    if linear.activation is not keras.activations.linear:
        name = getattr(linear.activation, "__name__", type(linear.activation).__name__)
        return f"an activation stands between: {said} before it ends in {name}"
    return _altered(linear)


def _not_plain(layer: Any) -> str | None:
    said = f"'{layer.name}' ({type(layer).__name__})"
    if type(layer) not in (keras.layers.Dense, *CONVOLUTIONS):
        return f"its output goes to {said}"
    if getattr(layer, "padding", "valid") != "valid":
        return f"batch normalization before a padded convolution: {said} sets zeros"
    if getattr(layer, "groups", 1) > 1:
        return f"{said} after it works in groups"
    return _altered(layer)


def _altered(layer: Any) -> str | None:
    if getattr(layer, "quantization_mode", None) or getattr(layer, "lora_enabled", False):
        return f"'{layer.name}' is quantized or has LoRA weights, so that its kernel is not all"
    return None


def _other_precision(layer: Any, norm: Any) -> str | None:
    if layer.compute_dtype == norm.compute_dtype:
        return None
    return f"it computes in {norm.compute_dtype}, and '{layer.name}' in {layer.compute_dtype}"


def _listed(axes: tuple[int, ...]) -> str:
    return " and ".join(map(str, axes))
