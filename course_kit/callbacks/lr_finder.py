"""The learning-rate range test: raise the rate at each step, look at the loss, change nothing.

Smith, "Cyclical learning rates for training neural networks", 2017, section 3.3. Decks: C,
Lecture 10.2, "Learning rate"; M, whose own search raises the rate every few iterations and
chooses the value before the loss leaves.
"""

import math
import warnings
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from course_kit.callbacks.lr_curve import LRCurve
from course_kit.callbacks.snapshot import SettableRate, Snapshot

CALM = 0.1  # of the steps, at the start: no loss is taken for a divergence there


class LRFinder(keras.callbacks.Callback):
    """Raise the learning rate at each step of ``fit``, note each loss, and put all back.

    Step i of n is trained with ``rate_i = min_lr * (max_lr / min_lr) ** (i / (n - 1))``. At
    the end of ``fit`` model, optimizer, learning rate or schedule and random states are again
    what they were, bit for bit, so that *find, then fit* equals *fit*. What cannot be put back
    is what ``fit`` has taken from the data: elements of a generator, the next order of a
    pipeline that reshuffles each iteration (pass ``reshuffle_each_iteration=False``), random
    numbers drawn inside a pipeline.

    The losses are each batch's own, where Keras' logs have a mean over the epoch so far: all
    metrics are reset before each step, so that progress bar and history show single batches.
    With ``steps_per_execution=k`` a step is k batches with one rate, and their mean loss.

    The search ends after ``steps`` steps; when the loss is not finite; or when the median of
    the last three losses is far above the best of them,
    ``m - best > (stop_factor - 1) * max(|best|, |first|)``, which for a positive loss is the
    customary "more than so many times the best" or later, and holds for negative ones too.

    If ``fit`` raises, it calls no callback any more: `restore` does what remains, and
    `lr_find` calls it for you. Other callbacks of the same ``fit`` that change weights when
    training ends belong before this one.

    Args:
        min_lr: first learning rate, above 0.
        max_lr: last learning rate, above ``min_lr``.
        steps: how many rates, at least 2. Over as many epochs as ``fit`` is given: of a data
            set of 30 batches, 100 steps need ``epochs=4``. Where there are fewer, the ramp
            has as many steps as there are, and a warning says so.
        stop_factor: how far the loss may rise, above 1; ``math.inf`` for no limit.

    Attributes:
        result: an `LRCurve`, None before the end of training.

    Raises:
        ValueError: arguments out of range; and in ``fit`` a model without an optimizer, one
            not built yet (TensorFlow), logs without a loss, a search left unrestored.

    Example:

    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    >>> model.compile("adam", "mse")
    >>> x = np.random.default_rng(0).normal(size=(640, 4))
    >>> finder = LRFinder(steps=40)
    >>> history = model.fit(x, x[:, :1], epochs=2, verbose=0, callbacks=[finder])
    >>> float(finder.result.rates[0]), int(model.optimizer.iterations)
    (1e-07, 0)
    """

    # The end of a batch may be told late and in another thread: it only notes a number, and
    # what was trained after a stop is cut off. Else each step would wait for its loss.
    async_safe = True

    def __init__(
        self,
        min_lr: float = 1e-7,
        max_lr: float = 10.0,
        steps: int = 100,
        stop_factor: float = 4.0,
    ) -> None:
        super().__init__()
        if not 0 < min_lr < max_lr < math.inf:
            raise ValueError(
                "`min_lr` and `max_lr` must be finite, with 0 < min_lr < max_lr. Received: "
                f"min_lr={min_lr}, max_lr={max_lr}. Pass the rates, not their logarithms."
            )
        if isinstance(steps, bool) or steps != int(steps) or steps < 2:
            raise ValueError(
                f"`steps` must be an integer, at least 2. Received: steps={steps}. A hundred "
                "make a curve that can be read."
            )
        if not stop_factor > 1:
            raise ValueError(
                f"`stop_factor` must be above 1. Received: stop_factor={stop_factor}. It is a "
                "multiple of the best loss; math.inf never stops."
            )
        self.min_lr, self.max_lr, self.steps = min_lr, max_lr, steps
        self.stop_factor = stop_factor
        self.result: LRCurve | None = None
        self._snapshot: Snapshot | None = None

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Keep the state, and take the learning rate over."""
        self._check_model()
        self.result = None
        self._rates = np.geomspace(self.min_lr, self.max_lr, self._available_steps())
        self._rate = SettableRate(self.model)
        self._snapshot = Snapshot(self.model)
        self._rate.take()
        self._losses: dict[int, float] = {}
        self._batches = self.model.steps_per_execution
        self._stoppable = self.model  # for another thread, where Keras' property would race
        self._started = self._epoch_start = 0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Remember at which step the epoch starts: after those whose loss was told.

        TensorFlow may begin a batch that the data turn out not to have.
        """
        self._started = self._epoch_start = len(self._losses)

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Set this step's learning rate, and forget the batches before it."""
        model = self.model  # Keras' property: on jax it gives the variables their values back
        self._rate.set(self._rates[self._started])
        model.reset_metrics()
        self._started += 1
        if self._started == len(self._rates):
            model.stop_training = True  # `fit` looks at it after the batch

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Note the loss; stop if it has left."""
        logs = logs or {}
        if "loss" not in logs:
            raise ValueError(
                f"LRFinder needs `loss` in the logs of `fit`. Received: {sorted(logs)}. "
                "Return it from your `train_step`."
            )
        self._losses[self._epoch_start + batch // self._batches] = logs["loss"]
        if self._stop() is not None:
            self._stoppable.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Stop when the data have run out; not when only the last batch begun was not there."""
        if len(self._losses) == self._epoch_start:
            self.model.stop_training = True
        elif len(self._losses) < self._started == len(self._rates) and self._stop() is None:
            self.model.stop_training = False

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Put everything back, and say what was seen."""
        self.restore()
        stop = self._stop()
        losses = self._in_order()[:stop]
        if stop is None and len(losses) < len(self._rates):
            why = f"the data ended after {len(losses)} of {len(self._rates)} steps"
            warnings.warn(f"LRFinder: {why}. Pass more `epochs` to `fit`.", stacklevel=2)
        elif stop is None:
            why = "all steps were made"
        elif np.isfinite(losses[-1]):
            why = "stopped because the loss had risen far above its best"
        else:
            why = f"stopped because the loss was {losses[-1]}"
        self.result = LRCurve(self._rates[: len(losses)], losses, why)

    def restore(self) -> None:
        """Put everything back after a ``fit`` that was broken off; else there is nothing to."""
        if self._snapshot is None:
            return
        self._rate.restore()
        self._snapshot.restore()
        self._snapshot = None
        self.model.stop_training = False

    def _check_model(self) -> None:
        if self._snapshot is not None:
            raise ValueError(
                "LRFinder expected a finished search. Received: one that was broken off, whose "
                "model is as it was then. Call `restore()` on the finder first."
            )
        if not isinstance(self.model.optimizer, keras.optimizers.Optimizer):
            raise ValueError(
                "LRFinder needs a model compiled with a Keras optimizer. Received: "
                f"optimizer={self.model.optimizer!r}. Call `model.compile(...)`."
            )
        if not self.model.built:
            raise ValueError(
                "LRFinder needs a model whose variables exist. Received: one that is not built. "
                "Give it a keras.Input, or call it on a batch first."
            )

    def _available_steps(self) -> int:
        """Give the length of the ramp: ``steps``, or what this ``fit`` will make."""
        batches, epochs = self.params.get("steps"), self.params.get("epochs") or 1
        if not batches:
            return self.steps
        there_are = epochs * math.ceil(batches / self.model.steps_per_execution)
        if there_are < self.steps:
            warnings.warn(
                f"LRFinder: this `fit` has {there_are} steps for `steps={self.steps}`, so that "
                f"each is larger. Pass epochs={math.ceil(self.steps * epochs / there_are)}.",
                stacklevel=2,
            )
        return min(self.steps, there_are)

    def _in_order(self) -> np.ndarray:
        """The losses up to the first that has not been told yet."""
        told = dict(self._losses)
        count = next(i for i in range(len(told) + 1) if i not in told)
        return np.array([told[i] for i in range(count)])

    def _stop(self) -> int | None:
        """How many losses there are up to and with the one that ended the search, or None."""
        calm = math.ceil(CALM * len(self._rates))
        return first_divergence(self._in_order(), self.stop_factor, calm)


def first_divergence(losses: np.ndarray, factor: float = 4.0, calm: int = 0) -> int | None:
    """Count the losses up to the first that is not finite, or too far above the best.

    ``median of the last three - best > (factor - 1) * max(|best|, |first|)``

    Args:
        losses: (steps,), of any sign.
        factor: above 1.
        calm: losses at the start that may be anything finite.

    Example:

    >>> first_divergence(np.array([2.0, 1.0, 1.5, 9.0, 9.5, 9.9])), first_divergence([-1, -3, 0])
    (5, None)
    """
    losses = np.asarray(losses, float)
    broken = np.flatnonzero(~np.isfinite(losses))
    losses = losses[: broken[0]] if len(broken) else losses
    if len(losses) > 2:
        recent = losses.copy()
        recent[2:] = np.median([losses[:-2], losses[1:-1], losses[2:]], axis=0)
        best = np.minimum.accumulate(recent)
        above = (recent - best) / (factor - 1) > np.maximum(np.abs(best), abs(losses[0]))
        above[: max(calm, 2)] = False
        if above.any():
            return int(above.argmax()) + 1
    return int(broken[0]) + 1 if len(broken) else None


def lr_find(
    model: keras.Model,
    data: Any,
    y: Any = None,
    *,
    min_lr: float = 1e-7,
    max_lr: float = 10.0,
    steps: int = 100,
    stop_factor: float = 4.0,
    **fit_arguments: Any,
) -> LRCurve:
    """Search for a learning rate, and leave the model as it was, however the search ends.

    As `LRFinder`, which says what is restored and what cannot be, in one call: the data are
    gone through as often as ``steps`` asks; and all is put back also when the data raise an
    error or the search is interrupted (Ctrl-C).

    Args:
        model: a compiled model.
        data: what ``fit`` takes as ``x``: arrays, a ``tf.data.Dataset``, a ``PyDataset``, ...
        y: targets, where ``data`` are arrays.
        min_lr, max_lr, steps, stop_factor: as in `LRFinder`.
        **fit_arguments: more arguments of ``fit``, such as ``batch_size``.

    Returns:
        An `LRCurve`.

    Raises:
        ValueError: as `LRFinder`.

    Example:

    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    >>> model.compile("adam", "mse")
    >>> x = np.random.default_rng(0).normal(size=(64, 4))
    >>> curve = lr_find(model, x, x[:, :1], batch_size=16)
    >>> axes = curve.plot()
    """
    finder = LRFinder(min_lr, max_lr, steps, stop_factor)
    callbacks = [*keras.tree.flatten(fit_arguments.pop("callbacks", None) or []), finder]
    # A generator has one pass, unless it is told how long an epoch is.
    once = hasattr(data, "__next__") and "steps_per_epoch" not in fit_arguments
    arguments = {"epochs": 1 if once else steps, "verbose": 0, **fit_arguments}
    before = {name: vars(model).get(name) for name in ("stop_training", "history")}
    if keras.backend.backend() == "tensorflow" and not model.built:
        _build(model, data)  # the other backends' `fit` does it
    try:
        model.fit(data, y, callbacks=callbacks, **arguments)
    finally:
        finder.restore()
        for name, value in before.items():
            setattr(model, name, value)
    assert finder.result is not None
    return finder.result


def _build(model: keras.Model, data: Any) -> None:
    """Build a model from the shapes of the data, without taking anything from them."""
    import tensorflow as tf

    if isinstance(data, tf.data.Dataset):
        spec = data.element_spec
        first = spec[0] if isinstance(spec, tuple) else spec
    elif isinstance(data, keras.utils.PyDataset):
        first = data[0][0]
    elif hasattr(data, "__iter__") and not hasattr(data, "__len__"):
        return  # taking a batch would lose it: the callback says what to do
    else:
        first = data
    model(keras.tree.map_structure(_symbol, first))


def _symbol(array: Any) -> keras.KerasTensor:
    array = array if hasattr(array, "dtype") else np.asarray(array)
    dtype = keras.backend.standardize_dtype(array.dtype)
    return keras.KerasTensor((None, *array.shape[1:]), dtype)
