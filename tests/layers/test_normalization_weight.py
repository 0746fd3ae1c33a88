"""Weight normalization, weight standardization and batch-channel normalization."""

import doctest
import importlib

import keras
import numpy as np
import pytest

from course_kit.layers import (
    BatchChannelNormalization,
    BatchNormalization,
    WeightNormalization,
    WeightStandardization,
)

# name: the layer, the shape of a batch, the kernel's axes over which a unit sums
LAYERS = {
    "dense": (lambda: keras.layers.Dense(5), (8, 6), (0,)),
    "einsum_dense": (
        lambda: keras.layers.EinsumDense("abc,cde->abde", (None, 2, 5), bias_axes="de"),
        (8, 3, 6),
        (0,),
    ),
    "conv_1d": (lambda: keras.layers.Conv1D(5, 3), (8, 6, 2), (0, 1)),
    "conv_2d": (lambda: keras.layers.Conv2D(5, 3), (8, 6, 6, 2), (0, 1, 2)),
    "depthwise_2d": (
        lambda: keras.layers.DepthwiseConv2D(3, depth_multiplier=2),
        (8, 6, 6, 2),
        (0, 1),
    ),
    "conv_2d_transpose": (
        lambda: keras.layers.Conv2DTranspose(3, 2),
        (8, 3, 3, 2),
        (0, 1, 3),
    ),
}


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def batch(shape, seed=9):
    return np.random.default_rng(seed).normal(1, 2, shape).astype("float32")


@pytest.fixture(params=LAYERS)
def inner_x_axes(request):
    keras.utils.set_random_seed(41)
    make, shape, axes = LAYERS[request.param]
    return make(), batch(shape), axes


def with_kernel(inner, kernel, x):
    """The oracle: the layer of Keras, with its kernel computed in NumPy."""
    before = array(inner.kernel)
    inner.kernel.assign(kernel)
    y = array(inner(x))
    inner.kernel.assign(before)
    return y


def test_weight_norm_starts_as_the_wrapped_layer(inner_x_axes):
    inner, x, _ = inner_x_axes
    y = array(WeightNormalization(inner)(x))
    np.testing.assert_allclose(y, array(inner(x)), rtol=1e-4, atol=1e-5)


def test_weight_norm_is_g_v_over_the_norm(inner_x_axes):
    inner, x, axes = inner_x_axes
    layer = WeightNormalization(inner)
    layer.build(x.shape)
    g = np.random.default_rng(10).uniform(0.5, 2, layer.g.shape)
    layer.g.assign(g)
    v = array(inner.kernel).astype("float64")
    norm = np.sqrt((v**2).sum(axes, keepdims=True))
    kernel = g.reshape(norm.shape) * v / norm
    y = array(layer(x))
    np.testing.assert_allclose(y, with_kernel(inner, kernel, x), rtol=1e-4, atol=1e-4)
    assert len(layer.trainable_weights) == 3  # v, b and g


def test_weight_norm_gradient_of_v_is_orthogonal_to_v(inner_x_axes, gradients):
    """The paper, section 2.1: only g can change the length."""
    inner, x, axes = inner_x_axes
    layer = WeightNormalization(inner)
    _, *found = gradients(layer, x, batch(layer(x).shape, seed=11))
    position = [w is inner.kernel for w in layer.trainable_weights].index(True)
    gradient, v = found[position].astype("float64"), array(inner.kernel)
    scale = np.sqrt((gradient**2).sum(axes) * (v**2).sum(axes))
    np.testing.assert_allclose((gradient * v).sum(axes) / scale, 0, atol=1e-4)


def test_weight_norm_is_torchs(gradients):
    torch = pytest.importorskip("torch")
    x = batch((8, 6))
    layer = WeightNormalization(keras.layers.Dense(5))
    layer.build(x.shape)
    layer.g.assign(np.linspace(0.5, 2, 5))
    theirs = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(6, 5))
    with torch.no_grad():
        theirs.parametrizations.weight.original0.copy_(torch.tensor(array(layer.g))[:, None])
        theirs.parametrizations.weight.original1.copy_(torch.tensor(array(layer.layer.kernel).T))
        theirs.bias.zero_()
        wanted = theirs(torch.tensor(x)).numpy()
    np.testing.assert_allclose(array(layer(x)), wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", [name for name in LAYERS if name != "einsum_dense"])
def test_data_init_gives_the_first_batch_mean_zero_and_variance_one(kind):
    make, shape, _ = LAYERS[kind]
    x, inner = batch(shape), make()
    layer = WeightNormalization(inner, data_init=True)
    y = array(layer(x, training=True)).astype("float64")
    axes = tuple(range(y.ndim - 1))
    np.testing.assert_allclose(y.mean(axes), 0, atol=1e-4)
    np.testing.assert_allclose(y.var(axes), 1, rtol=1e-3)
    before = [array(w) for w in layer.weights]
    layer(batch(shape, seed=12) * 3, training=True)  # only the first batch counts
    for old, new in zip(before, layer.weights, strict=True):
        np.testing.assert_array_equal(old, array(new))


def test_data_init_is_before_the_activation_and_not_at_inference():
    x = batch((64, 6))
    layer = WeightNormalization(keras.layers.Dense(5, activation="relu"), data_init=True)
    layer(x)
    assert not array(layer.initialized)
    y = array(layer(x, training=True))
    v = array(layer.layer.kernel).astype("float64")
    t = x @ (v / np.sqrt((v**2).sum(0)))
    np.testing.assert_allclose(y, np.maximum((t - t.mean(0)) / t.std(0), 0), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(array(layer.g), 1 / t.std(0), rtol=1e-4)


def test_data_init_without_bias_sets_the_scale_only():
    layer = WeightNormalization(keras.layers.Dense(5, use_bias=False), data_init=True)
    y = array(layer(batch((64, 6)), training=True))
    np.testing.assert_allclose(y.var(0), 1, rtol=1e-3)


def model_with_data_init():
    inner = keras.layers.Dense(3, activation="tanh")
    model = keras.Sequential([keras.Input((6,)), WeightNormalization(inner, data_init=True)])
    model.compile("sgd", "mse")
    return model


def test_data_init_in_a_compiled_first_call_says_what_to_do():
    if keras.backend.backend() == "torch":
        pytest.skip("torch compiles nothing here, so the first batch of fit initializes")
    model, x = model_with_data_init(), batch((16, 6))
    with pytest.raises(RuntimeError, match=r"Call `model\(batch, training=True\)` once before"):
        model.fit(x, x[:, :3], verbose=0)


def test_data_init_then_fit_and_save(tmp_path):
    model, x = model_with_data_init(), batch((16, 6))
    model(x, training=True)
    model.fit(x, x[:, :3], batch_size=8, epochs=2, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(model.predict(x, verbose=0), again.predict(x, verbose=0))
    again.fit(x, x[:, :3], verbose=0)  # a loaded model is initialized: nothing raises


def test_data_init_refuses_einsum():
    inner = keras.layers.EinsumDense("ab,bc->ac", 5, bias_axes="c")
    with pytest.raises(ValueError, match="one bias a unit"):
        WeightNormalization(inner, data_init=True).build((None, 6))


def test_weight_norm_with_mean_only_batch_norm_is_batch_norm_for_whitened_inputs():
    """Section 4 of the paper: with white inputs both divide by the length of v."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(2000, 6))
    x -= x.mean(0)
    u, _, vt = np.linalg.svd(x, full_matrices=False)
    x = (u @ vt * np.sqrt(len(x))).astype("float32")  # covariance is the identity
    inner = keras.layers.Dense(5, use_bias=False)
    layer = WeightNormalization(inner)
    layer.build(x.shape)
    layer.g.assign(np.ones(5))
    ours = array(BatchNormalization(mean_only=True)(layer(x), training=True))
    theirs = array(keras.layers.BatchNormalization(epsilon=1e-9)(inner(x), training=True))
    np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-3)


def test_weight_standardization_is_the_formula(inner_x_axes):
    inner, x, axes = inner_x_axes
    layer = WeightStandardization(inner, epsilon=1e-5)
    y = array(layer(x))
    w = array(inner.kernel).astype("float64")
    kernel = (w - w.mean(axes, keepdims=True)) / np.sqrt(w.var(axes, keepdims=True) + 1e-5)
    np.testing.assert_allclose(y, with_kernel(inner, kernel, x), rtol=1e-3, atol=1e-3)


def test_weight_standardization_gradients_sum_to_zero_over_the_fan_in(inner_x_axes, gradients):
    """Qiao et al., equation 11: the gradient of each unit is centered."""
    inner, x, axes = inner_x_axes
    layer = WeightStandardization(inner)
    _, *found = gradients(layer, x, batch(layer(x).shape, seed=11))
    position = [w is inner.kernel for w in layer.trainable_weights].index(True)
    gradient = found[position].astype("float64")
    np.testing.assert_allclose(gradient.sum(axes) / np.abs(gradient).sum(axes), 0, atol=1e-4)


def test_batch_channel_norm_is_batch_norm_and_then_group_norm():
    x = batch((8, 4, 3, 6))
    layer = BatchChannelNormalization(groups=3, momentum=0.5)
    layer.build(x.shape)
    rng = np.random.default_rng(3)
    layer.set_weights([rng.uniform(0.5, 1.5, w.shape) for w in layer.weights])
    first = keras.layers.BatchNormalization(momentum=0.5)
    second = keras.layers.GroupNormalization(3)
    first.build(x.shape), second.build(x.shape)
    first.set_weights(layer.batch.get_weights())
    second.set_weights(layer.channel.get_weights())
    for training in (True, False):
        wanted = array(second(first(x, training=training)))
        np.testing.assert_allclose(array(layer(x, training=training)), wanted, atol=1e-4)
    np.testing.assert_allclose(array(layer.batch.moving_mean), array(first.moving_mean), rtol=1e-5)


@pytest.mark.parametrize(
    "name",
    [
        "kernel_units",
        "weight_normalization",
        "weight_standardization",
        "batch_channel_normalization",
    ],
)
def test_examples_in_the_docstrings(name):
    result = doctest.testmod(importlib.import_module(f"course_kit.layers.{name}"))
    assert result.attempted and not result.failed
