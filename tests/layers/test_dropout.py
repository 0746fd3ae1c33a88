"""Dropout: what it promises beyond the contract, against Keras' own and the binomial."""

import keras
import numpy as np
import pytest

from course_kit.layers import Dropout
from course_kit.layers.drop import draw

ONES = np.ones((256, 1024), "float32")


def train(layer, x):
    return keras.ops.convert_to_numpy(layer(x, training=True))


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5, 0.9])
def test_expected_value_is_preserved(rate, assert_frequency):
    """The survivors carry x / (1 - rate), and there are as many as there should be."""
    y = train(Dropout(rate, seed=21), ONES)
    survivors = y[y != 0]
    # rtol: the probability really used is within 2**-17 of the rate.
    np.testing.assert_allclose(survivors, 1 / (1 - rate), rtol=2**-17 / (1 - rate) + 1e-6)
    assert_frequency(survivors.size, y.size, 1 - rate)


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.9, 0.999])
def test_survivors_are_divided_by_the_probability_really_used(rate):
    """`test_drop` holds the masks to that probability."""
    _, used = draw((1,), rate, 1)
    y = train(Dropout(rate, seed=22), ONES)
    np.testing.assert_allclose(y[y != 0], 1 / (1 - used), rtol=3e-7)


def test_vanilla_is_inverted_without_the_division():
    x = np.random.default_rng(2).normal(size=(64, 64)).astype("float32")
    inverted = train(Dropout(0.25, seed=5), x)
    vanilla = train(Dropout(0.25, seed=5, scaling="vanilla"), x)
    np.testing.assert_allclose(vanilla, inverted * 0.75, rtol=1e-6)
    np.testing.assert_array_equal(vanilla[vanilla != 0], x[vanilla != 0])


def test_vanilla_inference_multiplies_by_the_probability_of_keeping():
    x = np.random.default_rng(3).normal(size=(8, 8)).astype("float32")
    y = keras.ops.convert_to_numpy(Dropout(0.2, scaling="vanilla")(x, training=False))
    np.testing.assert_allclose(y, 0.8 * x, rtol=1e-6)


def test_rate_one_gives_zeros_while_training():
    for scaling, at_inference in (("inverted", 1.0), ("vanilla", 0.0)):
        layer = Dropout(1, scaling=scaling)
        assert not train(layer, ONES).any()
        y = keras.ops.convert_to_numpy(layer(ONES, training=False))
        np.testing.assert_array_equal(y, at_inference)


def test_mask_is_new_at_each_call_also_with_an_integer_seed(assert_frequency):
    layer = Dropout(0.5, seed=4)
    first, second = train(layer, ONES), train(layer, ONES)
    assert_frequency((first == second).sum(), first.size, 0.5)


def test_layers_without_seed_draw_different_masks(assert_frequency):
    first, second = train(Dropout(0.5), ONES), train(Dropout(0.5), ONES)
    assert_frequency((first == second).sum(), first.size, 0.5)


@pytest.mark.parametrize(
    "noise_shape",
    [None, (None, 1, None), (20, 1, 10), [1, 6, 1], (None, None, 1), (1, 1, 1), (6, 10), (1, 10)],
)
def test_noise_shape_means_what_it_means_to_keras(noise_shape):
    def shared_axes(layer):
        masks = [train(layer, np.ones((20, 6, 10), "float32")) for _ in range(8)]
        return [axis for axis in range(3) if all(_constant_along(m, axis) for m in masks)]

    ours = shared_axes(Dropout(0.5, noise_shape=noise_shape, seed=6))
    assert ours == shared_axes(keras.layers.Dropout(0.5, noise_shape=noise_shape, seed=6))


def _constant_along(mask, axis):
    return np.array_equal(mask, np.broadcast_to(mask.take([0], axis), mask.shape))


def test_gradient_is_the_scaled_mask(gradients):
    x = np.random.default_rng(7).uniform(1, 2, (32, 32)).astype("float32")
    mask = train(Dropout(0.5, seed=8), np.ones_like(x))
    probe = np.random.default_rng(8).normal(size=x.shape).astype("float32")
    (gradient,) = gradients(Dropout(0.5, seed=8), x, probe)
    np.testing.assert_allclose(gradient, probe * mask, rtol=1e-6)
    assert set(np.unique(mask)) == {0.0, 2.0}


@pytest.mark.parametrize("rate", [-0.5, 1.5, 50, float("nan"), "0.5", None])
def test_wrong_rate_says_what_to_do(rate):
    with pytest.raises(
        ValueError,
        match="^Invalid value received for argument `rate`. Expected a float value between 0 and 1."
        f" Received: rate={rate}. .*did you pass a percentage",
    ):
        Dropout(rate)


def test_wrong_scaling_names_the_two():
    with pytest.raises(ValueError, match=r"'inverted', 'vanilla'. Received: scaling='invert'"):
        Dropout(0.5, scaling="invert")


@pytest.mark.parametrize("noise_shape", [3, "31", (2, 1.5), (2, -1), (0,)])
def test_wrong_noise_shape_raises_keras_words(noise_shape):
    with pytest.raises(ValueError) as theirs:
        keras.layers.Dropout(0.5, noise_shape=noise_shape)
    with pytest.raises(ValueError) as ours:
        Dropout(0.5, noise_shape=noise_shape)
    start = str(theirs.value).partition("Expected")[0]
    assert str(ours.value).startswith(start)
    assert str(noise_shape) in str(ours.value) or "index" in str(ours.value)


def test_wrong_noise_shape_is_not_hidden_by_broadcasting():
    with pytest.raises(Exception, match=r"(?i)shape|broadcast|size"):
        train(Dropout(0.5, noise_shape=(7, 1)), np.ones((4, 4), "float32"))
