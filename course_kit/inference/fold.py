"""Fold batch normalizations into the layers beside them: the same predictions by fewer steps."""

from dataclasses import dataclass, field
from typing import Any

import keras

from course_kit.inference.copies import bring_over, copy_of
from course_kit.inference.graph import Graph, count_calls, functional_of, parts_of
from course_kit.inference.linear import Folded, is_normalization, scale_and_shift
from course_kit.inference.reasons import not_at_all, not_before, not_behind
from course_kit.layers import Residual


@dataclass(frozen=True)
class FoldingReport:
    """What `fold_batch_normalization` did with each call of a batch normalization.

    Attributes:
        folded: pairs of paths: the convolution or dense layer, and the normalization that it
            took up.
        left: pairs of a normalization's path and the reason why it stayed.

    Example:

    >>> print(FoldingReport(folded=[("conv", "norm1")], left=[("norm2", "shared")]))
    1 folded, 1 left
      norm1 into conv
      left: norm2: shared
    """

    folded: list[tuple[str, str]] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(
            [
                f"{len(self.folded)} folded, {len(self.left)} left",
                *(f"  {norm} into {linear}" for linear, norm in self.folded),
                *(f"  left: {norm}: {reason}" for norm, reason in self.left),
            ]
        )


def fold_batch_normalization(model: keras.Model) -> tuple[keras.Model, FoldingReport]:
    r"""Copy a model for inference, with batch normalizations folded into the layers beside them.

    At inference a batch normalization scales and shifts, and so does a linear layer's kernel::

        s = gamma / sqrt(moving_variance + epsilon),  t = beta - moving_mean * s
        behind the layer    s (W x + b) + t  =  (s W) x + (s b + t)
        before the layer    W (s x + t) + b  =  (W s) x + (W t + b)

    Behind: of every convolution (plain, transposed, depthwise, separable), dense or einsum
    layer without activation that is called once and feeds nothing else, also with weight
    normalization or standardization around it. Where that is not so, before: into a dense
    layer or convolution which takes nothing else and does not pad, since the zeros of the
    padding are not shifted. Also inside of nested models, blocks and `Residual`; not inside
    of other layers, whose own call may do anything. The arithmetic is in float64, so that
    predictions agree to the rounding of the model's dtype (in half precision, of that).

    The new model shares nothing with the old one, which stays as it is. Names, the structure
    of inputs and outputs, dtypes and ``trainable`` are kept; blocks become sequential models
    of their layers. It saves and loads as any other, and is not compiled. It is made for
    inference: in training its statistics would not be those of batches.

    Args:
        model: a functional or sequential model, built.

    Returns:
        The new model, and a `FoldingReport` in which each call of a batch normalization
        stands once.

    Raises:
        ValueError: the model is not built, has a ``call`` of its own, or has a layer that
            cannot be made from its configuration.

    Example:

    >>> import numpy as np
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 3)),
    ...     keras.layers.Conv2D(4, 3, name="conv"),
    ...     keras.layers.BatchNormalization(name="norm1"),
    ...     keras.layers.ReLU(name="relu"),
    ...     keras.layers.BatchNormalization(name="norm2"),
    ...     keras.layers.Conv2D(4, 3, padding="same", name="padded"),
    ... ])
    >>> folded, report = fold_batch_normalization(model)
    >>> [layer.name for layer in folded.layers]
    ['conv', 'relu', 'norm2', 'padded']
    >>> report.folded, report.left[0][0]
    ([('conv', 'norm1')], 'norm2')

    Source: deck C, Lecture 10.2, "Batch Normalization: Test Time".
    """
    if functional_of(model) is None:
        built = getattr(model, "built", False)
        remedy = "Fold the functional models in it." if built else "Give it a keras.Input."
        raise ValueError(
            "`model` must be a functional or sequential model with known shapes. Received: "
            f"{type(model).__name__}, {'with a call of its own' if built else 'not built'}. "
            f"{remedy}"
        )
    return _Folding(model).result()


class _Folding:
    """Make the new model: plan on each graph what is folded, then call copies in its order."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.report = FoldingReport()
        self.calls = count_calls(model)
        self.folded: dict[int, Folded] = {}
        self.made: dict[int, tuple[Any, Any]] = {}  # old and new, the inner before the outer

    def result(self) -> tuple[keras.Model, FoldingReport]:
        new = self.make(self.model, "")
        for old, copy in reversed(self.made.values()):
            if isinstance(old, keras.Layer) and copy.trainable != old.trainable:
                copy.trainable = old.trainable  # and all inside, whose turn is still to come
        for old, copy in self.made.values():
            self._fill(old, copy)
        return new, self.report

    def make(self, old: Any, path: str) -> Any:
        """Make the new layer or operation once, whatever the number of its calls."""
        if id(old) not in self.made:
            self.made[id(old)] = (old, self._make(old, path))
        return self.made[id(old)][1]

    def _make(self, old: Any, path: str) -> Any:
        inside, parts = path and f"{path}/", parts_of(old)
        if isinstance(old, keras.Sequential) and parts is not None:
            return self._sequential(old, inside, old.name)
        if functional_of(old) is not None:
            return self._functional(old, inside)
        if isinstance(old, Residual) and parts is not None:
            made = {name: self.make(part, inside + name) for name, part in parts}
            return copy_of(old, **made)
        if parts is not None:
            return self._sequential(old.body, inside, old.name)
        if id(old) in self.folded:
            return self.folded[id(old)].replacement()
        self._list_inside(old, path)
        return copy_of(old)

    def _functional(self, old: Any, inside: str) -> Any:
        graph = self._plan(old, inside)
        inputs = keras.tree.map_structure(_fresh_input, old.input)
        new = dict(zip(map(id, old.inputs), keras.tree.flatten(inputs), strict=True))
        for node in graph.calls:
            if id(node) in graph.bypassed:
                made = new[id(node.input_tensors[0])]
            else:
                args, kwargs = node.arguments.fill_in(new)
                made = self.make(node.operation, inside + node.operation.name)(*args, **kwargs)
            new.update(zip(map(id, node.outputs), keras.tree.flatten(made), strict=True))
        outputs = keras.tree.map_structure(lambda tensor: new[id(tensor)], old.output)
        return keras.Model(inputs, outputs, name=old.name)

    def _sequential(self, old: Any, inside: str, name: str) -> Any:
        graph = self._plan(functional_of(old), inside)
        kept = [node.operation for node in graph.calls if id(node) not in graph.bypassed]
        layers = [self.make(layer, inside + layer.name) for layer in kept]
        return keras.Sequential([_fresh_input(old.inputs[0]), *layers], name=name)

    def _list_inside(self, old: Any, path: str) -> None:
        """List the normalizations inside of a layer that is copied as it is."""
        if not isinstance(old, keras.Layer):
            return
        for part in old._flatten_layers(include_self=False):
            if is_normalization(part):
                why = (
                    f"it lies inside of '{old.name}' ({type(old).__name__}), whose call is its own"
                )
                self.report.left.append((f"{path}/{part.name}", why))

    def _fill(self, old: Any, new: Any) -> None:
        """Give a layer, which is built now, its weights."""
        if id(old) in self.folded:
            self.folded[id(old)].write(new)
        elif isinstance(old, Residual) and not isinstance(old.shortcut, keras.Layer):
            if old.shortcut_layer is not None:
                bring_over(old.shortcut_layer, new.shortcut_layer)
        elif isinstance(old, keras.Layer) and parts_of(old) is None:
            bring_over(old, new)

    def _plan(self, functional: Any, inside: str) -> Graph:
        """Take out of the graph what can be folded, and say why the rest cannot."""
        graph = Graph(functional)
        for node in graph.calls:
            if is_normalization(node.operation):
                self._plan_one(graph, node, inside)
        return graph

    def _plan_one(self, graph: Graph, node: Any, inside: str) -> None:
        norm, rank = node.operation, len(node.outputs[0].shape)
        reason = not_at_all(node)
        if reason is None:
            behind = not_behind(graph, node, self.calls)
            before = behind and not_before(graph, node, self.calls)
            if behind is None:
                layer = graph.maker(node.input_tensors[0]).operation
                self._folded(layer).then(scale_and_shift(norm, rank))
            elif before is None:
                layer = graph.takers(node.outputs[0])[0].operation
                self._folded(layer).after(scale_and_shift(norm, rank))
            else:
                reason = f"{behind}; {before}"
        if reason is None:
            graph.bypass(node)
            self.report.folded.append((inside + layer.name, inside + norm.name))
        else:
            self.report.left.append((inside + norm.name, reason))

    def _folded(self, layer: Any) -> Folded:
        if id(layer) not in self.folded:
            self.folded[id(layer)] = Folded(layer)
        return self.folded[id(layer)]


def _fresh_input(tensor: Any) -> Any:
    """Make an input like that which the tensor belongs to."""
    return copy_of(tensor._keras_history.operation).output
