"""Lab 04's fits use one compiled model; each finds it as if it were new."""

import contextlib
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from course_kit.checks.lab04_learning_rate import probes


class EveryStep(keras.callbacks.Callback):
    """A right answer."""

    def __init__(self, schedule):
        super().__init__()
        self.schedule = schedule

    def on_train_batch_begin(self, batch, logs=None):
        self.model.optimizer.learning_rate = self.schedule(batch)


class Replacing(keras.callbacks.Callback):
    """Puts something else where the model had its rate or its optimizer, and leaves it there."""

    def __init__(self, whole):
        super().__init__()
        self.whole = whole

    def on_train_begin(self, logs=None):
        if self.whole:
            self.model.optimizer = keras.optimizers.SGD(3.0)
        else:
            decay = keras.optimizers.schedules.ExponentialDecay(3.0, 1, 0.5)
            self.model.optimizer.learning_rate = decay


@pytest.mark.parametrize("whole", [False, True])
def test_what_a_callback_leaves_behind_does_not_reach_the_next_fit(whole):
    right = SimpleNamespace(EveryStep=EveryStep)
    wrong = SimpleNamespace(EveryStep=lambda schedule: Replacing(whole))
    asked = np.array([2.0, 0.5, 1.0]), 1, 3, 1, 9.0
    with contextlib.suppress(Exception):  # whatever Keras thinks of that
        probes.every_step(wrong, *asked)
    np.testing.assert_array_equal(probes.every_step(right, *asked), [[-2.0, -2.5, -3.5]])
    assert probes._one_weight(0.0, 1.0).optimizer.iterations == 0
