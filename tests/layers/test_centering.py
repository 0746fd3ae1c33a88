"""The three centrings, held to NumPy and scikit-learn in double precision."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from course_kit.layers import IMAGENET_MEAN, IMAGENET_STD, Centering

KINDS = ["mean_image", "channel_mean", "channel_standard"]


def array(tensor):
    return keras.ops.convert_to_numpy(keras.ops.cast(tensor, "float32"))


def images(n=20, shape=(4, 5, 3), shift=0.0, seed=1):
    random = np.random.default_rng(seed)
    scale = random.uniform(0.5, 20, shape)
    return (random.normal(size=(n, *shape)) * scale + 10 * scale + shift).astype("float32")


def expected(x, data, kind, axis=-1):
    """The formulas of the deck, over all the data at once, in float64."""
    x, data = x.astype("float64"), data.astype("float64")
    if kind == "mean_image":
        return x - data.mean(axis=0)
    others = tuple(a for a in range(x.ndim) if a != axis % x.ndim)
    mean, std = data.mean(others, keepdims=True), data.std(others, keepdims=True)
    return x - mean if kind == "channel_mean" else (x - mean) / std


@given(
    kind=st.sampled_from(KINDS),
    shape=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    axis=st.integers(-3, 3),
    seed=st.integers(0, 100),
)
@settings(deadline=None, max_examples=40)
def test_each_kind_is_the_decks_formula(kind, shape, axis, seed):
    rank = len(shape) + 1
    axis = axis if -rank < axis < rank and axis % rank else -1
    data, x = images(15, tuple(shape), seed=seed), images(3, tuple(shape), seed=seed + 1)
    layer = Centering(kind, axis=axis)
    layer.adapt(data)
    wanted = expected(x, data, kind, axis)
    np.testing.assert_allclose(array(layer(x)), wanted, rtol=2e-5, atol=2e-5 * np.abs(x).max())


def test_channel_standard_is_scikit_learns_scaler():
    data, x = images(), images(seed=2)
    layer = Centering("channel_standard")
    layer.adapt(data)
    scaler = StandardScaler().fit(data.reshape(-1, 3).astype("float64"))
    wanted = scaler.transform(x.reshape(-1, 3).astype("float64")).reshape(x.shape)
    np.testing.assert_allclose(array(layer(x)), wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_training_data_have_mean_zero_afterwards(kind):
    data = images(200)
    layer = Centering(kind)
    layer.adapt(data)
    y = array(layer(data)).astype("float64")
    axes = 0 if kind == "mean_image" else (0, 1, 2)
    np.testing.assert_allclose(y.mean(axes) / data.std(), 0, atol=1e-6)
    if kind == "channel_standard":
        np.testing.assert_allclose(y.std(axes), 1, rtol=1e-5)


def test_weights_have_the_shapes_of_the_slide_up_to_ones_and_are_not_trained():
    counts = {}
    for kind in KINDS:
        layer = Centering(kind)
        layer.build((None, 4, 5, 3))
        counts[kind] = [int(np.prod(weight.shape)) for weight in layer.weights]
        assert not layer.trainable_weights
    assert counts == {"mean_image": [60], "channel_mean": [3], "channel_standard": [3, 3]}


def test_channel_that_is_constant_is_centred_only_as_in_scikit_learn():
    data = images(50).astype("float64")
    data[..., 1] = 0.1  # no binary fraction: the mean of many is off by rounding
    layer = Centering("channel_standard")
    layer.adapt(data)
    x = images(4, seed=3)
    scaler = StandardScaler().fit(data.reshape(-1, 3).astype("float64"))
    assert scaler.scale_[1] == 1
    wanted = scaler.transform(x.reshape(-1, 3).astype("float64")).reshape(x.shape)
    np.testing.assert_allclose(array(layer(x)), wanted, rtol=1e-5, atol=1e-5)


def test_a_large_mean_costs_no_digits_of_the_deviation():
    data = (np.random.default_rng(4).integers(0, 8, (3000, 2)) + 2**20).astype("float32")
    layer = Centering("channel_standard")
    layer.adapt(data)
    wanted = data.astype("float64").std(axis=0)
    np.testing.assert_allclose(array(layer.std), wanted, rtol=1e-6)


def test_imagenets_constants_are_those_of_keras_torch_mode():
    pixels = np.random.default_rng(5).integers(0, 256, (2, 4, 4, 3)).astype("float32")
    layer = Centering("channel_standard", mean=IMAGENET_MEAN, std=IMAGENET_STD)
    wanted = keras.applications.imagenet_utils.preprocess_input(
        pixels.copy(), data_format="channels_last", mode="torch"
    )
    np.testing.assert_allclose(array(layer(pixels / 255)), wanted, rtol=1e-5, atol=1e-6)


def test_a_saved_model_keeps_given_constants(tmp_path):
    layer = Centering("channel_standard", mean=IMAGENET_MEAN, std=list(IMAGENET_STD))
    x = images(2)
    keras.Sequential([keras.Input(x.shape[1:]), layer]).save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras").layers[0]
    assert again.get_config() == layer.get_config()
    assert again.get_config()["mean"] == list(IMAGENET_MEAN)
    np.testing.assert_array_equal(array(again(x)), array(layer(x)))


def test_channels_first_takes_the_same_constants():
    x = images(2, (3, 4, 5))
    first = Centering("channel_standard", IMAGENET_MEAN, IMAGENET_STD, axis=1)
    last = Centering("channel_standard", IMAGENET_MEAN, IMAGENET_STD)
    moved = array(last(np.moveaxis(x, 1, -1)))
    np.testing.assert_array_equal(array(first(x)), np.moveaxis(moved, -1, 1))


def test_one_number_serves_all_and_a_mean_image_can_be_given(tmp_path):
    x = images(3)
    np.testing.assert_array_equal(array(Centering("channel_mean", mean=128)(x)), x - 128)
    layer = Centering("mean_image", mean=x[0])
    np.testing.assert_array_equal(array(layer(x)), x - x[0])
    keras.Sequential([keras.Input(x.shape[1:]), layer]).save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras").layers[0]
    np.testing.assert_array_equal(array(again(x)), x - x[0])
    np.testing.assert_array_equal(again.get_config()["mean"], x[0])


def test_integers_are_pixels_too():
    x = np.random.default_rng(6).integers(0, 256, (5, 3, 3, 2)).astype("uint8")
    layer = Centering("channel_mean")
    layer.adapt(x)
    wanted = x.astype("float64") - x.astype("float64").mean((0, 1, 2))
    np.testing.assert_allclose(array(layer(x)), wanted, rtol=1e-5, atol=1e-4)
    model = keras.Sequential([keras.Input((3, 3, 2), dtype="uint8"), layer])
    np.testing.assert_allclose(array(model(x)), wanted, rtol=1e-5, atol=1e-4)


def test_channel_kinds_take_images_of_any_size():
    layer = Centering("channel_mean")
    model = keras.Sequential([keras.Input((None, None, 3)), layer])
    data = images(6, (4, 4, 3))
    layer.adapt(data)
    x = images(2, (7, 5, 3))
    np.testing.assert_allclose(
        array(model(x)), expected(x, data, "channel_mean"), rtol=1e-5, atol=1e-4
    )


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"kind": "image"}, "must be one of 'mean_image'"),
        ({"kind": "channel_mean", "mean": 0, "std": 1}, "belongs to kind='channel_standard'"),
        ({"kind": "channel_standard", "mean": 0.5}, "given together"),
        ({"kind": "channel_standard", "std": 0.5}, "given together"),
        ({"kind": "channel_standard", "mean": 0.5, "std": 0}, "above 0"),
        ({"kind": "channel_mean", "mean": [1, np.nan, 2]}, "finite"),
    ],
)
def test_constants_that_do_not_belong_are_refused(arguments, message):
    with pytest.raises(ValueError, match=rf"{message}(?s:.*)Received"):
        Centering(**arguments)


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match=r"as many as there are means, 3. Received: 2"):
        Centering(mean=[1.0, 2.0])(images(2))
    with pytest.raises(ValueError, match="not of the batch"):
        Centering(axis=0)(images(2))
    with pytest.raises(ValueError, match="must know the size"):
        Centering("mean_image").build((None, None, None, 3))
    layer = Centering("mean_image")
    layer.build((None, 4, 5, 3))
    with pytest.raises(ValueError, match=r"must fit the layer.*Received: examples of shape \(4, 6"):
        layer.adapt(images(2, (4, 6, 3)))
    with pytest.raises(ValueError, match="Received: both"):
        Centering(mean=1.0).adapt(images(2))
