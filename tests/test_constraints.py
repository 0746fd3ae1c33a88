"""Max-norm: on the ball from outside, bit for bit inside, for every layout of kernels."""

import json

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_kit.constraints import MaxNorm

BACKEND = keras.backend.backend()


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def projected(w, radius, within):
    """Euclidean projection of each vector onto the ball, one by one in float64."""
    w = np.asarray(w, "float64")
    numbering = [a for a in range(w.ndim) if a not in within]
    result = w.copy()
    for place in np.ndindex(*[w.shape[a] for a in numbering]):
        index = [slice(None)] * w.ndim
        for axis, i in zip(numbering, place, strict=True):
            index[axis] = i
        vector = w[tuple(index)]
        norm = np.linalg.norm(vector.ravel())
        if norm > radius:
            result[tuple(index)] = vector * radius / norm
    return result


@given(
    shape=st.lists(st.integers(1, 5), min_size=1, max_size=5),
    radius=st.floats(0.1, 4),
    seed=st.integers(0, 100),
)
@settings(deadline=None, max_examples=15)
def test_by_itself_it_takes_the_fan_in_of_dense_and_convolution(shape, radius, seed):
    w = np.random.default_rng(seed).normal(size=shape).astype("float32")
    within = tuple(range(max(len(shape) - 1, 1)))
    wanted = projected(w, radius, within)
    np.testing.assert_allclose(array(MaxNorm(radius)(w)), wanted, rtol=1e-5, atol=1e-7)


LAYOUTS = {
    "depthwise": (lambda axis: keras.layers.DepthwiseConv2D(2, depthwise_constraint=axis), (0, 1)),
    "transposed": (
        lambda axis: keras.layers.Conv2DTranspose(4, 2, kernel_constraint=axis),
        (0, 1, 3),
    ),
    "convolution": (lambda axis: keras.layers.Conv2D(4, 2, kernel_constraint=axis), None),
    "dense": (lambda axis: keras.layers.Dense(4, kernel_constraint=axis), None),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_no_unit_outgrows_the_ball_while_training(name):
    """What a unit can give for an input of length 1 is bounded by the norm of its weights."""
    make, axis = LAYOUTS[name]
    layer = make(MaxNorm(0.5, axis))
    model = keras.Sequential([keras.Input((2, 2, 3)), layer])
    model.compile(keras.optimizers.SGD(1.0), "mse")
    x = np.random.default_rng(1).normal(size=(16, 2, 2, 3)).astype("float32")
    model.fit(x, 10 * np.ones((16, *model.output_shape[1:])), epochs=3, verbose=0)
    kernel = array(layer.kernel.value).astype("float64")
    within = axis or tuple(range(kernel.ndim - 1))
    norms = np.sqrt(np.sum(kernel**2, within))
    assert norms.max() < 0.5 * (1 + 1e-6)
    assert norms.max() > 0.5 * (1 - 1e-6)  # the bound was met, or this shows nothing


def test_keras_default_bounds_something_else_in_a_convolution():
    """The quirk: `axis=0` of (h, w, in, out) leaves a filter with many times the norm."""
    w = np.ones((3, 3, 4, 2), "float32")

    def filters(kernel):
        return np.linalg.norm(array(kernel).reshape(-1, 2), axis=0)

    np.testing.assert_allclose(filters(MaxNorm(2.0)(w)), 2.0, rtol=1e-6)
    np.testing.assert_allclose(filters(keras.constraints.MaxNorm(2.0)(w)), 6.0, rtol=1e-6)
    same = keras.constraints.MaxNorm(2.0, axis=[0, 1, 2])(w)
    np.testing.assert_allclose(array(MaxNorm(2.0)(w)), array(same), rtol=1e-6)


def test_inside_the_ball_weights_stay_bit_for_bit():
    w = (1e-3 * np.random.default_rng(2).normal(size=(50, 20))).astype("float32")
    w[:, 0], w[0, 1] = 0.0, -0.0
    ours = array(MaxNorm(2.0)(w))
    np.testing.assert_array_equal(ours.view("int32"), w.view("int32"))
    keras_own = array(keras.constraints.MaxNorm(2.0)(w))
    assert not np.array_equal(keras_own, w)  # the quirk: it shrinks them


def test_on_the_sphere_weights_stay_bit_for_bit():
    w = np.array([[3.0], [4.0]], "float32")
    np.testing.assert_array_equal(array(MaxNorm(5.0)(w)), w)


def test_a_vector_counts_as_one_as_in_keras():
    w = np.array([3.0, 4.0], "float32")
    np.testing.assert_allclose(array(MaxNorm(1.0)(w)), [0.6, 0.8], rtol=1e-6)
    theirs = keras.constraints.MaxNorm(1.0)(w)
    np.testing.assert_allclose(array(MaxNorm(1.0)(w)), array(theirs), rtol=1e-6)


def test_radius_zero_gives_zeros_and_no_nan():
    w = np.array([[1.0, 0.0], [2.0, 0.0]], "float32")
    np.testing.assert_array_equal(array(MaxNorm(0)(w)), np.zeros((2, 2)))


def test_half_precision_weights_are_measured_in_float32():
    """Squares of 300 are beyond float16."""
    w = keras.ops.cast(np.full((4, 1), 300.0), "float16")
    found = MaxNorm(200.0)(w)
    assert keras.backend.standardize_dtype(found.dtype) == "float16"
    np.testing.assert_allclose(array(found), 100.0, rtol=1e-3)


@pytest.mark.parametrize("arguments", [{}, {"max_value": 3.0, "axis": [0, 1]}, {"axis": 1}])
def test_config_round_trips_through_json_and_a_saved_model(arguments, tmp_path):
    constraint = MaxNorm(**arguments)
    text = json.dumps(keras.saving.serialize_keras_object(constraint))
    again = keras.saving.deserialize_keras_object(json.loads(text))
    assert type(again) is MaxNorm and again.get_config() == constraint.get_config()
    assert constraint.get_config().items() >= arguments.items()
    layer = keras.layers.Conv2D(2, 2, kernel_constraint=constraint)
    model = keras.Sequential([keras.Input((3, 3, 1)), layer])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.layers[0].kernel.constraint.get_config() == constraint.get_config()


@pytest.mark.parametrize("wrong", [-1, float("nan")])
def test_a_negative_radius_is_refused(wrong):
    with pytest.raises(ValueError, match=r"at least 0. Received: max_value="):
        MaxNorm(wrong)


def test_a_tuple_is_a_list_in_the_config_as_in_the_file():
    one = MaxNorm(axis=(0, 1))
    again = MaxNorm.from_config(json.loads(json.dumps(one.get_config())))
    assert again.get_config() == one.get_config()
    w = np.random.default_rng(9).normal(size=(3, 4, 2)).astype("float32")
    np.testing.assert_array_equal(array(one(w)), array(again(w)))
