"""Gradients of the loss at given values of the variables, without changing a thing."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops


class Gradients:
    """Compute loss and gradients of a compiled model as a training step would, and no more.

    The model is called with ``training=True``: dropout drops, and batch normalization takes
    the batch's statistics. What it assigns meanwhile (moving statistics, seed states,
    metrics) is lost, and nothing is updated. The loss is the whole one, with regularizers and
    weights of outputs. Under loss scaling it is scaled as in training, and what comes out is
    scaled back. Random numbers from outside the model's variables are drawn all the same:
    keep `course_kit.callbacks.snapshot.RandomStates`.

    Args:
        model: a built and compiled model.

    Example, of the loss ``w**2`` at ``w = 3``:

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    >>> model.compile("sgd", "mse")
    >>> model.set_weights([np.full((1, 1), 3.0)])
    >>> loss, gradients = Gradients(model)((np.ones((1, 1)), np.zeros((1, 1))))
    >>> float(loss), float(gradients[0][0, 0])
    (9.0, 6.0)
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self.trainable = list(model.trainable_variables)
        self._others = [*model.non_trainable_variables, *model.metrics_variables]
        self._derive = _DERIVATIVES[keras.backend.backend()](self._scaled_loss)

    def __call__(
        self, batch: Any, value_of: Callable[[Any], Any] = ops.convert_to_tensor
    ) -> tuple[float, list[Any]]:
        """Give the loss, and its gradient with respect to each trainable variable.

        Args:
            batch: ``(x, y)`` or ``(x, y, sample_weight)``.
            value_of: gives the value that a variable shall have; its present one by default.
        """
        batch = keras.tree.map_structure(_tensor, keras.utils.unpack_x_y_sample_weight(batch))
        scale = self._scale()
        scale = ops.cast(value_of(scale) if isinstance(scale, keras.Variable) else scale, "float32")
        trainable = [value_of(v) for v in self.trainable]
        others = [value_of(v) for v in self._others]
        loss, gradients = self._derive(trainable, others, batch, scale)
        return float(loss) / float(scale), [g / ops.cast(scale, g.dtype) for g in gradients]

    def _scale(self) -> Any:
        optimizer = self._model.optimizer
        built = getattr(optimizer, "built", False)
        return getattr(optimizer, "dynamic_scale", 1.0) if built else 1.0

    def _scaled_loss(self, trainable: list[Any], others: list[Any], batch: Any, scale: Any) -> Any:
        model, (x, y, sample_weight) = self._model, batch
        variables = [*self.trainable, *self._others]
        values = zip(variables, [*trainable, *others], strict=True)
        training = {"training": True} if model._call_has_training_arg else {}
        with keras.StatelessScope(values, collect_losses=True):
            y_pred = model(x, **training)
            loss = model.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight)
        return loss * ops.cast(scale, loss.dtype)


def norm(tensor: Any) -> float:
    """Give the Euclidean norm; of 1e-30 or 1e30 too, whose squares single precision lacks.

    >>> print(f"{norm(np.array([3e30, 4e30], 'float32')):.3g}")
    5e+30
    """
    tensor = ops.cast(ops.convert_to_tensor(tensor), "float32")
    largest = ops.max(ops.abs(tensor)) if np.prod(tensor.shape) else 0.0
    if not 0 < float(largest) < np.inf:
        return float(largest)
    return float(largest) * float(ops.sqrt(ops.sum(ops.square(tensor / largest))))


def by_layer(layers: Sequence[str], tensors: Iterable[Any]) -> dict[str, float]:
    """Give the norm over all tensors of a layer, for each layer, in their order.

    Args:
        layers: the layer of each tensor.
        tensors: as many.

    >>> by_layer(["a", "a", "b"], [np.array([3.0]), np.array([4.0]), np.array([2.0])])
    {'a': 5.0, 'b': 2.0}
    """
    squares: dict[str, float] = {}
    for layer, tensor in zip(layers, tensors, strict=True):
        squares[layer] = squares.get(layer, 0.0) + norm(tensor) ** 2
    return {layer: float(np.sqrt(square)) for layer, square in squares.items()}


def layer_names(model: keras.Model) -> list[str]:
    """Name the layer of each trainable variable: ``block/dense`` of ``block/dense/kernel``."""
    paths = [variable.path.rpartition("/")[0] for variable in model.trainable_variables]
    return [path.removeprefix(f"{model.name}/") for path in paths]


def _tensor(leaf: Any) -> Any:
    return None if leaf is None else ops.convert_to_tensor(leaf)


def _tensorflow(function: Callable[..., Any]) -> Callable[..., Any]:
    import tensorflow as tf

    def derive(trainable: list[Any], *more: Any) -> Any:
        trainable = [tf.convert_to_tensor(t) for t in trainable]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(trainable)
            loss = function(trainable, *more)
        gradients = tape.gradient(loss, trainable, unconnected_gradients="zero")
        return loss, [tf.convert_to_tensor(g) for g in gradients]

    return derive


def _jax(function: Callable[..., Any]) -> Callable[..., Any]:
    import jax

    return jax.jit(jax.value_and_grad(function))


def _torch(function: Callable[..., Any]) -> Callable[..., Any]:
    import torch

    def derive(trainable: list[Any], *more: Any) -> Any:
        trainable = [t.detach().requires_grad_(True) for t in trainable]
        with torch.enable_grad():
            loss = function(trainable, *more)
            gradients = torch.autograd.grad(loss, trainable, allow_unused=True)
        pairs = zip(gradients, trainable, strict=True)
        return loss.detach(), [torch.zeros_like(t) if g is None else g for g, t in pairs]

    return derive


_DERIVATIVES = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
