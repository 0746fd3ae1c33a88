"""Layer normalization beyond the contract and Keras' own tests."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_kit.layers import LayerNormalization

EPSILON = 1e-3
SHAPE = (4, 3, 5, 6)


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def batch(shape=SHAPE, seed=1):
    return np.random.default_rng(seed).normal(2, 3, shape).astype("float32")


def reference(x, axes, gamma=1.0, beta=0.0):
    x = x.astype("float64")
    mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return gamma * (x - mean) / np.sqrt(variance + EPSILON) + beta


def randomized(layer, shape):
    layer.build(shape)
    rng = np.random.default_rng(3)
    layer.set_weights([rng.uniform(0.5, 1.5, w.shape) for w in layer.weights])
    return layer


@st.composite
def shape_and_axis(draw):
    """Any axes but the first, in any order, each counted from the front or from the back."""
    shape = draw(st.lists(st.integers(1, 4), min_size=2, max_size=5))
    rank = len(shape)
    axes = draw(st.lists(st.integers(1, rank - 1), min_size=1, unique=True))
    signed = [a - rank if draw(st.booleans()) else a for a in axes]
    return shape, draw(st.sampled_from([list, tuple]))(signed)


@given(shape_and_axis())
@settings(max_examples=40, deadline=None)
def test_any_axes_in_any_order_with_any_signs(drawn):
    """Keras mis-sorts mixed signs; on torch it raises for axes that are not the last."""
    shape, axis = drawn
    x = batch(shape)
    layer = randomized(LayerNormalization(axis=axis, epsilon=EPSILON), shape)
    axes = tuple(sorted(a % len(shape) for a in axis))
    assert tuple(layer.gamma.shape) == tuple(shape[a] for a in axes)
    view = [n if i in axes else 1 for i, n in enumerate(shape)]
    gamma, beta = (array(w).reshape(view) for w in (layer.gamma, layer.beta))
    np.testing.assert_allclose(
        array(layer(x)), reference(x, axes, gamma, beta), rtol=2e-3, atol=2e-3
    )
    assert layer.get_config()["axis"] == list(axis)  # JSON has no tuples


@pytest.mark.parametrize(
    ("axis", "shape"),
    [([3, 1], (3, 6)), ([-1, 1], (3, 6)), ([1], (3,)), ([1, 2], (3, 5)), (-1, (6,))],
)
def test_the_quirks_of_keras_axes(axis, shape):
    layer = LayerNormalization(axis=axis, epsilon=EPSILON)
    x = batch()
    y = array(layer(x))
    axes = tuple(a % 4 for a in ([axis] if isinstance(axis, int) else axis))
    np.testing.assert_allclose(y, reference(x, axes), rtol=1e-4, atol=1e-5)
    assert tuple(layer.gamma.shape) == tuple(layer.beta.shape) == shape
    again = LayerNormalization.from_config(layer.get_config())
    assert again.get_config()["axis"] == axis


@pytest.mark.parametrize("axis", [-1, [1, 2, 3]])
def test_it_is_keras_own(axis, gradients):
    x, probe = batch(), batch(seed=7)
    ours = randomized(LayerNormalization(axis), x.shape)
    theirs = randomized(keras.layers.LayerNormalization(axis), x.shape)
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights]
    np.testing.assert_allclose(array(ours(x)), array(theirs(x)), rtol=1e-4, atol=1e-5)
    for mine, other in zip(gradients(ours, x, probe), gradients(theirs, x, probe), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-3, atol=1e-3)


def test_it_is_torchs():
    torch = pytest.importorskip("torch")
    x = batch()
    wanted = torch.nn.functional.layer_norm(torch.tensor(x), x.shape[1:], eps=EPSILON)
    y = array(LayerNormalization([1, 2, 3], epsilon=EPSILON)(x))
    np.testing.assert_allclose(y, wanted.numpy(), rtol=1e-4, atol=1e-5)


def test_images_have_2hwc_parameters():
    """Deck S counts 2 h w c; group normalization with one group has 2 c."""
    layer = LayerNormalization([1, 2, 3])
    layer.build((None, 4, 5, 6))
    assert layer.count_params() == 2 * 4 * 5 * 6


def test_examples_do_not_see_each_other():
    x = batch()
    layer = LayerNormalization()
    np.testing.assert_allclose(array(layer(x))[:1], array(layer(x[:1])), rtol=1e-5, atol=1e-6)


@pytest.mark.filterwarnings("ignore:`rms_scaling=True` is deprecated")
def test_rms_scaling_is_keras_own():
    x = batch()
    ours = randomized(LayerNormalization(rms_scaling=True), x.shape)
    variance = x.astype("float64").var(-1, keepdims=True)
    wanted = array(ours.gamma) * x / np.sqrt(variance + EPSILON)
    np.testing.assert_allclose(array(ours(x)), wanted, rtol=1e-4)
    assert ours.beta is None
    assert LayerNormalization.from_config(ours.get_config()).rms_scaling is True


def test_rms_scaling_warns():
    with pytest.warns(UserWarning, match=r"keras.layers.RMSNormalization"):
        LayerNormalization(rms_scaling=True)


def test_half_precision_loses_nothing_before_the_moments():
    x = (1000 + np.random.default_rng(2).normal(size=(4, 512))).astype("float32")
    layer = LayerNormalization(epsilon=EPSILON, dtype="mixed_float16")
    np.testing.assert_allclose(array(layer(x)), reference(x, (1,)), rtol=0.01, atol=0.01)


def test_unknown_sizes_may_be_left_out_of_the_axes():
    inputs = keras.Input((None, None, 6))
    model = keras.Model(inputs, LayerNormalization()(inputs))
    x = batch()
    np.testing.assert_allclose(array(model(x)), reference(x, (3,)), rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="should have a defined dimension"):
        LayerNormalization([1, 2, 3])(inputs)


@pytest.mark.parametrize(("axis", "message"), [(4, "out of bounds"), ([1, -3], "each axis once")])
def test_axes_that_the_input_does_not_have_are_refused(axis, message):
    with pytest.raises(ValueError, match=message):
        LayerNormalization(axis)(batch())
