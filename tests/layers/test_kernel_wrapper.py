"""Wrappers that rewrite a kernel: DropConnect, and the base under it."""

import keras
import numpy as np
import pytest

from course_kit.layers import DropConnect, KernelWrapper

LAYERS = {
    "dense": (lambda: keras.layers.Dense(5), (4, 6)),
    "einsum_dense": (
        lambda: keras.layers.EinsumDense("abc,cd->abd", (None, 5), bias_axes="d"),
        (4, 3, 6),
    ),
    "conv_1d": (lambda: keras.layers.Conv1D(5, 3), (4, 6, 2)),
    "conv_2d": (lambda: keras.layers.Conv2D(5, 3), (4, 6, 6, 2)),
    "conv_3d": (lambda: keras.layers.Conv3D(2, 2), (4, 3, 3, 3, 2)),
    "depthwise_1d": (lambda: keras.layers.DepthwiseConv1D(3), (4, 6, 2)),
    "depthwise_2d": (lambda: keras.layers.DepthwiseConv2D(3), (4, 6, 6, 2)),
    "conv_2d_transpose": (lambda: keras.layers.Conv2DTranspose(3, 2), (4, 3, 3, 2)),
}


class Doubled(KernelWrapper):
    def rewrite_kernel(self, kernel, training):
        return kernel * 2 if training else kernel


class Recorded(KernelWrapper):
    def rewrite_kernel(self, kernel, training):
        self.seen = keras.backend.standardize_dtype(kernel.dtype)
        return kernel


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


@pytest.fixture(params=LAYERS)
def inner_and_batch(request):
    keras.utils.set_random_seed(41)
    make, shape = LAYERS[request.param]
    x = np.random.default_rng(9).normal(size=shape).astype("float32")
    return make(), x


def test_the_wrapped_layer_computes_with_the_rewritten_kernel(inner_and_batch):
    inner, x = inner_and_batch
    layer = Doubled(inner)
    plain = array(layer(x, training=False))
    np.testing.assert_array_equal(plain, array(inner(x)))
    np.testing.assert_allclose(  # the bias is zero
        array(layer(x, training=True)), 2 * plain, rtol=1e-5, atol=1e-6
    )


def test_gradients_reach_the_trained_kernel(inner_and_batch, gradients):
    inner, x = inner_and_batch
    layer = Doubled(inner)
    probe = np.random.default_rng(10).normal(size=layer(x).shape)
    through = gradients(layer, x, probe)
    direct = gradients(inner, x, probe)
    np.testing.assert_allclose(through[0], 2 * direct[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(through[1], 2 * direct[1], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(through[2], direct[2], rtol=1e-4, atol=1e-5)


def test_the_variable_is_back_after_the_call_even_when_it_fails(inner_and_batch):
    inner, x = inner_and_batch
    layer = Doubled(inner)
    layer(x, training=True)
    before = array(inner.kernel)
    assert isinstance(inner.kernel, keras.Variable)
    with pytest.raises(Exception, match=r"(?i)shape|dim|size|compatible|channel"):
        layer.call(x[..., :1].repeat(7, -1), training=True)
    assert isinstance(inner.kernel, keras.Variable)
    np.testing.assert_array_equal(array(inner.kernel), before)


def test_drop_connect_drops_weights_and_rescales(inner_and_batch):
    """An independent oracle: Keras' own layer with a kernel masked in NumPy."""
    inner, x = inner_and_batch
    layer = DropConnect(inner, 0.5, seed=42)
    layer.build(x.shape)
    same = DropConnect(keras.layers.Identity(), 0.5, seed=42)
    kernel = array(inner.kernel)
    mask = array(same.rewrite_kernel(np.ones_like(kernel), training=True))
    assert set(np.unique(mask)) == {0.0, 2.0}
    y = array(layer(x, training=True))
    inner.kernel.assign(kernel * mask)
    np.testing.assert_allclose(y, array(inner(x)), rtol=1e-4, atol=1e-5)


def recovered_kernel(layer, units):
    """A dense layer without bias shows its kernel when it is fed the identity."""
    return array(layer(np.eye(units, dtype="float32"), training=True))


def test_drop_connect_mask_read_from_the_outputs(assert_frequency):
    inner = keras.layers.Dense(300, use_bias=False)
    layer = DropConnect(inner, 0.2, seed=43)
    used = recovered_kernel(layer, 200)
    kernel = array(inner.kernel)
    np.testing.assert_allclose(used[used != 0], (kernel / 0.8)[used != 0], rtol=3e-5)
    assert_frequency((used == 0).sum(), used.size, 0.2)


def test_drop_connect_draws_anew_at_each_call(assert_frequency):
    layer = DropConnect(keras.layers.Dense(200, use_bias=False), 0.5, seed=44)
    first, second = recovered_kernel(layer, 100), recovered_kernel(layer, 100)
    assert_frequency(((first == 0) == (second == 0)).sum(), first.size, 0.5)


@pytest.mark.parametrize(("scaling", "factor"), [("inverted", 1.0), ("vanilla", 0.75)])
def test_drop_connect_inference_uses_the_expected_kernel(scaling, factor):
    inner = keras.layers.Dense(5, activation="tanh", bias_initializer="ones")
    layer = DropConnect(inner, 0.25, scaling=scaling)
    x = np.random.default_rng(11).normal(size=(4, 6)).astype("float32")
    y = array(layer(x))
    wanted = np.tanh(x @ (factor * array(inner.kernel)) + 1)
    np.testing.assert_allclose(y, wanted, rtol=1e-5, atol=1e-6)


def test_rewriting_sees_the_stored_precision(dtype_policy):
    dtype_policy("mixed_bfloat16")
    layer = Recorded(keras.layers.Dense(3))
    layer(np.ones((2, 4)))
    assert layer.seen == "float32"
    model = keras.Sequential([keras.Input((4,)), layer])
    model(np.ones((2, 4)))
    assert layer.seen == "float32"


def test_wrapper_takes_the_precision_of_the_layer_it_wraps():
    layer = DropConnect(keras.layers.Dense(3, dtype="mixed_bfloat16"), 0.5)
    assert layer.compute_dtype == "bfloat16"
    assert layer(keras.Input((4,))).dtype == "bfloat16"


def test_layer_without_kernel_is_named():
    with pytest.raises(ValueError, match=r"variable named `kernel`. Received: MaxPooling2D"):
        DropConnect(keras.layers.MaxPooling2D(), 0.5).build((None, 4, 4, 1))


@pytest.mark.parametrize("wrong", [{"rate": 2}, {"rate": 0.5, "scaling": "both"}])
def test_wrong_arguments_are_refused(wrong):
    with pytest.raises(ValueError, match="Received"):
        DropConnect(keras.layers.Dense(3), **wrong)
