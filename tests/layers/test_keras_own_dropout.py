"""Keras' own unit tests of dropout, with our layers in the place of Keras'.

They travel in the Keras wheel; where somebody stripped them there is nothing to run.
"""

from types import SimpleNamespace

import keras
import pytest

from course_kit import layers

dropout_test = pytest.importorskip("keras.src.layers.regularization.dropout_test")
spatial_dropout_test = pytest.importorskip("keras.src.layers.regularization.spatial_dropout_test")

OURS = SimpleNamespace(
    Dropout=layers.Dropout,
    SpatialDropout1D=layers.SpatialDropout1D,
    SpatialDropout2D=layers.SpatialDropout2D,
    SpatialDropout3D=layers.SpatialDropout3D,
    Input=keras.Input,
)


@pytest.fixture(autouse=True)
def _ours_in_place(monkeypatch, keras_as_it_was):
    monkeypatch.setattr(dropout_test, "layers", OURS)
    monkeypatch.setattr(spatial_dropout_test, "layers", OURS)


class TestDropout(dropout_test.DropoutTest):
    pass


class TestSpatialDropout(spatial_dropout_test.SpatialDropoutTest):
    pass
