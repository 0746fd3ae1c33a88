"""Keras' own unit tests of constraints and of the loss, with ours in the place of Keras'.

They travel in the Keras wheel; where somebody stripped them there is nothing to run.
"""

from types import SimpleNamespace

import keras
import pytest

from course_kit.constraints import MaxNorm
from course_kit.losses import SparseCategoricalCrossentropy

constraints_test = pytest.importorskip("keras.src.constraints.constraints_test")
losses_test = pytest.importorskip("keras.src.losses.losses_test")


def _with(module, **ours):
    return SimpleNamespace(**{**vars(module), **ours})


@pytest.fixture(autouse=True)
def _ours_in_place(monkeypatch, keras_as_it_was):
    constraints = _with(constraints_test.constraints, MaxNorm=MaxNorm)
    losses = _with(losses_test.losses, SparseCategoricalCrossentropy=SparseCategoricalCrossentropy)
    monkeypatch.setattr(constraints_test, "constraints", constraints)
    monkeypatch.setattr(losses_test, "losses", losses)


def test_ours_really_stand_there():
    assert constraints_test.constraints.MaxNorm is not keras.constraints.MaxNorm
    theirs = keras.losses.SparseCategoricalCrossentropy
    assert losses_test.losses.SparseCategoricalCrossentropy is not theirs


class TestConstraints(constraints_test.ConstraintsTest):
    pass


class TestSparseCategoricalCrossentropy(losses_test.SparseCategoricalCrossentropyTest):
    pass
