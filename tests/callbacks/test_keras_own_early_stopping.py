"""Keras' own unit tests of early stopping, with ours in its place.

They travel in the Keras wheel; where somebody stripped them there is nothing to run.
"""

from types import SimpleNamespace

import pytest

from course_kit.callbacks import EarlyStopping

early_stopping_test = pytest.importorskip("keras.src.callbacks.early_stopping_test")


@pytest.fixture(autouse=True)
def _ours_in_place(monkeypatch, keras_as_it_was):
    monkeypatch.setattr(
        early_stopping_test, "callbacks", SimpleNamespace(EarlyStopping=EarlyStopping)
    )


class TestEarlyStopping(early_stopping_test.EarlyStoppingTest):
    pass
