"""A model as a graph of calls: who makes each tensor, and who takes it."""

from collections import Counter
from typing import Any

import keras
from keras.src.models.functional import Functional

from course_kit.layers.composite import Composite
from course_kit.layers.residual import Residual


class Graph:
    """The calls of a functional model in an order in which they can be made.

    Keras calls them nodes: an ``operation``, its ``arguments``, its ``outputs``. `bypass` takes
    one out.

    Args:
        model: a functional model; of a sequential one, what `functional_of` gives.
    """

    def __init__(self, model: Any) -> None:
        by_depth = model._nodes_by_depth
        self.calls = [
            node
            for depth in sorted(by_depth, reverse=True)
            for node in by_depth[depth]
            if not node.is_input
        ]
        self.outputs = {id(tensor) for tensor in model.outputs}
        self.bypassed: set[int] = set()
        self._maker = {id(t): node for node in self.calls for t in node.outputs}
        self._takers: dict[int, list[Any]] = {}
        for node in self.calls:
            for tensor in node.input_tensors:
                self._takers.setdefault(id(tensor), []).append(node)

    def maker(self, tensor: Any) -> Any:
        """Give the call that made the tensor; None for an input of the model."""
        return self._maker.get(id(tensor))

    def takers(self, tensor: Any) -> list[Any]:
        """Give the calls that take the tensor, as often as they do."""
        return self._takers.get(id(tensor), [])

    def bypass(self, node: Any) -> None:
        """Take out a call of one input: what it made is now made by whoever made the input."""
        self.bypassed.add(id(node))
        self._maker[id(node.outputs[0])] = self.maker(node.input_tensors[0])


def functional_of(layer: Any) -> Any:
    """Give the functional model whose graph is all that the layer's call does, or None."""
    if isinstance(layer, Functional) and type(layer).call is Functional.call:
        return layer
    if isinstance(layer, keras.Sequential) and type(layer).call is keras.Sequential.call:
        return layer._functional  # None where the inputs are no single tensor
    return None


def parts_of(layer: Any) -> list[tuple[str, Any]] | None:
    """Name the layers inside of a container that is understood; None for any other layer.

    A name is empty where it would say nothing.
    """
    functional = functional_of(layer)
    if functional is not None:
        calls = Graph(functional).calls
        return list({id(n.operation): (n.operation.name, n.operation) for n in calls}.values())
    if isinstance(layer, Composite) and type(layer).call is Composite.call:
        return [("", layer.body)] if functional_of(layer.body) is not None else None
    if isinstance(layer, Residual) and type(layer).call is Residual.call:
        parts = [("branch", layer.branch)]
        if isinstance(layer.shortcut, keras.Layer):
            parts.append(("shortcut", layer.shortcut))
        return parts
    return None


def count_calls(model: Any) -> Counter[int]:
    """Count the places at which each layer, named by its id, is called or kept."""
    counted: Counter[int] = Counter()
    seen: set[int] = set()
    waiting = [model]
    while waiting:
        layer = waiting.pop()
        if id(layer) in seen:
            continue
        seen.add(id(layer))
        functional, parts = functional_of(layer), parts_of(layer)
        if functional is not None:
            counted.update(id(node.operation) for node in Graph(functional).calls)
        elif parts is not None:
            counted.update(id(part) for _, part in parts)
        elif isinstance(layer, keras.Layer):
            counted.update(id(part) for part in layer._flatten_layers(include_self=False))
        waiting += [part for _, part in parts or []]
    return counted
