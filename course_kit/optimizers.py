"""Decoupled weight decay for kernels only, by one call."""

from collections.abc import Iterable
from typing import Any

import keras

from course_kit.layers import WeightNormalization
from course_kit.layers.base_normalization import BaseNormalization

_NORMALIZATIONS = (
    BaseNormalization,
    keras.layers.BatchNormalization,
    keras.layers.GroupNormalization,
    keras.layers.LayerNormalization,
    keras.layers.RMSNormalization,
)


def decay_kernels_only(
    optimizer: keras.Optimizer, model: keras.Model, spare: Iterable[Any] = ()
) -> keras.Optimizer:
    r"""Let an optimizer's weight decay reach the kernels of a model and nothing else.

    At each step, before the gradient's update, Keras' decoupled decay takes
    ``w <- w - learning_rate * weight_decay * w`` for every variable, normalizations and biases
    included. After this call it leaves alone what `decayed_weights` does not list.

    To be called before the optimizer has made a step, best where the model is compiled. The
    choice is kept by the optimizer in memory and not in a file: a model that was saved
    and loaded decays everything again, so compile it again with a new optimizer. What an
    earlier call of ``exclude_from_weight_decay`` said is replaced; use ``spare``.

    Args:
        optimizer: any of Keras' with ``weight_decay``: ``AdamW``, ``SGD``, ``Lion``, ``Adam``, ...;
            also inside a ``LossScaleOptimizer``.
        model: the built model that it will train.
        spare: more layers or variables to be left alone, for instance an embedding.

    Returns:
        The same optimizer.

    Raises:
        TypeError: ``optimizer`` is no optimizer.
        ValueError: it has no weight decay or is built already, or the model is not built, or
            has nothing that would decay.

    Example:

    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="hidden")])
    >>> optimizer = decay_kernels_only(keras.optimizers.AdamW(weight_decay=0.01), model)
    >>> model.compile(optimizer, loss="mse")
    >>> [weight.path.split("/", 1)[1] for weight in decayed_weights(model)]
    ['hidden/kernel']

    Source: Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019, algorithm 2.
    Decks: S, Lecture 5, "Regularization", which keeps decay and penalty apart; U, Lecture 4,
    "1) l2-regularization", which equates them.
    """
    inner = optimizer
    while hasattr(inner, "inner_optimizer"):  # Keras lets the outer one be told, to no effect
        inner = inner.inner_optimizer
    _check(inner, model)
    if not decayed_weights(model, spare):
        raise ValueError(
            "`model` must train a kernel that can decay. Received: a model in which only "
            "normalizations, biases or spared weights are trained. Set `weight_decay=None`."
        )
    inner.exclude_from_weight_decay(_left_alone(model, spare))
    return optimizer


def decayed_weights(model: keras.Model, spare: Iterable[Any] = ()) -> list[Any]:
    """List the weights of a model that `decay_kernels_only` lets decay.

    A weight is left alone if it belongs to a normalization layer (also g of
    `WeightNormalization`), or is named ``bias``, or has fewer than two axes, as the scales and
    offsets of hand-made layers have. All else multiplies inputs, and decays; an embedding
    is a kernel on one-hot inputs.

    Args:
        model: a built model.
        spare: more layers or variables to be left alone.

    Returns:
        Trainable variables, in the order of ``model.trainable_weights``.
    """
    left_alone = {id(weight) for weight in _left_alone(model, spare)}
    return [weight for weight in model.trainable_weights if id(weight) not in left_alone]


def _left_alone(model: keras.Model, spare: Iterable[Any]) -> list[Any]:
    # The variable's own name, not its path: a layer may be called bias_tower.
    found = [w for w in model.weights if w.name == "bias" or len(w.shape) < 2]
    for layer in model._flatten_layers():
        if isinstance(layer, _NORMALIZATIONS):
            found += layer.weights
        elif isinstance(layer, WeightNormalization):
            found.append(layer.g)
    for item in spare:
        found += item.weights if isinstance(item, keras.Layer) else [item]
    return found


def _check(optimizer: Any, model: keras.Model) -> None:
    """Raise, in one line, where the call could not do what it promises."""
    if not isinstance(optimizer, keras.Optimizer):
        raise TypeError(
            f"`optimizer` must be a Keras optimizer. Received: {optimizer!r}. "
            "For instance keras.optimizers.AdamW(weight_decay=0.01)."
        )
    if not optimizer.weight_decay:
        raise ValueError(
            f"`optimizer` must have a weight decay. Received: {type(optimizer).__name__} with "
            f"weight_decay={optimizer.weight_decay}. Give it `weight_decay`."
        )
    if optimizer.built:
        raise ValueError(
            "`optimizer` must not be built yet, since what decays is settled then. Received: one "
            "that is. Make a new optimizer, call decay_kernels_only, then compile."
        )
    if not model.built:
        raise ValueError(
            "`model` must be built, so that its variables are there. Received: one that is not. "
            "Begin it with keras.Input, or call it once on a batch."
        )
