"""Averages of the weights along training, exponential or equal, with the statistics to match.

Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992; Izmailov
et al., "Averaging weights leads to wider optima and better generalization", 2018, algorithm 1.
Deck: U, Lecture 4, the table of ingredients, row "SWA".
"""

import functools
import warnings
from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from course_kit.callbacks.running_average import (
    RunningAverage,
    equal_share,
    exponential_share,
    settings_of,
    start,
    step,
)
from course_kit.callbacks.snapshot import RandomStates
from course_kit.callbacks.variables import assign, averages_weights, compiled, copies
from course_kit.inference.recalibrate import KINDS, recalibrate_batch_normalization


class WeightAverage(keras.callbacks.Callback):
    """Average the weights along training, and end with the averages in the model.

    ``kind="ema"``, after each step t, with the weights w_t::

        average_t = (1 - decay) * sum_i decay**(t - i) * w_i / (1 - decay**t)

    ``kind="swa"``, at the end of every ``period``-th epoch from ``start_epoch`` on::

        average_n = (w_1 + ... + w_n) / n

    Where it gets them: the weights from the model between the steps of ``fit``, on the device
    (on jax, the model's state is synced for that); the data only from ``data``. Training
    itself is not changed.

    Averages are of the trainable weights. The moving statistics of batch normalization belong
    to other weights than the averages: with ``data`` they are recomputed over it, in one pass.
    Without, they are averaged like weights, which fits only nearly, and a warning says so.

    ``swap()`` exchanges the averages in the model and the weights as they were trained. Both
    stay reachable until the next ``fit``, which starts afresh from what is in the model.

    Weights with NaN or infinity are left out, and a warning counts them. Where ``fit`` raises,
    it ends no callback: the model keeps the weights that it has (`in_model` tells which), and
    ``on_train_end()``, called by hand, puts the averages in.

    With ``EarlyStopping(restore_best_weights=True)``: under ``evaluate=True`` name it after
    this callback, and what comes back is the average of the best epoch. Otherwise name it
    before: the averages up to the stop take the place of what it restores.

    Memory: a copy of the weights while training, in float32 at least, and one more after it.
    Time: an update goes through all weights, about as the optimizer's own does.

    Args:
        kind: ``"ema"`` or ``"swa"``.
        data: what `course_kit.inference.recalibrate_batch_normalization` takes, such as the
            training inputs. Not looked at where there is no batch normalization.
        decay: weight of the past in a step, in [0, 1): the average looks back about
            ``1 / (1 - decay)`` steps. Of ``"ema"``; 0.999 if None.
        update_every: steps from one update to the next. The past then weighs
            ``decay**update_every``, so that the average looks as far back. Of ``"ema"``.
        debias: whether the first weights count no more than others; without, the average
            begins as the first weights and holds ``decay**(t - 1)`` of them. Of ``"ema"``.
        start_epoch: first epoch that is averaged, from 0. If None, 0 for ``"ema"``, and after
            three quarters of the epochs for ``"swa"``, as in the paper.
        period: epochs from one update to the next. Of ``"swa"``.
        evaluate: whether validation, and callbacks at the end of an epoch that are named
            after this one, see the averages. With ``data``, each epoch costs one more pass;
            a pipeline that reshuffles must then be another than the one that is trained on.
        batch_size: examples in a batch of ``data``, where that is arrays: as in training.

    Attributes:
        in_model: ``"weights"`` or ``"averages"``: what the model has now.

    Raises:
        ValueError: arguments out of range or of the other kind; in ``fit``, an optimizer that
            averages weights itself.

    Example:

    >>> import numpy as np
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> average = WeightAverage("ema", decay=0.9)
    >>> x = np.ones((32, 2))
    >>> history = model.fit(x, x[:, :1], epochs=2, verbose=0, callbacks=[average])
    >>> average.in_model
    'averages'
    >>> average.swap()  # and the weights as they were trained are back
    """

    def __init__(
        self,
        kind: str = "ema",
        data: Any = None,
        *,
        decay: float | None = None,
        update_every: int | None = None,
        debias: bool | None = None,
        start_epoch: int | None = None,
        period: int | None = None,
        evaluate: bool = False,
        batch_size: int = 32,
    ) -> None:
        super().__init__()
        given = {"decay": decay, "update_every": update_every, "debias": debias, "period": period}
        settings = settings_of(kind, given)
        if start_epoch is not None and start_epoch < 0:
            raise ValueError(
                f"`start_epoch` counts from 0. Received: start_epoch={start_epoch}. "
                "None begins where the kind of average usually does."
            )
        self.kind, self.data, self.batch_size = kind, data, batch_size
        self.start_epoch, self.evaluate = start_epoch, evaluate
        self._decay, self._every = settings.get("decay", 0.0), settings.get("update_every", 1)
        self._period = settings.get("period", 1)
        share = functools.partial(exponential_share, debias=settings.get("debias", True))
        self._share = share if kind == "ema" else equal_share
        # The end of a batch only notes a number, and may be told late; but a validation that
        # starts right after the epoch has to know how many steps there were.
        self.async_safe = not evaluate
        self.in_model = "weights"
        self._average: RunningAverage | None = None
        self._aside: list[Any] = []
        self._training = False

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Forget the last run."""
        if averages_weights(self.model.optimizer):
            raise ValueError(
                "WeightAverage needs an optimizer that does not average. Received: one with "
                "use_ema=True, whose averages are weights to nobody else. Use one of the two."
            )
        self._average, self._aside = None, []
        self._steps = self._last = 0  # made in all; made when the average was last updated
        self._first = self._first_epoch()
        self.in_model, self._training = "weights", True

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Go on with the weights as they are trained."""
        if self.in_model == "averages":
            self.swap()
        self._epoch, self._epoch_start, self._closed = epoch, self._steps, False
        self._ended: set[int] = set()
        if epoch <= self._first:
            self._last = self._steps

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Look at the weights that the step before has made.

        So no step has to wait for the end of the last; and a batch may begin that the data
        turn out not to have.
        """
        if batch > 0:
            self._note(self._epoch_start + batch)

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Note that this step was made."""
        self._ended.add(batch)

    def on_test_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Put the averages in for a validation within ``fit``."""
        if self._training and self.evaluate:
            self._close()
            self._put_in()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Look at the weights that the last step has made."""
        self._close()
        if self.evaluate:
            self._put_in()

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Put the averages into the model, and say what they lack."""
        self._training = False
        self._put_in()
        if self.in_model == "weights":
            warnings.warn(
                "WeightAverage averaged nothing, and the model keeps its weights: none were "
                f"finite, or the {self._steps} steps ended before start_epoch={self._first} or "
                f"update_every={self._every}.",
                stacklevel=2,
            )
        elif self._average is not None and (count := int(self._average.left_out)):
            warnings.warn(
                f"WeightAverage left out the weights of {count} updates that were not finite.",
                stacklevel=2,
            )

    def swap(self) -> None:
        """Exchange the averages in the model and the weights as they were trained.

        Raises:
            ValueError: nothing has been averaged yet.
        """
        if not self._aside:
            raise ValueError(
                "WeightAverage has nothing to swap. Received: no finished `fit` that averaged. "
                "Call `model.fit(..., callbacks=[average])` first."
            )
        aside, self._aside = self._aside, copies(self._exchanged)
        assign(self._exchanged, aside)
        self.in_model = "weights" if self.in_model == "averages" else "averages"

    def _first_epoch(self) -> int:
        if self.start_epoch is not None:
            return self.start_epoch
        epochs = (self.params or {}).get("epochs") or 1
        return 0 if self.kind == "ema" else int(0.75 * epochs)

    def _close(self) -> None:
        """Count the epoch's steps, and do what is due at its end; once."""
        if self._closed:
            return
        self._closed = True
        made = max(self._ended, default=-1) + 1
        # The last execution of several steps may be told as if it had been full.
        made = min(made, (self.params or {}).get("steps") or made)
        if self.kind == "ema":
            self._note(self._epoch_start + made)
        elif self._epoch >= self._first and (self._epoch - self._first) % self._period == 0:
            self._update(1)
        self._steps = self._epoch_start + made

    def _note(self, steps: int) -> None:
        """Update an exponential average, if enough steps were made since the last time."""
        if self.kind == "ema" and self._epoch >= self._first and steps - self._last >= self._every:
            self._update(steps - self._last)
            self._last = steps

    def _update(self, steps: int) -> None:
        model = self.model  # Keras' property: on jax it gives the variables their values back
        if self._average is None:
            self._begin(model)
        pull = ops.convert_to_tensor(1 - self._decay**steps, "float32")
        newest = [ops.convert_to_tensor(v) for v in self._averaged]
        self._average = self._step(self._average, newest, pull)

    def _begin(self, model: keras.Model) -> None:
        found = (layer for layer in model._flatten_layers() if isinstance(layer, KINDS))
        normalizations = [layer for layer in found if layer.trainable]
        statistics = [v for layer in normalizations for v in layer.non_trainable_weights]
        self._recalibrates = bool(normalizations) and self.data is not None
        self._exchanged = [*model.trainable_variables, *statistics]
        self._averaged = model.trainable_variables if self._recalibrates else self._exchanged
        if normalizations and self.data is None:
            warnings.warn(
                "WeightAverage without `data` averages batch normalization's moving statistics, "
                "which then fit the averaged weights only nearly. Pass data=x_train.",
                stacklevel=2,
            )
        self._average = start(self._averaged)
        self._step = compiled(functools.partial(step, self._share))

    def _put_in(self) -> None:
        if self.in_model == "averages" or self._average is None or not float(self._average.mass):
            return
        model = self.model
        self._aside = copies(self._exchanged)
        self.in_model = "averages"
        assign(self._averaged, self._average.values)
        if self._recalibrates:
            random = RandomStates()  # loaders draw from them, and training goes on
            recalibrate_batch_normalization(model, self.data, self.batch_size)
            random.restore()
