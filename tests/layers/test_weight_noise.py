"""Weight noise: Gaussian, of the stated size, anew at each call, and only while training."""

import keras
import numpy as np
import pytest
from scipy import stats

from course_kit.layers import WeightNoise

UNITS, INPUTS = 300, 200


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def seen_kernel(layer):
    """A dense layer without bias shows its kernel when it is fed the identity."""
    return array(layer(np.eye(INPUTS, dtype="float32"), training=True)).astype("float64")


def dense(stddev, **arguments):
    inner = keras.layers.Dense(UNITS, use_bias=False, kernel_initializer="zeros")
    return WeightNoise(inner, stddev, **arguments)


def assert_standard_normal(sample):
    """False alarm 1e-8 each: mean, variance and shape of 60,000 numbers.

    At this size a deviation off by 4 %, or a uniform distribution, is always found.
    """
    n = sample.size
    assert abs(sample.mean()) < stats.norm.isf(0.5e-8) / np.sqrt(n)
    square = np.sum((sample - sample.mean()) ** 2)
    assert stats.chi2.ppf(0.5e-8, n - 1) < square < stats.chi2.isf(0.5e-8, n - 1)
    assert stats.kstest(sample.ravel(), "norm").pvalue > 1e-8


@pytest.mark.parametrize("stddev", [0.01, 2.0])
def test_noise_is_gaussian_of_the_stated_deviation(stddev):
    assert_standard_normal(seen_kernel(dense(stddev, seed=51)) / stddev)


def test_relative_noise_is_a_share_of_each_weight():
    layer = dense(0.1, relative=True, seed=52)
    layer.build((None, INPUTS))
    kernel = np.random.default_rng(1).normal(size=(INPUTS, UNITS)).astype("float32")
    kernel[0] = 0.0
    layer.layer.kernel.assign(kernel)
    seen = seen_kernel(layer)
    np.testing.assert_array_equal(seen[0], 0)
    assert_standard_normal((seen[1:] / kernel[1:] - 1) / 0.1)


def test_each_call_draws_anew_and_independently():
    layer = dense(1.0, seed=53)
    first, second = seen_kernel(layer), seen_kernel(layer)
    assert_standard_normal((first - second) / np.sqrt(2))
    product = (first * second).mean()  # deviation 1 / sqrt(n) for independent ones
    assert abs(product) < stats.norm.isf(0.5e-8) / np.sqrt(first.size)


def test_one_noise_serves_the_whole_batch():
    layer = dense(1.0, seed=54)
    y = array(layer(np.ones((3, INPUTS), "float32"), training=True))
    np.testing.assert_allclose(y, np.broadcast_to(y[:1], y.shape), rtol=1e-5, atol=1e-4)


def test_inference_is_the_wrapped_layer_bit_for_bit():
    inner = keras.layers.Conv2D(4, 3)
    layer = WeightNoise(inner, 0.5)
    x = np.random.default_rng(2).normal(size=(2, 5, 5, 3)).astype("float32")
    np.testing.assert_array_equal(array(layer(x)), array(inner(x)))
    assert not np.array_equal(array(layer(x, training=True)), array(inner(x)))


def test_no_noise_no_change_and_no_generator():
    layer = dense(0.0)
    x = np.ones((2, INPUTS), "float32")
    np.testing.assert_array_equal(array(layer(x, training=True)), array(layer(x)))
    assert not layer.non_trainable_variables


def test_trained_kernel_keeps_its_value_and_the_bias_gets_no_noise():
    layer = WeightNoise(keras.layers.Dense(3, bias_initializer="ones"), 1.0)
    y = array(layer(np.zeros((2, 4), "float32"), training=True))
    np.testing.assert_array_equal(y, np.ones((2, 3)))
    before = array(layer.layer.kernel.value).copy()
    layer(np.ones((2, 4), "float32"), training=True)
    np.testing.assert_array_equal(array(layer.layer.kernel.value), before)


@pytest.mark.parametrize("relative", [False, True])
def test_gradient_is_taken_where_the_weights_stand_after_the_noise(gradients, relative):
    """Of y = x (W + noise): dy/dx is the noisy kernel; dy/dW is x, times its factor if relative."""
    make = dict(stddev=0.5, relative=relative, seed=55)
    layer = WeightNoise(keras.layers.Dense(1, use_bias=False), **make)
    layer.build((None, 4))
    kernel = np.array([[1.0], [-2.0], [0.5], [4.0]], "float32")
    layer.layer.kernel.assign(kernel)
    x = np.array([[1.0, 2.0, 3.0, 4.0]], "float32")
    dx, dw = gradients(layer, x, np.ones((1, 1)))
    noisy = dx.reshape(4, 1)
    assert not np.isclose(noisy, kernel).any()
    factor = noisy / kernel if relative else np.ones_like(kernel)
    np.testing.assert_allclose(dw, x.T * factor, rtol=1e-5)


def test_noise_is_added_in_full_precision(dtype_policy):
    """In float16 a kernel near 1 has steps of 5e-4; the noise must not be rounded before."""
    dtype_policy("mixed_float16")
    layer = dense(1e-2, seed=56)
    assert layer.layer.compute_dtype == "float16"
    kernel = seen_kernel(layer)
    assert 0.0095 < kernel.std() < 0.0105


def test_compiled_training_draws_anew_at_each_step():
    """Without data the loss is the square of the noise: it differs from step to step."""
    model = keras.Sequential([keras.Input((4,)), WeightNoise(keras.layers.Dense(8), 1.0, seed=57)])
    model.compile(keras.optimizers.SGD(0.0), "mse", jit_compile=keras.backend.backend() != "torch")
    x, y = np.ones((2, 4), "float32"), np.zeros((2, 8), "float32")
    losses = [float(model.train_on_batch(x, y)) for _ in range(4)]
    assert len(set(losses)) == 4


@pytest.mark.parametrize("stddev", [-0.1, float("nan"), float("inf")])
def test_impossible_deviations_are_refused(stddev):
    with pytest.raises(ValueError, match=r"at least 0. Received: stddev="):
        WeightNoise(keras.layers.Dense(3), stddev)
