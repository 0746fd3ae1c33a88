"""Lab 05's callbacks are led with one model of each kind; each finds it as if it were new."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest

from course_kit.checks.lab05_regularization import probes


class Right(keras.callbacks.Callback):
    """Keeps the lowest; with NaN alone, the weights that it finds at the beginning."""

    def __init__(self, monitor, patience, min_delta, mode):
        super().__init__()
        self.monitor = monitor

    def on_train_begin(self, logs=None):
        self.best, self.kept = np.inf, self.model.get_weights()

    def on_epoch_end(self, epoch, logs=None):
        if logs[self.monitor] < self.best:
            self.best, self.kept = logs[self.monitor], self.model.get_weights()

    def on_train_end(self, logs=None):
        self.model.set_weights(self.kept)


class Leaving(Right):
    """Leaves a model that has stopped, with the weights of the last epoch."""

    def on_train_end(self, logs=None):
        self.model.stop_training = True


@pytest.mark.parametrize("normalized", [False, True])
def test_what_a_callback_leaves_behind_does_not_reach_the_next(normalized):
    values, weights = np.array([[2.0, 1.0, 3.0]]), np.arange(12.0).reshape(1, 3, 4)
    settings = 5, 0.0, False, normalized
    probes.stopping(SimpleNamespace(EarlyStop=Leaving), values, weights, *settings)
    for asked, desired in ((values, weights[:, 1]), (values * np.nan, np.zeros((1, 4)))):
        epochs, left = probes.stopping(SimpleNamespace(EarlyStop=Right), asked, weights, *settings)
        np.testing.assert_array_equal(epochs, [3])
        np.testing.assert_array_equal(left, desired)
