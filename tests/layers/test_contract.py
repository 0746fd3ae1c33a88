"""What every layer of the package promises, whichever backend runs it.

A new layer joins by one line in ``CASES``: its class, a function that gives its
constructor's arguments, and the shape of a batch. What it promises beyond the common
contract (identity at inference, randomness) is said in that line and tested too.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import pytest

from course_kit import layers

Dense, Conv1D, Conv2D = keras.layers.Dense, keras.layers.Conv1D, keras.layers.Conv2D


@dataclass(frozen=True)
class Case:
    layer: type
    arguments: Callable[[], dict]
    shape: tuple[int, ...]
    random: bool = False  # differs from call to call while training
    identity: bool = False  # returns its input at inference
    adapts: bool = False  # computes with statistics of the training data
    trains_alone: bool = False  # training is the default outside a model, as of Keras' own

    def make(self, **more):
        layer = self.layer(**self.arguments(), **more)
        if self.adapts:
            layer.adapt(self.batch())
        return layer

    def batch(self):
        return np.random.default_rng(5).uniform(0.5, 1.5, self.shape).astype("float32")


SEQUENCE, IMAGE, VOLUME = (6, 5, 4), (6, 4, 4, 8), (6, 2, 3, 2, 8)
PICTURE = (6, 5, 5, 3)
DROP = {"random": True, "identity": True}
AUGMENT = {**DROP, "trains_alone": True}
VANILLA = {"random": True}
CASES = {
    "dropout": Case(layers.Dropout, lambda: dict(rate=0.5, seed=1), SEQUENCE, **DROP),
    "dropout_tenth": Case(layers.Dropout, lambda: dict(rate=0.1, seed=1), IMAGE, **DROP),
    "dropout_noise": Case(
        layers.Dropout, lambda: dict(rate=0.5, noise_shape=(None, 1, 4), seed=1), SEQUENCE, **DROP
    ),
    "dropout_zero": Case(layers.Dropout, lambda: dict(rate=0), SEQUENCE, identity=True),
    "dropout_vanilla": Case(
        layers.Dropout, lambda: dict(rate=0.5, seed=1, scaling="vanilla"), SEQUENCE, **VANILLA
    ),
    "spatial_1d": Case(layers.SpatialDropout1D, lambda: dict(rate=0.5, seed=1), SEQUENCE, **DROP),
    "spatial_2d": Case(layers.SpatialDropout2D, lambda: dict(rate=0.5, seed=1), IMAGE, **DROP),
    "spatial_2d_first": Case(
        layers.SpatialDropout2D,
        lambda: dict(rate=0.5, seed=1, data_format="channels_first", scaling="vanilla"),
        IMAGE,
        **VANILLA,
    ),
    "spatial_3d": Case(layers.SpatialDropout3D, lambda: dict(rate=0.5, seed=1), VOLUME, **DROP),
    "stochastic_depth": Case(
        layers.StochasticDepth, lambda: dict(rate=0.5, seed=1), (32, 3, 3, 2), **DROP
    ),
    "drop_connect_dense": Case(
        layers.DropConnect, lambda: dict(layer=Dense(7), rate=0.5, seed=1), SEQUENCE, random=True
    ),
    "drop_connect_conv_1d": Case(
        layers.DropConnect,
        lambda: dict(layer=Conv1D(3, 2, activation="relu"), rate=0.3, seed=1, scaling="vanilla"),
        SEQUENCE,
        random=True,
    ),
    "drop_connect_conv_2d": Case(
        layers.DropConnect,
        lambda: dict(layer=Conv2D(3, 3, padding="same"), rate=0.5, seed=1),
        IMAGE,
        random=True,
    ),
    # momentum=1 holds the averages still, as the contract's inference has to repeat itself.
    "batch_norm": Case(layers.BatchNormalization, lambda: dict(momentum=1.0), IMAGE),
    "batch_norm_axes": Case(
        layers.BatchNormalization, lambda: dict(axis=[3, 1], momentum=1.0), IMAGE
    ),
    "batch_norm_renorm": Case(
        layers.BatchNormalization,
        lambda: dict(
            momentum=1.0,
            epsilon=0.0,  # else the averages of deviation and of variance start apart
            renorm=True,
            renorm_momentum=1.0,
        ),
        SEQUENCE,
        identity=True,
    ),
    "batch_norm_mean_only": Case(
        layers.BatchNormalization,
        lambda: dict(momentum=1.0, mean_only=True),
        SEQUENCE,
        identity=True,  # the moving mean starts at zero
    ),
    "layer_norm": Case(layers.LayerNormalization, dict, SEQUENCE),
    "layer_norm_image": Case(layers.LayerNormalization, lambda: dict(axis=[1, 2, 3]), IMAGE),
    "layer_norm_axes": Case(layers.LayerNormalization, lambda: dict(axis=[-1, 1]), IMAGE),
    "group_norm": Case(layers.GroupNormalization, lambda: dict(groups=2), IMAGE),
    "group_norm_first": Case(
        layers.GroupNormalization, lambda: dict(groups=-1, axis=1), (6, 4, 3, 5)
    ),
    "group_norm_volume": Case(layers.GroupNormalization, lambda: dict(groups=4), VOLUME),
    "instance_norm": Case(layers.InstanceNormalization, lambda: dict(epsilon=1e-5), IMAGE),
    "batch_channel_norm": Case(
        layers.BatchChannelNormalization, lambda: dict(groups=2, momentum=1.0), IMAGE
    ),
    "weight_norm_dense": Case(
        layers.WeightNormalization, lambda: dict(layer=Dense(7, activation="tanh")), SEQUENCE
    ),
    "weight_norm_conv": Case(
        layers.WeightNormalization, lambda: dict(layer=Conv2D(3, 3, padding="same")), IMAGE
    ),
    "weight_standard_conv": Case(
        layers.WeightStandardization,
        lambda: dict(layer=Conv2D(3, 3, padding="same"), epsilon=1e-4),
        IMAGE,
    ),
    "weight_noise_dense": Case(
        layers.WeightNoise, lambda: dict(layer=Dense(7), stddev=0.1, seed=1), SEQUENCE, random=True
    ),
    "weight_noise_conv": Case(
        layers.WeightNoise,
        lambda: dict(layer=Conv2D(3, 3, padding="same"), stddev=0.1, relative=True, seed=1),
        IMAGE,
        random=True,
    ),
    "pca_whitening": Case(
        layers.PCAWhitening, lambda: dict(n_components=3, epsilon=0.1), SEQUENCE, adapts=True
    ),
    "pca_whitening_zca": Case(layers.PCAWhitening, lambda: dict(zca=True), IMAGE, adapts=True),
    "centering_image": Case(layers.Centering, lambda: dict(kind="mean_image"), IMAGE, adapts=True),
    "centering_given": Case(
        layers.Centering,
        lambda: dict(kind="channel_standard", mean=[0.1] * 4, std=0.2, axis=1),
        IMAGE,
    ),
}


def still():
    """A batch norm whose averages stand still."""
    return layers.BatchNormalization(momentum=1.0)


CASES |= {
    "residual_dense": Case(
        layers.Residual, lambda: dict(branch=Dense(4, activation="relu")), SEQUENCE
    ),
    "residual_projection": Case(
        layers.Residual,
        lambda: dict(branch=Conv2D(6, 3, strides=2, padding="same"), shortcut="projection"),
        IMAGE,
    ),
    "residual_pad": Case(
        layers.Residual,
        lambda: dict(
            branch=keras.Sequential([Conv2D(9, 2, strides=2), layers.Dropout(0.0)]),
            shortcut="pad",
        ),
        IMAGE,
    ),
    "residual_concatenate": Case(
        layers.Residual, lambda: dict(branch=Conv1D(3, 1), merge="concatenate"), SEQUENCE
    ),
    "residual_block": Case(layers.ResidualBlock, lambda: dict(filters=8, norm=still()), IMAGE),
    "residual_block_before": Case(
        layers.ResidualBlock,
        lambda: dict(filters=6, strides=2, preactivation=True, norm=still(), dropout=0.1),
        IMAGE,
        random=True,
    ),
    "residual_block_skipped": Case(
        layers.ResidualBlock,
        lambda: dict(filters=4, stochastic_depth=0.5, norm=None, activation="tanh"),
        (32, 5, 4),
        random=True,
    ),
    "bottleneck_block": Case(
        layers.BottleneckBlock,
        lambda: dict(filters=2, strides=2, width=2.0, groups=2, norm=still(), shortcut="pad"),
        IMAGE,
    ),
    "vgg_block": Case(layers.VGGBlock, lambda: dict(filters=6, depth=2, norm=still()), IMAGE),
    "cutout": Case(
        layers.Cutout,
        lambda: dict(size=0.4, fill_value=(0.0, 1.0, 2.0), seed=1),
        PICTURE,
        **AUGMENT,
    ),
    "pca_lighting": Case(
        layers.PCALighting, lambda: dict(value_range=(0, 1), seed=1), PICTURE, **AUGMENT
    ),
    "random_resized_crop": Case(
        layers.RandomResizedCrop, lambda: dict(height=5, width=5, seed=1), PICTURE, **AUGMENT
    ),
    "random_resized_crop_other_size": Case(
        layers.RandomResizedCrop,
        lambda: dict(height=7, width=3, scale=(0.5, 0.9), antialias=False, seed=1),
        PICTURE,
        random=True,
        trains_alone=True,
    ),
}


@pytest.fixture(params=CASES)
def case(request):
    keras.utils.set_random_seed(11)
    return CASES[request.param]


def as_array(tensor):
    return keras.ops.convert_to_numpy(keras.ops.cast(tensor, "float32"))


def classifier(layer, shape, **compile_arguments):
    model = keras.Sequential(
        [keras.Input(shape[1:]), layer, keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    model.compile(optimizer="sgd", loss="mse", **compile_arguments)
    return model


def test_config_holds_what_the_constructor_received(case):
    layer = case.make()
    layer(case.batch(), training=True)
    for name, value in case.arguments().items():
        if not isinstance(value, keras.Layer):
            assert layer.get_config()[name] == value, name


def test_config_survives_json(case):
    layer = case.make()
    text = json.dumps(keras.saving.serialize_keras_object(layer))
    again = keras.saving.deserialize_keras_object(json.loads(text))
    assert type(again) is case.layer
    assert again.get_config() == layer.get_config()
    assert json.loads(text)["registered_name"].startswith("course_kit>")


def test_saved_model_predicts_the_same(case, tmp_path):
    x = case.batch()
    model = classifier(case.make(), case.shape)
    model.fit(x, np.ones((len(x), 1)), epochs=1, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(model.predict(x, verbose=0), again.predict(x, verbose=0))
    for old, new in zip(model.weights, again.weights, strict=True):
        np.testing.assert_array_equal(as_array(old), as_array(new))


def test_symbolic_shape_is_the_shape_of_the_result(case):
    layer = case.make()
    for batch in (None, case.shape[0]):
        symbolic = layer(keras.Input(batch_shape=(batch, *case.shape[1:])))
        computed = layer.compute_output_shape((batch, *case.shape[1:]))
        assert symbolic.shape == tuple(computed)
    assert tuple(layer(case.batch()).shape) == symbolic.shape


@pytest.mark.parametrize("half", ["bfloat16", "float16"])
def test_mixed_precision_computes_in_half_and_stores_in_float32(case, half, dtype_policy):
    dtype_policy(f"mixed_{half}")
    layer = case.make()
    for training in (False, True):
        y = layer(case.batch(), training=training)
        assert keras.backend.standardize_dtype(y.dtype) == half
        assert np.isfinite(as_array(y)).all()
    assert {w.dtype for w in layer.weights} <= {"float32"}
    symbolic = layer(keras.Input(case.shape[1:]))
    assert symbolic.dtype == half


def test_mask_passes_through(case):
    x = case.batch()
    x[0, 1:] = 0.0
    inputs = keras.Input(case.shape[1:])
    masked = keras.layers.Masking()(inputs)
    layer = case.make()
    given = keras.Model(inputs, keras.layers.Masking().compute_mask(inputs))
    if not layer.supports_masking:
        with pytest.warns(UserWarning, match="does not support masking"):
            layer(masked)
        return
    kept = keras.Model(inputs, layer(masked)._keras_mask)
    np.testing.assert_array_equal(as_array(kept(x)), as_array(given(x)))


@pytest.mark.parametrize("jit_compile", [False, True])
def test_compiled_fit_with_a_short_last_batch(case, jit_compile):
    x = case.batch()
    model = classifier(case.make(), case.shape, jit_compile=jit_compile)
    before = [as_array(w) for w in model.trainable_weights]
    history = model.fit(x, np.ones((len(x), 1)), batch_size=4, epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    for old, new in zip(before, model.trainable_weights, strict=True):
        assert not np.array_equal(old, as_array(new)), new.path


def test_gradients_reach_the_input_and_every_weight(case, gradients):
    x = case.batch()
    layer = case.make()
    shape = layer(x).shape
    probe = np.random.default_rng(6).uniform(0.5, 1.5, shape)
    for gradient, name in zip(
        gradients(layer, x, probe),
        ["input", *(w.path for w in layer.trainable_weights)],
        strict=True,
    ):
        assert np.isfinite(gradient).all(), name
        assert np.any(gradient != 0), name


def test_same_seed_same_sequence(case):
    x = case.batch()
    sequences = []
    for _ in range(2):
        keras.utils.set_random_seed(12)
        layer = case.make()
        sequences.append([as_array(layer(x, training=True)) for _ in range(3)])
    np.testing.assert_array_equal(*sequences)
    differs = any(not np.array_equal(sequences[0][0], later) for later in sequences[0][1:])
    assert differs == case.random


def test_inference_repeats_itself(case):
    x = case.batch()
    layer = case.make()
    first = as_array(layer(x, training=False))
    layer(x, training=True)
    np.testing.assert_array_equal(as_array(layer(x, training=False)), first)
    if not case.trains_alone:
        np.testing.assert_array_equal(as_array(layer(x)), first)  # inference is the default
    assert (first.shape == x.shape and np.array_equal(first, x)) == case.identity
