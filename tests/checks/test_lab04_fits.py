"""Lab 04's fits use one compiled model; each finds it as if it were new."""

import contextlib
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from handed_in import source

from course_kit.authoring.answers import names_with
from course_kit.checks import check_in
from course_kit.checks.lab04_learning_rate import probes

ANSWER = """
def sweep_rates(low, high, steps):
    return sweep(low, high, steps)
"""


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


@pytest.mark.parametrize("exercise", ["sweep_rates", "range_test"])
@pytest.mark.parametrize(
    "wrong",
    [
        lambda low, high, steps: np.linspace(low, high, steps),
        lambda low, high, steps: list(np.geomspace(low, high, steps + 1)),
        lambda low, high, steps: None,
    ],
    ids=["equal differences", "one too many", "nothing"],
)
def test_wrong_sweep_costs_no_points_but_its_own(exercise, wrong):
    """The range test is judged with a right sweep."""
    other = names_with(source("04_learning_rate"), {"sweep_rates": ANSWER})
    other["sweep"] = wrong
    result = check_in(other, exercise)
    assert result.passed == (exercise == "range_test")


def test_second_fit_goes_on_with_the_optimizers_count():
    """As in a notebook: Keras sets it back in no fit."""
    seen = []

    class Counted(EveryStep):
        def on_train_batch_begin(self, batch, logs=None):
            seen.append(int(self.model.optimizer.iterations))
            super().on_train_batch_begin(batch, logs)

    probes.every_step(SimpleNamespace(EveryStep=Counted), np.ones(2), 1, 2, 2, 9.0)
    assert seen == [0, 1, 2, 3]
