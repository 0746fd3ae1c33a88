"""Folding: the same predictions without the normalizations, and a reason for each that stays."""

import itertools
import re

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_kit import layers, models
from course_kit.inference import fold_batch_normalization as fold

K = keras.layers
KINDS = [K.BatchNormalization, layers.BatchNormalization]


def array(tensor):
    return np.array(keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(tensor)))


def randomize(model, seed=0):
    """Give every normalization statistics, gamma and beta; and every bias a value."""
    rng = np.random.default_rng(seed)
    values = {
        "moving_mean": lambda n: rng.normal(0, 0.5, n),
        "moving_variance": lambda n: rng.uniform(0.3, 3, n),
        "gamma": lambda n: rng.uniform(0.5, 1.5, n) * rng.choice([-1, 1], n),
        "beta": lambda n: rng.normal(0, 0.5, n),
        "bias": lambda n: rng.normal(0, 0.5, n),
        "g": lambda n: rng.uniform(0.5, 1.5, n),  # the lengths of weight normalization
    }
    for variable in model.variables:
        if variable.name in values:
            variable.assign(values[variable.name](variable.shape))
    return model


def inputs_for(model, seed=1, batch=3):
    rng = np.random.default_rng(seed)
    return [
        rng.normal(size=[batch if n is None else n for n in t.shape]).astype("float32")
        for t in model.inputs
    ]


def outputs(model, x):
    return [array(y) for y in keras.tree.flatten(model(x if len(x) > 1 else x[0]))]


def assert_same_predictions(model, folded, tolerance=1e-5):
    x = inputs_for(model)
    for before, after in zip(outputs(model, x), outputs(folded, x), strict=True):
        assert np.abs(before - after).max() <= tolerance * np.abs(before).max()
        assert np.ptp(before) > 1e-3  # a constant would prove nothing


def chain(shape, *made):
    return randomize(keras.Sequential([keras.Input(shape), *made]))


def norms_in(model):
    return [layer for layer in model._flatten_layers() if isinstance(layer, tuple(KINDS))]


SEQUENCE, IMAGE, VOLUME = (6, 3), (6, 5, 4), (4, 4, 3, 2)
LINEAR = {
    "dense": (lambda: K.Dense(5), (7,)),
    "dense of sequences": (lambda: K.Dense(5, use_bias=False), SEQUENCE),
    "conv 1d": (lambda: K.Conv1D(4, 3, padding="causal", dilation_rate=2), SEQUENCE),
    "conv 2d": (lambda: K.Conv2D(6, 3, strides=2, padding="same"), IMAGE),
    "conv 2d without bias": (lambda: K.Conv2D(6, 3, use_bias=False), IMAGE),
    "conv 2d in groups": (lambda: K.Conv2D(6, 3, groups=2), IMAGE),
    "conv 3d": (lambda: K.Conv3D(3, 2, padding="same"), VOLUME),
    "transposed 1d": (lambda: K.Conv1DTranspose(4, 3, strides=2), SEQUENCE),
    "transposed 2d": (lambda: K.Conv2DTranspose(6, 3, padding="same"), IMAGE),
    "transposed 3d": (lambda: K.Conv3DTranspose(3, 2, use_bias=False), VOLUME),
    "depthwise 1d": (lambda: K.DepthwiseConv1D(3, depth_multiplier=2), SEQUENCE),
    "depthwise 2d": (lambda: K.DepthwiseConv2D(3, depth_multiplier=3, padding="same"), IMAGE),
    "separable 1d": (lambda: K.SeparableConv1D(5, 3), SEQUENCE),
    "separable 2d": (lambda: K.SeparableConv2D(5, 3, depth_multiplier=2, use_bias=False), IMAGE),
    "einsum": (lambda: K.EinsumDense("ab,bc->ac", 5), (7,)),
    "einsum with ellipsis": (lambda: K.EinsumDense("...x,xy->...y", (5,), bias_axes="y"), SEQUENCE),
    "einsum with two units": (lambda: K.EinsumDense("abc,cde->abde", (6, 2, 5)), SEQUENCE),
    "einsum with a bias elsewhere": (
        lambda: K.EinsumDense("abc,cde->abde", (6, 2, 5), bias_axes="bd"),
        SEQUENCE,
    ),
    "weight normalization": (lambda: layers.WeightNormalization(K.Conv2D(6, 3)), IMAGE),
    "weight standardization": (lambda: layers.WeightStandardization(K.Dense(6)), (7,)),
}


@pytest.mark.parametrize(("name", "kind"), [*zip(LINEAR, itertools.cycle(KINDS), strict=False)])
def test_linear_layers_take_up_the_normalization_behind_them(name, kind):
    make, shape = LINEAR[name]
    model = chain(shape, make(), kind())
    folded, report = fold(model)
    assert [len(report.folded), len(report.left)] == [1, 0]
    assert len(folded.layers) == 1 and not norms_in(folded)
    assert type(folded.layers[0]) in (type(model.layers[0]), type(getattr(make(), "layer", None)))
    assert_same_predictions(model, folded)


@pytest.mark.parametrize(
    ("layer", "axis", "shape"),
    [
        (lambda: K.EinsumDense("abc,cde->abde", (6, 2, 5), bias_axes="e"), 2, SEQUENCE),
        (lambda: K.EinsumDense("abc,bcd->abd", (6, 5), bias_axes="d"), 1, SEQUENCE),
        (lambda: K.EinsumDense("ab...,bc->ac...", (4,), bias_axes="c"), 1, SEQUENCE),
        (lambda: K.Conv2D(6, 3), -1, IMAGE),
    ],
)
def test_channels_may_lie_on_another_axis(layer, axis, shape):
    model = chain(shape, layer(), K.BatchNormalization(axis=axis))
    folded, report = fold(model)
    assert len(report.folded) == 1 and not norms_in(folded)
    assert_same_predictions(model, folded)


@pytest.mark.parametrize("order", [1, -1])
def test_channels_first_gives_the_weights_of_channels_last(order):
    """TensorFlow has no such convolution on the CPU: compared are the weights."""
    found = []
    for form, axis, shape in (("channels_first", 1, (4, 6, 7)), ("channels_last", -1, (6, 7, 4))):
        conv = K.Conv2D(4, 3, data_format=form, kernel_initializer=keras.initializers.HeNormal(1))
        model = chain(shape, *[conv, K.BatchNormalization(axis=axis)][::order])
        folded, report = fold(model)
        assert len(report.folded) == 1
        found.append([array(w) for w in folded.weights])
        assert not np.allclose(found[-1][0], array(conv.kernel))
    for first, last in zip(*found, strict=True):
        np.testing.assert_array_equal(first, last)


@pytest.mark.parametrize(
    "options",
    [
        {"center": False},
        {"scale": False},
        {"center": False, "scale": False, "epsilon": 0.1},
        {"renorm": True},
        {"mean_only": True},
    ],
)
def test_options_of_the_normalization_are_followed(options):
    kinds = KINDS[1:] if "mean_only" in options else KINDS
    for kind in kinds:
        model = chain(IMAGE, K.Conv2D(5, 3), kind(**options))
        folded, _ = fold(model)
        assert not norms_in(folded)
        assert_same_predictions(model, folded)


def test_kernel_and_bias_are_those_of_the_formula():
    model = chain((3,), K.Dense(2), K.BatchNormalization(epsilon=0.5))
    dense, norm = model.layers
    w, b, gamma, beta, mean, variance = (
        np.float64(array(v)) for v in (*dense.weights, *norm.weights)
    )
    s = gamma / np.sqrt(variance + 0.5)
    folded, _ = fold(model)
    np.testing.assert_allclose(array(folded.layers[0].kernel), w * s, rtol=1e-6)
    np.testing.assert_allclose(array(folded.layers[0].bias), (b - mean) * s + beta, rtol=1e-5)


@pytest.mark.parametrize(
    ("shape", "layer"),
    [
        ((7,), lambda: K.Dense(4, activation="tanh")),
        (SEQUENCE, lambda: K.Dense(4, use_bias=False)),
        (SEQUENCE, lambda: K.Conv1D(4, 3, strides=2, activation="relu")),
        (IMAGE, lambda: K.Conv2D(5, 3, dilation_rate=2, use_bias=False)),
        (VOLUME, lambda: K.Conv3D(4, 2)),
    ],
)
def test_a_normalization_first_goes_into_a_layer_behind_it_that_does_not_pad(shape, layer):
    model = chain(shape, K.BatchNormalization(), layer())
    folded, report = fold(model)
    assert len(report.folded) == 1 and not norms_in(folded)
    assert_same_predictions(model, folded)


def test_normalizations_on_both_sides_and_in_a_row_go_into_one_layer():
    model = chain(
        IMAGE,
        K.BatchNormalization(name="a"),
        K.Conv2D(5, 3, name="conv"),
        K.BatchNormalization(name="b"),
        layers.BatchNormalization(name="c"),
        K.Conv2D(5, 2, name="last"),
        K.BatchNormalization(name="d"),
    )
    folded, report = fold(model)
    assert [layer.name for layer in folded.layers] == ["conv", "last"]
    assert report.folded == [("conv", "a"), ("conv", "b"), ("conv", "c"), ("last", "d")]
    assert_same_predictions(model, folded)


@keras.saving.register_keras_serializable(package="test_fold")
class Own(K.Conv2D):
    """A convolution that may do more."""

    def call(self, x):
        return super().call(x) ** 2


@keras.saving.register_keras_serializable(package="test_fold")
class OwnNorm(K.BatchNormalization):
    def call(self, x, training=None, mask=None):
        return super().call(x, training=training) ** 2


@keras.saving.register_keras_serializable(package="test_fold")
class Opaque(K.Layer):
    """A layer with layers that it calls itself."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.conv, self.norm = K.Conv2D(4, 1), K.BatchNormalization(name="inside")

    def build(self, shape):
        self.conv.build(shape)
        self.norm.build((*shape[:-1], 4))

    def call(self, x):
        return self.norm(self.conv(x))


def functional(shape, connect):
    x = keras.Input(shape, name="x")
    return randomize(keras.Model(x, connect(x)))


def _twice(x):
    conv = K.Conv2D(4, 3, padding="same", name="conv")
    return K.BatchNormalization()(conv(K.ReLU()(conv(x))))


def _two_readers(x):
    y = K.Conv2D(4, 3, name="conv")(x)
    return K.add([K.BatchNormalization()(y), y])


def _also_output(x):
    y = K.Conv2D(4, 3, name="conv")(x)
    return [K.BatchNormalization()(y), y]


def _lora(x):
    dense = K.Dense(4, name="dense")
    y = K.BatchNormalization()(dense(x))
    dense.enable_lora(2)
    return y


def _quantized(x):
    dense = K.Dense(4, name="dense")
    y = K.BatchNormalization()(dense(x))
    dense.quantize("int8")
    return y


def _given_a_mask(x):
    mask = K.Lambda(lambda x: keras.ops.sum(x, -1) > 0)(x)
    return K.BatchNormalization()(K.Conv1D(4, 1)(x), mask=mask)


LEFT = {
    r"an activation stands between: 'conv' \(Conv2D\) before it ends in relu": lambda x: (
        K.BatchNormalization()(K.Conv2D(4, 3, activation="relu", name="conv")(x))
    ),
    r"its input comes from 'relu' \(ReLU\), which is no convolution or dense layer": lambda x: (
        K.BatchNormalization()(K.ReLU(name="relu")(K.Conv2D(4, 3)(x)))
    ),
    "'conv' before it is shared: it is called 2 times": _twice,
    "'conv' before it feeds 2 layers": _two_readers,
    "'conv' before it is itself an output of its model": _also_output,
    "it normalizes axis 1, which is not that of the channels of 'conv'": lambda x: (
        K.BatchNormalization(axis=1)(K.Conv2D(4, 3, name="conv")(x))
    ),
    "it normalizes axis 1 and 3, which is not": lambda x: layers.BatchNormalization(axis=[1, 3])(
        K.Conv2D(4, 3)(x)
    ),
    "it normalizes axis 2, which is not": lambda x: K.BatchNormalization(axis=2)(
        K.EinsumDense("abcd,de->abce", (6, 5, 2))(x)
    ),
    "batch normalization before a padded convolution: 'conv'": lambda x: K.Conv2D(
        4, 3, padding="same", name="conv"
    )(K.BatchNormalization()(x)),
    r"'conv' \(Conv2D\) after it works in groups": lambda x: K.Conv2D(4, 3, groups=2, name="conv")(
        K.BatchNormalization()(x)
    ),
    "it normalizes axis 1, which is not that of the channels of 'dense' after it": lambda x: (
        K.Dense(3, name="dense")(K.BatchNormalization(axis=1)(x))
    ),
    "stands first in its model or branch; its output is one of its model": lambda x: (
        K.BatchNormalization()(x)
    ),
    "called with training=True": lambda x: K.BatchNormalization()(K.Conv2D(4, 3)(x), training=True),
    "it computes in float32, and 'conv' in bfloat16": lambda x: K.BatchNormalization()(
        K.Conv2D(4, 3, name="conv", dtype="mixed_bfloat16")(x)
    ),
    r"'own' \(Own\) before it is of a class of its own": lambda x: K.BatchNormalization()(
        Own(4, 3, name="own")(x)
    ),
    "OwnNorm is a class of its own": lambda x: OwnNorm()(K.Conv2D(4, 3)(x)),
    r"it lies inside of 'opaque' \(Opaque\), whose call is its own": lambda x: Opaque(
        name="opaque"
    )(x),
    r"inside of 'bcn' \(BatchChannelNormalization\)": lambda x: layers.BatchChannelNormalization(
        2, name="bcn"
    )(K.Conv2D(4, 3)(x)),
    r"'drop' \(DropConnect\), which is no convolution": lambda x: K.BatchNormalization()(
        layers.DropConnect(K.Conv2D(4, 3), 0.5, name="drop")(x)
    ),
    "'dense' is quantized or has LoRA weights": _lora,
    "'dense' is quantized or has LoRA weights, ": _quantized,
    "it is given a mask by hand": lambda x: _given_a_mask(K.Reshape((30, 4))(x)),
    "its output goes to 2 layers": lambda x: K.add(
        [K.Dense(4)(y := K.BatchNormalization()(x)), K.Dense(4)(y)]
    ),
    r"its output goes to 'drop' \(Dropout\)": lambda x: K.Dropout(0.5, name="drop")(
        K.BatchNormalization()(K.MaxPooling2D()(x))
    ),
}


@pytest.mark.parametrize("reason", LEFT)
def test_what_cannot_be_folded_stays_with_its_reason(reason):
    model = functional(IMAGE, LEFT[reason])
    folded, report = fold(model)
    assert not report.folded
    ((_, said),) = report.left
    assert re.search(reason, said), said
    assert len(norms_in(folded)) == 1
    assert_same_predictions(model, folded)


LOGITS = {"classes": 10, "classifier_activation": None}
SMALL = {"input_shape": (32, 32, 3), **LOGITS}
# Elsewhere smaller ones: the arithmetic is NumPy's, and jax compiles each new shape anew.
NETWORKS = {
    "tensorflow": {
        "VGG16": (lambda: models.VGG16(batch_norm=True, head="average", **SMALL), 13),
        "ResNet50": (lambda: models.ResNet50(**SMALL), 53),
        "CifarResNet(56)": (lambda: models.CifarResNet(56, classifier_activation=None), 55),
    }
}.get(
    keras.backend.backend(),
    {
        "CifarResNet(8)": (lambda: models.CifarResNet(8, classifier_activation=None), 7),
    },
)


@pytest.mark.parametrize("name", NETWORKS)
def test_published_networks_lose_all_their_normalizations(name):
    """Compared are logits: the probabilities of a network of random weights are 0 and 1."""
    build, count = NETWORKS[name]
    model = randomize(build())
    folded, report = fold(model)
    assert len(report.folded) == count and report.left == []
    assert not norms_in(folded)
    x = np.random.default_rng(2).normal(size=(2, *model.input_shape[1:])).astype("float32")
    before, after = (np.float64(m.predict(x, verbose=0)) for m in (model, folded))
    assert np.abs(before - after).max() <= 1e-5 * np.abs(before).max()
    assert np.ptp(before) > 0.1 * np.abs(before).max()


def test_normalizations_that_activations_enclose_stay_in_preactivated_blocks():
    model = randomize(models.CifarResNet(8, preactivation=True, shortcut="projection"))
    folded, report = fold(model)
    assert [norm for _, norm in report.folded] == [
        f"stage{i}_block1/residual/branch/norm2" for i in (1, 2, 3)
    ]
    assert {norm for norm, _ in report.left} == {
        "stage1_block1/residual/branch/norm1",
        "stage2_block1/norm1",
        "stage3_block1/norm1",
        "final_norm",
    }
    assert_same_predictions(model, folded)


def test_own_shortcuts_are_folded_too():
    shortcut = keras.Sequential([K.Conv2D(5, 1, name="thin"), K.BatchNormalization(name="norm")])
    branch = [K.Conv2D(5, 3, padding="same", name="wide"), K.BatchNormalization(name="norm")]
    model = chain(IMAGE, layers.Residual(branch, shortcut=shortcut, name="sum"), K.ReLU())
    folded, report = fold(model)
    assert report.folded == [
        ("sum/branch/wide", "sum/branch/norm"),
        ("sum/shortcut/thin", "sum/shortcut/norm"),
    ]
    assert not norms_in(folded)
    assert_same_predictions(model, folded)


@pytest.mark.parametrize("shortcut", ["projection", "pad", None])
def test_shortcuts_without_normalization_are_copied(shortcut):
    branch = [K.Conv2D(6, 3, strides=2, padding="same"), K.BatchNormalization()]
    model = chain((6, 6, 4), layers.Residual(branch, shortcut=shortcut))
    folded, report = fold(model)
    assert len(report.folded) == 1 and not norms_in(folded)
    assert_same_predictions(model, folded)


def test_nested_models_are_folded_once_however_often_they_are_called():
    inner = chain((5,), K.Dense(4, name="dense"), K.BatchNormalization(name="norm"))
    inner.name = "tower"
    a, b = keras.Input((5,)), keras.Input((5,))
    model = keras.Model([a, b], keras.ops.abs(inner(a) - inner(b)) * 2)
    folded, report = fold(model)
    assert report.folded == [("tower/dense", "tower/norm")]
    assert folded.get_layer("tower").count_params() == 24
    assert_same_predictions(model, folded)


def test_a_shared_normalization_is_folded_at_each_call_where_it_can_be():
    norm, x = K.BatchNormalization(name="norm"), keras.Input((5,))
    y = [K.Dense(4, name="a")(x), K.Dense(4, activation="relu", name="b")(x)]
    model = randomize(keras.Model(x, [norm(part) for part in y]))
    folded, report = fold(model)
    assert report.folded == [("a", "norm")]
    assert [path for path, _ in report.left] == ["norm"]
    assert_same_predictions(model, folded)


def branching():
    """Two named inputs and outputs, of every kind of call; frozen in part."""
    x = {"a": keras.Input((8, 8, 3), name="a"), "b": keras.Input((4,), name="b")}
    y = K.ZeroPadding2D(name="pad")(K.Rescaling(0.5, name="halve")(x["a"]))
    y = K.Conv2D(6, 3, name="conv", trainable=False)(y)
    y = K.BatchNormalization(name="conv_norm")(y)
    y = K.Dropout(0.5, name="drop", seed=3)(K.ReLU(name="relu")(y)) + 1.0
    y = K.GlobalAveragePooling2D(name="pool")(y)
    z = K.Lambda(lambda v: v * v, name="square")(x["b"])
    z = layers.BatchNormalization(name="dense_norm")(K.Dense(6, name="dense")(z))
    both = K.Concatenate(name="both")([y, z])
    logits = K.Dense(2, name="logits", kernel_regularizer="l2")(both)
    return randomize(keras.Model(x, {"logits": logits, "z": z}, name="branching"))


def test_functions_of_lambda_layers_keep_the_names_they_refer_to():
    square = K.Lambda(lambda v: np.float32(2) * v, name="twice")
    model = chain((4,), square, K.Dense(3), K.BatchNormalization())
    folded, _ = fold(model)
    assert_same_predictions(model, folded)


def test_names_structure_and_flags_are_kept():
    model = branching()
    model.get_layer("logits").trainable = False
    folded, _ = fold(model)
    gone = {"conv_norm", "dense_norm"}
    assert {layer.name for layer in folded.layers} == {layer.name for layer in model.layers} - gone
    assert folded.name == "branching" and type(folded) is type(model)
    for name in ("conv", "dense", "logits", "drop"):
        assert folded.get_layer(name).trainable == model.get_layer(name).trainable
    assert folded.output_shape == model.output_shape and set(folded.input) == {"a", "b"}
    x = {"a": inputs_for(model)[0], "b": inputs_for(model)[1]}
    before, after = model(x), folded(x)
    assert set(after) == {"logits", "z"}
    for name in before:
        np.testing.assert_allclose(array(after[name]), array(before[name]), rtol=1e-4, atol=1e-5)


def test_masks_of_dropout_fall_as_in_the_old_model():
    """Seed states come along."""
    model = chain((5,), K.Dense(50), K.BatchNormalization(), layers.Dropout(0.5))
    x = inputs_for(model)[0]
    model(x, training=True)
    folded, _ = fold(model)
    before, after = (
        array(m.layers[-1](np.ones((2, 50), "float32"), training=True)) for m in (model, folded)
    )
    np.testing.assert_array_equal(before, after)


def test_the_old_model_stays_as_it_was_and_shares_nothing():
    model = branching()
    before = [array(v) for v in model.variables]
    nodes = {layer.name: len(layer._inbound_nodes) for layer in model.layers}
    config = model.get_config()
    folded, _ = fold(model)
    for variable in folded.variables:
        variable.assign(np.zeros(variable.shape))
    for old, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(old, array(variable))
    assert {layer.name: len(layer._inbound_nodes) for layer in model.layers} == nodes
    assert str(model.get_config()) == str(config)


def test_frozen_models_stay_frozen():
    model = chain((5,), K.Dense(4), K.BatchNormalization(), K.Dense(2))
    model.trainable = False
    model.layers[2].trainable = True
    folded, _ = fold(model)
    assert [folded.trainable, *(layer.trainable for layer in folded.layers)] == [False, False, True]


def test_state_beyond_weights_comes_along():
    """`Normalization` computes from what it adapted to, not from its weights."""
    scale = K.Normalization()
    scale.adapt(np.random.default_rng(0).normal(5, 2, (50, 3)).astype("float32"))
    model = chain((3,), scale, K.Dense(4), K.BatchNormalization())
    folded, _ = fold(model)
    assert_same_predictions(model, folded)


@pytest.mark.parametrize("build", [lambda: models.CifarResNet(8), branching])
def test_folded_models_are_saved_and_loaded(build, tmp_path):
    folded, _ = fold(randomize(build()))
    folded.save(tmp_path / "folded.keras")
    again = keras.models.load_model(tmp_path / "folded.keras", safe_mode=False)
    x = inputs_for(folded)
    x = dict(zip("ab", x, strict=True)) if len(x) > 1 else x[0]
    for old, new in zip(*map(keras.tree.flatten, (folded(x), again(x))), strict=True):
        np.testing.assert_array_equal(array(old), array(new))


@pytest.fixture
def policy():
    before = keras.config.dtype_policy()
    yield keras.config.set_dtype_policy
    keras.config.set_dtype_policy(before)


# Each is folded on the host in float64, and differs by the rounding of the pass.
ROUNDING = {"mixed_bfloat16": 2**-5, "float32": 1e-5}


@pytest.mark.parametrize("name", ROUNDING)
def test_precision_is_kept_inside_of_blocks_too(name, policy):
    policy(name)
    block = layers.ResidualBlock(8, shortcut="projection", strides=2, name="block")
    model = chain((8, 8, 4), K.Conv2D(16, 3), K.BatchNormalization(), K.ReLU(), block)
    folded, report = fold(model)
    assert report.left == [] and len(report.folded) == 4
    first = folded.layers[0]
    assert (first.compute_dtype, first.kernel.dtype) == (model.compute_dtype, "float32")
    assert folded.compute_dtype == model.compute_dtype
    x = np.random.default_rng(1).normal(size=(16, 8, 8, 4)).astype("float32")
    old, new = (keras.ops.cast(m(x), "float32") for m in (model, folded))
    assert np.abs(array(old) - array(new)).max() <= ROUNDING[name] * np.abs(array(old)).max()


POOL = {
    "dense": lambda: K.Dense(4),
    "active": lambda: K.Dense(4, activation="tanh"),
    "conv": lambda: K.Conv1D(4, 2),
    "padded": lambda: K.Conv1D(4, 2, padding="same"),
    "depthwise": lambda: K.DepthwiseConv1D(2, padding="same"),
    "norm": K.BatchNormalization,
    "ours": lambda: layers.BatchNormalization(),
    "over time": lambda: K.BatchNormalization(axis=1),
    "relu": K.ReLU,
    "nested": lambda: keras.Sequential([K.Dense(4), K.BatchNormalization(), K.Dense(4)]),
    "residual": lambda: layers.Residual([K.Dense(4), layers.BatchNormalization()]),
}


@settings(deadline=None, max_examples=12)
@given(st.lists(st.sampled_from(list(POOL)), min_size=2, max_size=6), st.integers(0, 99))
def test_any_chain_predicts_the_same_and_every_normalization_is_accounted_for(names, seed):
    model = keras.Sequential([keras.Input((9, 3)), K.Dense(4), *(POOL[name]() for name in names)])
    randomize(model, seed)
    folded, report = fold(model)
    assert len(report.folded) + len(report.left) == len(norms_in(model))
    assert len(norms_in(folded)) == len(report.left)
    assert_same_predictions(model, folded, tolerance=2e-5)


def test_report_reads_as_a_list():
    model = chain((5,), K.Dense(4, name="a"), K.BatchNormalization(name="b"), K.ReLU(name="c"))
    assert str(fold(model)[1]) == "1 folded, 0 left\n  b into a"
    model = chain((5,), K.ReLU(name="c"), K.BatchNormalization(name="b"))
    assert str(fold(model)[1]).startswith("0 folded, 1 left\n  left: b: its input comes from 'c'")


@keras.saving.register_keras_serializable(package="test_fold")
class Subclassed(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = K.Dense(2)

    def call(self, x):
        return self.dense(x)


class NoConfig(K.Layer):
    def __init__(self, units):
        super().__init__(name="secret")
        self.units = units

    def call(self, x):
        return x * self.units


def _called(model):
    model(np.ones((1, 3), "float32"))
    return model


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (lambda: _called(Subclassed()), "Subclassed, with a call of its own. Fold the functional"),
        (lambda: keras.Sequential([K.Dense(2)]), "Sequential, not built. Give it a keras.Input"),
        (lambda: chain((3,), NoConfig(2)), r"'secret' \(NoConfig\) cannot be copied.*get_config"),
    ],
)
def test_models_that_cannot_be_folded_are_refused_in_one_line(model, said):
    with pytest.raises(ValueError, match=said) as caught:
        fold(model())
    assert "\n" not in str(caught.value)
