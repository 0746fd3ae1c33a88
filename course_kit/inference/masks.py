"""Monte Carlo dropout: let many masks vote, and see how far they disagree."""

import contextlib
import random
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from course_kit.inference.batches import batches, count_batches
from course_kit.inference.pooled_moments import PooledMoments
from course_kit.inference.progress import Progress
from course_kit.inference.stand_in import standing_in, without_updates
from course_kit.layers import DropConnect
from course_kit.layers.base_dropout import BaseDropout
from course_kit.layers.standardize import in_full_precision

DROPOUTS = (
    BaseDropout,
    DropConnect,
    keras.layers.Dropout,
    keras.layers.SpatialDropout1D,
    keras.layers.SpatialDropout2D,
    keras.layers.SpatialDropout3D,
    keras.layers.GaussianDropout,
    keras.layers.AlphaDropout,
)


def predict_with_masks(
    model: keras.Model,
    x: Any,
    masks: int = 20,
    batch_size: int = 32,
    activation: str | Callable[[Any], Any] | None = None,
    seed: int | None = None,
    return_all: bool = False,
) -> tuple[Any, ...]:
    r"""Predict under many dropout masks; give the mean of the predictions and their spread.

    With ``p_k`` the model's output under mask k of K, per example and output::

        mean = sum(p_k) / K,  std = sqrt(sum((p_k - mean)^2) / K)

    Dropout layers work as in training, all other layers as at inference: batch normalization
    keeps its moving averages, noise and augmentation are off. Taken for dropout are ours
    (`Dropout`, `SpatialDropout1D` to 3D, `StochasticDepth`, `DropConnect`), Keras' own
    (``GaussianDropout`` and ``AlphaDropout`` too), that of ``MultiHeadAttention``, and the
    ``dropout`` and ``recurrent_dropout`` of Keras' recurrent layers; with a rate above 0, and
    wherever in the model they lie. Masks are independent between passes and between
    examples, but for what a layer shares by its nature: one kernel of `DropConnect` serves a
    batch.

    The passes leave weights, seed states and PyTorch's generator as they were. Masks follow
    from ``seed`` and the order of the batches; the same call gives the same numbers. Compiled
    once for each shape of a batch. Other threads must not use the model meanwhile.

    Args:
        model: a built model with dropout.
        x: inputs as for ``predict``: an array, a dictionary, a list for a model with several
            inputs; or batches of them.
        masks: number of masks, at least 1.
        batch_size: examples in a batch, where ``x`` are arrays.
        activation: applied to the outputs before they are averaged: ``"softmax"`` or
            ``"sigmoid"`` for a model that ends in logits, since probabilities are to be
            averaged. Name or function.
        seed: integer, at least 0; None draws one from Python's ``random``, which
            ``keras.utils.set_random_seed`` sets.
        return_all: whether to return also each mask's outputs.

    Returns:
        Mean and spread, float32 arrays of the shape (or structure) of ``predict``'s; with
        ``return_all`` also the outputs, with an axis of masks before the others. Without it
        no more than a batch is held per mask.

    Raises:
        ValueError: the model is not built or has no dropout, there are no examples, or
            ``masks`` or ``seed`` is out of range.

    Example:

    >>> from course_kit.layers import Dropout
    >>> model = keras.Sequential([keras.Input((1,)), Dropout(0.5)])
    >>> mean, std = predict_with_masks(model, np.ones((1, 1)), masks=1000, seed=0)
    >>> 0.8 < float(mean[0, 0]) < 1.2, 0.97 < float(std[0, 0]) < 1.01  # zeros and twos
    (True, True)

    Source: Gal and Ghahramani, "Dropout as a Bayesian approximation", ICML 2016, section 4.
    Deck: C, Lecture 10.2, the list before "Dropout at Test Time": "Mask sampling", with 10 to 20
    masks.
    """
    _check(model, masks, seed)
    calls = [(layer, _dropping(layer)) for layer in _dropouts_in(model)]
    seed = random.randint(0, 2**31 - 1) if seed is None else seed
    states = [v for v in model.variables if v.name == "seed_generator_state"]
    values = [_start(state, seed, i) for i, state in enumerate(states)]
    activate = keras.activations.get(activation)

    def outputs(inputs: Any) -> Any:
        made = model(inputs, training=False)
        return keras.tree.map_structure(lambda y: activate(in_full_precision(y)), made)

    run = without_updates(model, outputs, states)
    count = count_batches(model, x, batch_size)
    progress = Progress(count and count * masks)
    votes: list[_Votes] = []
    with standing_in(calls), _torch_seeded(seed):
        for inputs in batches(model, x, batch_size):
            votes.append(_Votes(return_all))
            for _ in range(masks):
                made, values = run(values, inputs)
                votes[-1].add(made)
                progress.step()
    if not votes:
        raise ValueError("`x` must hold at least one example. Received: none.")
    return _Votes.joined(votes)


class _Votes:
    """The outputs of all masks for one batch: their moments, and themselves if they are kept."""

    def __init__(self, keep: bool) -> None:
        self.keep = keep
        self.kept: list[list[np.ndarray]] = []
        self.moments: list[PooledMoments] = []

    def add(self, made: Any) -> None:
        """Add one mask's outputs."""
        self.structure = made
        outputs = [keras.ops.convert_to_numpy(y) for y in keras.tree.flatten(made)]
        self.moments = self.moments or [PooledMoments() for _ in outputs]
        for moments, y in zip(self.moments, outputs, strict=True):
            moments.add(1, mean=y, variance=0.0)
        if self.keep:
            self.kept.append([np.array(y) for y in outputs])

    @staticmethod
    def joined(votes: "list[_Votes]") -> tuple[Any, ...]:
        """Put the batches together: mean, spread and, if kept, all outputs."""
        mean = [[m.mean for m in vote.moments] for vote in votes]
        std = [[np.sqrt(m.variance) for m in vote.moments] for vote in votes]
        found = [
            [np.concatenate(parts) for parts in zip(*each, strict=True)] for each in (mean, std)
        ]
        if votes[0].keep:
            stacked = [[np.stack(y) for y in zip(*vote.kept, strict=True)] for vote in votes]
            found.append([np.concatenate(y, axis=1) for y in zip(*stacked, strict=True)])
        return tuple(
            keras.tree.pack_sequence_as(votes[0].structure, [np.float32(y) for y in each])
            for each in found
        )


def _check(model: keras.Model, masks: Any, seed: Any) -> None:
    if not model.built:
        raise ValueError(
            "`model` must be built. Received: one that is not. Give it a keras.Input, or call it "
            "on a batch first."
        )
    if isinstance(masks, bool) or masks != int(masks) or masks < 1:
        raise ValueError(f"`masks` must be an integer, at least 1. Received: masks={masks}.")
    if seed is not None and (seed != int(seed) or seed < 0):
        raise ValueError(f"`seed` must be an integer, at least 0, or None. Received: seed={seed}.")


def _dropouts_in(model: keras.Model) -> list[Any]:
    """Find the layers whose dropout is to be on, or raise."""
    found = [layer for layer in model._flatten_layers() if _drops(layer)]
    if not found:
        raise ValueError(
            "`model` must have dropout with a rate above 0. Received: a model without, whose "
            "predictions do not vary. `predict` gives them."
        )
    return found


def _drops(layer: Any) -> bool:
    if isinstance(layer, DROPOUTS):
        return layer.rate > 0
    if not isinstance(layer, keras.layers.RNN):
        return False
    cells = getattr(layer.cell, "cells", [layer.cell])
    rates = ("dropout", "recurrent_dropout")
    return any((getattr(cell, rate, 0) or 0) > 0 for cell in cells for rate in rates)


def _dropping(layer: Any) -> Callable[..., Any]:
    """Give the layer's call with dropout on, whatever it is told."""
    call = layer.call

    def with_dropout(*args: Any, **kwargs: Any) -> Any:
        return call(*args, **{**kwargs, "training": True})

    return with_dropout


def _start(state: Any, seed: int, i: int) -> np.ndarray:
    """Give the i-th seed generator a sequence of its own."""
    (start,) = np.random.SeedSequence([seed, i]).generate_state(1) >> 1
    return np.array([start, 0], keras.backend.standardize_dtype(state.dtype))


@contextlib.contextmanager
def _torch_seeded(seed: int) -> Iterator[None]:
    """Seed torch's own generator, which Keras' dropout without a seed draws from; put it back."""
    if keras.backend.backend() != "torch":
        yield
        return
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield
