"""VGG: published sizes to the last digit, names that stay, and networks that train."""

import keras
import numpy as np
import pytest

from course_kit import layers
from course_kit.layers import Dropout, SpatialDropout2D
from course_kit.models import VGG11, VGG13, VGG16, VGG19, vgg

# Trainable parameters, and moving means and variances, of torchvision's definitions
# (torchvision.models.vgg11 to vgg19_bn, 1000 classes).
PUBLISHED = {
    (VGG11, False): (132_863_336, 0),
    (VGG13, False): (133_047_848, 0),
    (VGG16, False): (138_357_544, 0),
    (VGG19, False): (143_667_240, 0),
    (VGG11, True): (132_868_840, 5_504),
    (VGG13, True): (133_053_736, 5_888),
    (VGG16, True): (138_365_992, 8_448),
    (VGG19, True): (143_678_248, 11_008),
}
DIGITS = {"input_shape": (8, 8, 1), "classes": 10, "head": "average"}


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


@pytest.mark.parametrize(("build", "batch_norm"), PUBLISHED)
def test_parameter_counts_are_the_published_ones(build, batch_norm, without_memory, sizes):
    model = build(batch_norm)
    counted = sizes(model.trainable_weights), sizes(model.non_trainable_weights)
    assert counted == PUBLISHED[build, batch_norm]
    assert model.output_shape == (None, 1000)


def test_vgg16_has_the_shapes_of_the_paper(without_memory):
    model = VGG16()
    maps = [model.get_layer(f"block{i}_pool").output.shape[1:] for i in range(1, 6)]
    assert maps == [(112, 112, 64), (56, 56, 128), (28, 28, 256), (14, 14, 512), (7, 7, 512)]
    assert [model.get_layer(f"fc{i}").units for i in (1, 2)] == [4096, 4096]
    assert [model.get_layer(f"fc{i}_drop").rate for i in (1, 2)] == [0.5, 0.5]
    assert model.name == "vgg16"


def test_depth_is_the_number_of_layers_with_weights(without_memory):
    for build, depth in ((VGG11, 11), (VGG13, 13), (VGG16, 16), (VGG19, 19)):
        assert sum(bool(layer.weights) for layer in build().layers) == depth


def test_names_are_stable():
    """Whoever loads weights by name, or cuts a network, relies on them."""
    model = vgg((2, 1), (4, 8), norm="batch", spatial_dropout=0.1, dropout=0.2, **DIGITS)
    assert [layer.name for layer in model.layers[1:]] == [
        *("block1_conv1", "block1_norm1", "block1_act1"),
        *("block1_conv2", "block1_norm2", "block1_act2", "block1_pool", "block1_drop"),
        *("block2_conv1", "block2_norm1", "block2_act1", "block2_pool", "block2_drop"),
        *("features", "features_drop", "logits", "predictions"),
    ]


def test_digits_can_be_learnt():
    from sklearn.datasets import load_digits

    keras.utils.set_random_seed(3)
    x, y = load_digits(return_X_y=True)
    x = (x.reshape(-1, 8, 8, 1) / 16).astype("float32")
    model = vgg((1, 1), (16, 32), norm="batch", **DIGITS)
    model.compile(
        keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    first, _ = model.evaluate(x, y, verbose=0)
    assert first == pytest.approx(np.log(10), rel=0.02)
    model.fit(x[:1200], y[:1200], batch_size=64, epochs=4, verbose=0)
    assert model.evaluate(x[1200:], y[1200:], verbose=0)[1] > 0.85


def test_output_is_probabilities_or_with_no_activation_logits():
    model = vgg((1,), (4,), **DIGITS)
    logits = keras.Model(model.input, model.get_layer("logits").output)
    x = np.random.default_rng(6).normal(size=(5, 8, 8, 1)).astype("float32")
    powers = np.exp(np.float64(logits.predict(x, verbose=0)))
    np.testing.assert_allclose(
        model.predict(x, verbose=0), powers / powers.sum(axis=1, keepdims=True), rtol=1e-5
    )
    plain = vgg((1,), (4,), classifier_activation=None, **DIGITS)
    plain.set_weights(model.get_weights())
    np.testing.assert_allclose(
        plain.predict(x, verbose=0), logits.predict(x, verbose=0), rtol=1e-5, atol=1e-6
    )


def test_saved_model_predicts_the_same(tmp_path):
    model = vgg((1, 1), (4, 8), norm="batch", spatial_dropout=0.1, dropout=0.5, **DIGITS)
    x = np.random.default_rng(4).normal(size=(3, 8, 8, 1)).astype("float32")
    model.save(tmp_path / "vgg.keras")
    again = keras.models.load_model(tmp_path / "vgg.keras")
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    kinds = {type(layer) for layer in again.layers}
    assert {Dropout, SpatialDropout2D} <= kinds


def test_convolutions_start_with_he_variance_and_logits_near_zero():
    keras.utils.set_random_seed(5)
    model = vgg((2,), (64,), input_shape=(8, 8, 3), classes=10, head="average")
    kernel = array(model.get_layer("block1_conv2").kernel)
    # 36,864 weights: the sample deviation is within 2 % at any seed worth the name.
    assert kernel.std() == pytest.approx(np.sqrt(2 / (9 * 64)), rel=0.02)
    assert array(model.get_layer("logits").kernel).std() == pytest.approx(0.01, rel=0.2)


def test_one_seeded_initializer_does_not_make_layers_equal():
    for initializer in (keras.initializers.HeNormal(seed=1), keras.initializers.HeNormal()):
        model = vgg((3,), (8,), initializer=initializer, **DIGITS)
        second = array(model.get_layer("block1_conv2").kernel)
        assert not np.allclose(second, array(model.get_layer("block1_conv3").kernel))
    same = [
        array(vgg((2,), (8,), initializer=keras.initializers.HeNormal(7), **DIGITS).weights[2])
        for _ in range(2)
    ]
    np.testing.assert_array_equal(*same)


def test_initializer_may_be_a_function():
    model = vgg((1,), (4,), initializer=lambda shape, dtype=None: keras.ops.ones(shape), **DIGITS)
    assert (array(model.get_layer("block1_conv1").kernel) == 1).all()


@pytest.mark.parametrize(
    ("norm", "kind"),
    [
        (None, None),
        ("batch", layers.BatchNormalization),
        ("layer", layers.LayerNormalization),
        ("group", layers.GroupNormalization),
        (keras.layers.BatchNormalization(epsilon=0.1), keras.layers.BatchNormalization),
        (keras.layers.UnitNormalization, keras.layers.UnitNormalization),
    ],
)
def test_norm_is_a_name_a_layer_or_a_class(norm, kind):
    model = vgg((1,), (8,), norm=norm, **DIGITS)
    kinds = [type(layer) for layer in model.layers if layer.name.startswith("block1_norm")]
    assert kinds == ([kind] if kind else [])


def test_width_and_activation_and_hidden_units():
    model = vgg((1,), (8,), width=0.5, activation="tanh", head_units=(7,), dropout=0.3, **DIGITS)
    assert model.get_layer("block1_conv1").filters == 4
    assert model.get_layer("block1_act1").activation is keras.activations.tanh
    assert model.get_layer("fc1").units == 7 and model.get_layer("fc1_drop").rate == 0.3
    assert "features_drop" not in [layer.name for layer in model.layers]


def test_without_a_head_the_last_map_comes_out():
    model = vgg((1, 1), (4, 8), input_shape=(8, 8, 1), head=None)
    assert model.output_shape == (None, 2, 2, 8)


def test_output_stays_in_float32_under_mixed_precision():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = vgg((1,), (4,), **DIGITS)
    finally:
        keras.config.set_dtype_policy(before)
    assert model.get_layer("block1_conv1").compute_dtype == "bfloat16"
    assert model.output.dtype == "float32"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"depths": (1, 1)}, r"one entry for each block.*depths=\(1, 1\), filters=\(4,\)"),
        ({"depths": (), "filters": ()}, "one entry for each block"),
        ({"depths": (0,)}, r"needs a convolution.*depths=\(0,\)"),
        ({"width": 0.1}, "each convolution a filter.*width=0.1"),
        ({"input_shape": (1, 8, 1)}, "at least 2 pixels a side.*Use fewer blocks"),
        ({"input_shape": (None, None, 1), "head": "imagenet"}, "Use head='average'"),
        ({"input_shape": (None, 8, 1), "norm": "layer"}, "images of known size.*norm='group'"),
        ({"input_shape": (8, 8)}, r"must be \(height, width, channels\)"),
        ({"head": "big"}, "'imagenet', 'average' or None. Received: head='big'"),
        ({"head": None, "dropout": 0.5}, "Without a head.*Did you mean `spatial_dropout`"),
        ({"head": None, "head_units": (3,)}, "Without a head.*head_units"),
        ({"classes": 0}, "`classes` must be at least 1"),
        ({"norm": "batchnorm"}, "'batch', 'layer', 'group', None.*norm='batchnorm'"),
        ({"dropout": 50}, "did you pass a percentage"),
        ({"spatial_dropout": 1.5}, "did you pass a percentage"),
    ],
)
def test_combinations_without_meaning_raise_in_one_line(arguments, said):
    with pytest.raises(ValueError, match=said) as caught:
        vgg(**{"depths": (1,), "filters": (4,), **DIGITS, **arguments})
    assert "\n" not in str(caught.value)


def test_batch_norm_against_another_norm_is_refused():
    with pytest.raises(ValueError, match="Give one of the two"):
        VGG11(batch_norm=True, norm="layer")
