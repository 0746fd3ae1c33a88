"""Keras' own unit tests of normalization, with our layers in the place of Keras'.

They travel in the Keras wheel; where somebody stripped them there is nothing to run.
"""

from types import SimpleNamespace

import keras
import pytest

from course_kit import layers

HOME = "keras.src.layers.normalization"
# Keras marks one test for backends that train; all of ours do, and the mark is not registered.
with pytest.MonkeyPatch.context() as patch:
    patch.setitem(vars(pytest.mark), "requires_trainable_backend", lambda test: test)
    batch_test = pytest.importorskip(f"{HOME}.batch_normalization_test")
layer_test = pytest.importorskip(f"{HOME}.layer_normalization_test")
group_test = pytest.importorskip(f"{HOME}.group_normalization_test")

OURS = SimpleNamespace(
    BatchNormalization=layers.BatchNormalization,
    LayerNormalization=layers.LayerNormalization,
    GroupNormalization=layers.GroupNormalization,
    Input=keras.Input,
    Masking=keras.layers.Masking,
)


@pytest.fixture(autouse=True)
def _ours_in_place(monkeypatch, keras_as_it_was):
    for module in (batch_test, layer_test, group_test):
        monkeypatch.setattr(module, "layers", OURS)


class TestBatchNormalization(batch_test.BatchNormalizationTest):
    pass


# `rms_scaling` warns, and means to.
@pytest.mark.filterwarnings("ignore:`rms_scaling=True` is deprecated")
class TestLayerNormalization(layer_test.LayerNormalizationTest):
    pass


class TestGroupNormalization(group_test.GroupNormalizationTest):
    pass
