"""Group and instance normalization beyond the contract and Keras' own tests."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_kit.layers import GroupNormalization, InstanceNormalization, LayerNormalization

EPSILON = 1e-3


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def batch(shape=(4, 3, 5, 6), seed=1):
    return np.random.default_rng(seed).normal(2, 3, shape).astype("float32")


def reference(x, groups, axis):
    """Loop over examples and groups: nothing to get wrong."""
    x = np.moveaxis(x.astype("float64"), axis, -1)
    y = np.empty_like(x)
    size = x.shape[-1] // groups
    for example in range(len(x)):
        for group in range(groups):
            place = (example, ..., slice(group * size, (group + 1) * size))
            part = x[place]
            y[place] = (part - part.mean()) / np.sqrt(part.var() + EPSILON)
    return np.moveaxis(y, -1, axis)


def randomized(layer, shape):
    layer.build(shape)
    rng = np.random.default_rng(3)
    layer.set_weights([rng.uniform(0.5, 1.5, w.shape) for w in layer.weights])
    return layer


@st.composite
def shape_axis_groups(draw):
    shape = draw(st.lists(st.integers(1, 4), min_size=2, max_size=5))
    axis = draw(st.integers(1, len(shape) - 1))
    groups, size = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    shape[axis] = groups * size
    return shape, draw(st.sampled_from([axis, axis - len(shape)])), groups


@given(shape_axis_groups())
@settings(max_examples=40, deadline=None)
def test_any_shape_axis_and_number_of_groups(drawn):
    shape, axis, groups = drawn
    x = batch(shape)
    y = array(GroupNormalization(groups, axis, epsilon=EPSILON)(x))
    np.testing.assert_allclose(y, reference(x, groups, axis), rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize(("groups", "axis"), [(2, -1), (3, 1), (1, -1), (-1, -1), (5, -2)])
def test_it_is_keras_own(groups, axis, gradients):
    x, probe = batch(), batch(seed=7)
    ours = randomized(GroupNormalization(groups, axis), x.shape)
    theirs = randomized(keras.layers.GroupNormalization(groups, axis), x.shape)
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights]
    np.testing.assert_allclose(array(ours(x)), array(theirs(x)), rtol=1e-4, atol=1e-4)
    for mine, other in zip(gradients(ours, x, probe), gradients(theirs, x, probe), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_it_is_torchs(groups):
    torch = pytest.importorskip("torch")
    x = batch()
    layer = randomized(GroupNormalization(groups, epsilon=EPSILON), x.shape)
    gamma, beta = (torch.tensor(array(w)) for w in (layer.gamma, layer.beta))
    first = torch.tensor(x).permute(0, 3, 1, 2)
    wanted = torch.nn.functional.group_norm(first, groups, gamma, beta, EPSILON)
    np.testing.assert_allclose(
        array(layer(x)), wanted.permute(0, 2, 3, 1).numpy(), rtol=1e-4, atol=1e-4
    )


def test_instance_normalization_is_torchs():
    torch = pytest.importorskip("torch")
    x = batch()
    wanted = torch.nn.functional.instance_norm(torch.tensor(x).permute(0, 3, 1, 2), eps=EPSILON)
    y = array(InstanceNormalization(epsilon=EPSILON)(x))
    np.testing.assert_allclose(y, wanted.permute(0, 2, 3, 1).numpy(), rtol=1e-4, atol=1e-4)


def test_a_group_a_channel_survives_the_configuration():
    """Keras writes the channel count into ``groups``, so that a copy fits no other width."""
    layer = GroupNormalization(groups=-1)
    layer.build((None, 4, 4, 6))
    assert layer.get_config()["groups"] == -1
    GroupNormalization.from_config(layer.get_config()).build((None, 4, 4, 10))


def test_one_group_has_the_statistics_of_layer_normalization_and_2c_parameters():
    x = batch()
    group, layer = GroupNormalization(1), LayerNormalization([1, 2, 3])
    np.testing.assert_allclose(array(group(x)), array(layer(x)), rtol=1e-4, atol=1e-5)
    assert group.count_params() == 2 * 6
    assert layer.count_params() == 2 * 3 * 5 * 6


def test_instance_normalization_is_a_group_a_channel():
    x = batch()
    np.testing.assert_array_equal(
        array(InstanceNormalization()(x)), array(GroupNormalization(6)(x))
    )
    assert "groups" not in InstanceNormalization().get_config()


def test_small_batches_change_nothing():
    x, layer = batch(), GroupNormalization(2)
    np.testing.assert_allclose(array(layer(x))[:1], array(layer(x[:1])), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("make", [lambda: GroupNormalization(3), InstanceNormalization])
def test_space_may_be_unknown(make):
    inputs = keras.Input((None, None, 6))
    layer = make()
    outputs = layer(inputs)
    assert outputs.shape == (None, None, None, 6)
    groups = 3 if type(layer) is GroupNormalization else 6
    x = batch()
    np.testing.assert_allclose(
        keras.Model(inputs, outputs).predict(x, verbose=0), reference(x, groups, -1), atol=1e-4
    )


def test_a_large_mean_costs_no_accuracy():
    x = (1e4 + np.random.default_rng(1).normal(size=(2, 40, 40, 4))).astype("float32")
    y = array(GroupNormalization(2, epsilon=EPSILON)(x))
    np.testing.assert_allclose(y, reference(x, 2, -1), rtol=0.02, atol=0.02)


def test_features_without_space_are_no_instance():
    with pytest.raises(ValueError, match="LayerNormalization"):
        InstanceNormalization()(np.ones((4, 3), "float32"))
