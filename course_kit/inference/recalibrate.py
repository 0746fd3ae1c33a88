"""Precise batch normalization: population statistics in the place of moving averages."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from course_kit.inference.batches import batches
from course_kit.inference.pooled_moments import PooledMoments
from course_kit.inference.stand_in import standing_in, without_updates
from course_kit.layers import BatchNormalization
from course_kit.layers.base_normalization import positive_axes
from course_kit.layers.standardize import in_full_precision, moments, standardize

KINDS = (keras.layers.BatchNormalization, BatchNormalization)


def recalibrate_batch_normalization(
    model: keras.Model, data: Any, batch_size: int = 32, steps: int | None = None
) -> None:
    r"""Set the statistics of all batch normalizations to those of the data, in one pass.

    Over all n elements that a layer is given in the pass, a channel's::

        moving_mean = sum(x) / n,  moving_variance = sum((x - moving_mean)^2) / n

    pooled over the batches with their sizes as weights, in float64: neither an average that
    forgets, nor the mean of the batches' variances, which lacks the spread between them.
    For after training, or when weights were changed without training: averaged, say.

    In the pass each batch normalization standardizes by its batch, as while training, since
    the statistics that it had may fit nothing any more; all other layers, dropout among
    them, infer. So take batches as large as in training: of a few examples, what reaches the
    deeper layers is not what will reach them at inference. Nothing but those statistics is
    changed: not weights, seed states or metrics. They are set when the pass is over, so that
    an error in the data leaves the model as it was.

    Layers in nested models and inside of other layers are found, Keras' own and ours
    (`BatchChannelNormalization`'s included). Left as they are: layers with
    ``trainable=False``, which do not learn statistics in training either, and those that the
    model's call does not reach. A layer that is called several times gets the statistics of
    all its inputs. Masked elements do not count. Renormalization sets its averages to the
    same statistics; its correction is off in the pass. Other threads must not use the model
    meanwhile.

    Args:
        model: a built model, or any other layer.
        data: arrays as for ``predict`` (an array, a dictionary, a list for a model with
            several inputs), a tuple ``(x, y)``, or an iterable of batches ``x`` or
            ``(x, y)``: a ``tf.data.Dataset``, a ``PyDataset``, a ``DataLoader``, a generator.
        batch_size: examples in a batch, where ``data`` are arrays.
        steps: number of batches, at least 1; None for all. Needed for data without an end.

    Raises:
        ValueError: the model is not built or has no such layer, there is no batch, or the
            statistics are not finite.

    Example, where the variance within a batch is 0:

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.BatchNormalization()])
    >>> x = np.array([[1.0], [1.0], [3.0], [3.0]], "float32")
    >>> recalibrate_batch_normalization(model, x, batch_size=2)
    >>> [float(w[0]) for w in model.layers[0].non_trainable_weights]
    [2.0, 1.0]

    Source: Wu and Johnson, "Rethinking 'Batch' in BatchNorm", 2021, section 3. Deck: S,
    Lecture 5, "Batch normalization", the first of its two solutions for outside of training.
    """
    layers = _layers_of(model)
    found: dict[int, list[Any]] = {}

    def statistics(inputs: Any) -> dict[int, list[Any]]:
        found.clear()
        model(inputs, training=False)
        return dict(found)

    pooled: dict[int, PooledMoments] = {}
    run = without_updates(model, statistics)
    with standing_in((layer, _by_batch(layer, i, found)) for i, layer in enumerate(layers)):
        for inputs in batches(model, data, batch_size, steps):
            batch, _ = run([], inputs)
            for i, calls in batch.items():
                for n, mean, variance in calls:
                    part = (_on_host(v) for v in (n, mean, variance))
                    pooled.setdefault(i, PooledMoments()).add(*part)
    _check(layers, pooled)
    for i, statistic in pooled.items():
        _set(layers[i], statistic)


def _layers_of(model: keras.Model) -> list[Any]:
    """Find the layers whose statistics are to be set, or raise."""
    if not model.built:
        raise ValueError(
            "`model` must have weights. Received: one that is not built. Give it a keras.Input, "
            "or call it on a batch first."
        )
    every = [layer for layer in model._flatten_layers() if isinstance(layer, KINDS)]
    layers = [layer for layer in every if layer.trainable]
    if not layers:
        frozen = f"{len(every)} with trainable=False, which keep theirs" if every else "none"
        raise ValueError(
            "`model` must have batch normalizations whose statistics can be set. "
            f"Received: {frozen}."
        )
    return layers


def _by_batch(layer: Any, i: int, found: dict[int, list[Any]]) -> Callable[..., Any]:
    """Give a call that standardizes by the batch, and notes its statistics in ``found[i]``."""

    def call(inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        x = in_full_precision(inputs)
        kept = positive_axes(layer.axis, len(x.shape))
        reduced = [axis for axis in range(len(x.shape)) if axis not in kept]
        mask = None if mask is None else ops.expand_dims(mask, -1)
        mean, variance = moments(x, reduced, mask)
        found.setdefault(i, []).append((_count(x, reduced, mask), mean, variance))
        gamma, beta = (
            None if weight is None else ops.reshape(ops.cast(weight, x.dtype), mean.shape)
            for weight in (layer.gamma, layer.beta)
        )
        if getattr(layer, "mean_only", False):
            y = x - mean if beta is None else x - mean + beta
        else:
            y = standardize(x, mean, variance, layer.epsilon, gamma, beta)
        return ops.cast(y, layer.compute_dtype)

    return call


def _count(x: Any, reduced: list[int], mask: Any) -> Any:
    """Count what the moments of one channel were taken over."""
    if mask is not None:
        counted = ops.broadcast_to(ops.cast(mask, "float32"), ops.shape(x))
        return ops.sum(counted, reduced, keepdims=True)
    n = 1
    for axis in reduced:
        n = n * ops.shape(x)[axis]
    return ops.cast(n, "float32")


def _on_host(tensor: Any) -> np.ndarray:
    return np.asarray(ops.convert_to_numpy(tensor), "float64")


def _check(layers: list[Any], pooled: dict[int, PooledMoments]) -> None:
    if not pooled:
        raise ValueError(
            "`data` must give at least one batch that reaches a batch normalization. Received: "
            "none. Was it a generator that had been used up?"
        )
    for i, statistic in pooled.items():
        if not np.all(np.isfinite(statistic.mean) & np.isfinite(statistic.variance)):
            raise ValueError(
                "Statistics must be finite, and the model was left as it was. Received: NaN or "
                f"infinity at layer '{layers[i].path}'. Are there any in the data or the weights?"
            )


def _set(layer: Any, statistic: PooledMoments) -> None:
    """Write the statistics; under renormalization also those it trains with."""
    shape = tuple(layer.moving_mean.shape)
    mean, variance = (np.reshape(v, shape) for v in (statistic.mean, statistic.variance))
    layer.moving_mean.assign(mean)
    if layer.moving_variance is not None:
        layer.moving_variance.assign(variance)
    if layer.renorm:
        stddev = np.sqrt(variance + layer.epsilon)
        layer.renorm_mean.assign(mean)
        layer.renorm_stddev.assign(stddev)
        layer.moving_stddev.assign(stddev)
