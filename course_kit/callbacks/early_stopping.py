"""Early stopping that survives NaN, baselines, moving averages and a second fit.

Prechelt, "Early stopping - but when?", 1998. Decks: C, Lecture 10.2 ("when validation error
plateaus for some time, stop; return the copy of the weights stored"); U, Lecture 4, "Early
stopping"; S, Lecture 5.
"""

import logging
import warnings
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from course_kit.callbacks.variables import assign, averages_weights, copies


class EarlyStopping(keras.callbacks.EarlyStopping):
    """Stop when a metric has not improved for ``patience`` epochs, and go back to the best.

    Takes the place of ``keras.callbacks.EarlyStopping``, and differs from it in this:

    - An epoch with NaN is never the best one, not even the first.
    - A ``baseline`` that is not beaten within ``patience`` epochs stops the training, also
      while the metric still improves.
    - With an optimizer that averages weights (``use_ema=True``), the average of the best
      epoch comes back, not the raw weights. (With ``keras.callbacks.SwapEMAWeights``, name
      this callback before it.)
    - The best weights are copied on the device where they are.
    - When nothing could be restored, a warning says why.

    Where ``fit`` raises, it ends no callback: the model keeps the weights that it has, and
    ``on_train_end()``, called by hand, brings the best ones back.

    Args:
        monitor: name of the metric, as in the logs of ``fit``.
        min_delta: smallest change that counts, in units of the metric.
        patience: epochs without improvement after which to stop.
        verbose: 1 prints what is done, 0 is silent.
        mode: ``"min"``, ``"max"``, or ``"auto"`` to infer it from the metric.
        baseline: value of the metric to be beaten within ``patience`` epochs.
        restore_best_weights: whether the model ends with the weights of the best epoch.
        start_from_epoch: epochs of warm-up that are not looked at.
        restore_optimizer: whether the optimizer's state (moments, step, learning rate) goes
            back with the weights. Needs ``restore_best_weights``; keeps a copy of the state.
        resume: whether ``best``, its weights and the patience already spent carry over to
            the next ``fit``. A run that had stopped begins with new patience.

    Raises:
        ValueError: ``restore_optimizer`` without ``restore_best_weights``; or, at the first
            epoch's end, ``mode="auto"`` with a metric whose direction cannot be inferred.

    Example:

    >>> import numpy as np
    >>> model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> stopping = EarlyStopping("loss", patience=2, baseline=-1.0)
    >>> history = model.fit(np.ones((8, 5)), np.ones((8, 1)), epochs=9, verbose=0,
    ...                     callbacks=[stopping])
    >>> len(history.epoch)
    2
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
        restore_optimizer: bool = False,
        resume: bool = False,
    ) -> None:
        if restore_optimizer and not restore_best_weights:
            raise ValueError(
                "`restore_optimizer=True` needs `restore_best_weights=True`. Received: "
                f"restore_best_weights={restore_best_weights}. The optimizer's state belongs "
                "to the weights of its epoch."
            )
        super().__init__(
            monitor=monitor,
            min_delta=min_delta,
            patience=patience,
            verbose=verbose,
            mode=mode,
            baseline=baseline,
            restore_best_weights=restore_best_weights,
            start_from_epoch=start_from_epoch,
        )
        self.restore_optimizer = restore_optimizer
        self.resume = resume
        self.best: Any = None
        self.best_epoch = 0
        self.stopped_epoch: int = 0
        self._best_optimizer: list[Any] | None = None
        self._nothing_kept = "no epoch was completed"

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Forget the last run, or with ``resume`` only that it was stopped."""
        self._nothing_kept = "no epoch was completed"
        if self.resume:
            if self.stopped_epoch:
                self.wait = 0
            self.stopped_epoch = 0
        else:
            super().on_train_begin(logs)
            self._best_optimizer = None

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Compare this epoch with the best one; keep it, or lose patience."""
        if self.monitor_op is None:
            self._find_direction(logs or {})
        current = self.get_monitor_value(logs)
        if current is None:
            self._nothing_kept = f"the metric `{self.monitor}` was not available"
            return
        if epoch < self.start_from_epoch:
            self._nothing_kept = (
                f"training ended after epoch {epoch + 1}, within the warm-up of "
                f"start_from_epoch={self.start_from_epoch}"
            )
            return
        self.wait += 1
        if np.isnan(ops.convert_to_numpy(current)).any():
            self._nothing_kept = f"`{self.monitor}` was NaN in every epoch"
        elif self._is_improvement(current, self.best):
            self.best, self.best_epoch = current, epoch
            if self.restore_best_weights:
                self._keep()
            if self.baseline is None or self._is_improvement(current, self.baseline):
                self.wait = 0
        if self.wait > 0 and self.wait >= self.patience and epoch > 0:
            self._stop(epoch)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Bring the best epoch back, if that was asked for."""
        if self.stopped_epoch > 0 and self.verbose > 0:
            _say(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if not self.restore_best_weights:
            return
        if self.best_weights is None:
            warnings.warn(f"EarlyStopping restored no weights: {self._nothing_kept}.", stacklevel=2)
            return
        if self.verbose > 0:
            _say(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
        self._bring_back()

    def get_monitor_value(self, logs: Mapping[str, Any] | None) -> Any:
        """Return the metric, or None after a warning that names those there are."""
        logs = logs or {}
        if logs.get(self.monitor) is None:
            hint = ""
            if self.monitor.startswith("val_") and not any(n.startswith("val_") for n in logs):
                hint = " Pass `validation_data` or `validation_split` to `fit`."
            warnings.warn(
                f"Early stopping conditioned on metric `{self.monitor}` which is not available. "
                f"Available metrics are: {','.join(logs)}.{hint}",
                stacklevel=2,
            )
        return logs.get(self.monitor)

    def _find_direction(self, logs: Mapping[str, Any]) -> None:
        try:
            self._set_monitor_op()
        except ValueError as error:
            if self.monitor in logs:
                raise
            raise ValueError(f"{error} Available metrics are: {','.join(logs)}.") from None

    def _stop(self, epoch: int) -> None:
        self.stopped_epoch = epoch
        self.model.stop_training = True
        if averages_weights(getattr(self.model, "optimizer", None)) and self.params:
            # SwapEMAWeights settles the averages in what it takes for the last epoch, and
            # all callbacks share these parameters.
            self.params["epochs"] = epoch + 1

    def _keep(self) -> None:
        """Copy the model's weights, and the optimizer's variables if they will be needed."""
        if not isinstance(self.model, keras.Model):
            self.best_weights = self.model.get_weights()
            return
        self.best_weights = copies(self.model.weights)
        optimizer = self.model.optimizer
        if self.restore_optimizer or averages_weights(optimizer):
            self._best_optimizer = copies(optimizer.variables)

    def _bring_back(self) -> None:
        if not isinstance(self.model, keras.Model):
            self.model.set_weights(self.best_weights)
            return
        assign(self.model.weights, self.best_weights)
        if self._best_optimizer is None:
            return
        optimizer = self.model.optimizer
        latest = None if self.restore_optimizer else copies(optimizer.variables)
        assign(optimizer.variables, self._best_optimizer)
        # `fit` has let the last epoch's averages replace the weights; now the best one's do.
        optimizer.finalize_variable_values(self.model.trainable_variables)
        if latest is not None:
            assign(optimizer.variables, latest)


def _say(message: str) -> None:
    if keras.config.is_interactive_logging_enabled():
        print(message)
    else:
        logging.getLogger(__name__).info(message)
