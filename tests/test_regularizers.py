"""Penalties: NumPy's norms, groups for every kind of kernel, and no NaN at the zero group."""

import json

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_kit import regularizers
from course_kit.regularizers import L1, L2, GroupLasso

BACKEND = keras.backend.backend()


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def gradient(penalty, w):
    w = np.asarray(w, "float32")
    if BACKEND == "tensorflow":
        import tensorflow as tf

        variable = tf.Variable(w)
        with tf.GradientTape() as tape:
            value = penalty(variable)
        return tape.gradient(value, variable).numpy()
    if BACKEND == "jax":
        import jax

        return np.asarray(jax.grad(penalty)(w))
    import torch

    variable = torch.tensor(w, requires_grad=True)
    return torch.autograd.grad(penalty(variable), variable)[0].numpy()


def lengths(w, within):
    """NumPy's own norm, of each group flattened."""
    w = np.asarray(w, "float64")
    numbering = [a for a in range(w.ndim) if a not in within]
    groups = np.transpose(w, [*numbering, *within]).reshape(
        *[w.shape[a] for a in numbering], int(np.prod([w.shape[a] for a in within]))
    )
    return np.linalg.norm(groups, axis=-1), groups.shape[-1]


# Kernel, argument, and the axes along which one group extends.
KERNELS = {
    "dense neurons": ((4, 3), "outputs", (0,)),
    "dense inputs": ((4, 3), "inputs", (1,)),
    "filters": ((2, 3, 4, 5), "outputs", (0, 1, 2)),
    "input channels": ((2, 3, 4, 5), "inputs", (0, 1, 3)),
    "filters of a transposed convolution": ((2, 3, 4, 5), -2, (0, 1, 3)),
    "filters of a depthwise convolution": ((2, 3, 4, 5), (-2, -1), (0, 1)),
    "pixels": ((2, 3, 4, 5), (0, 1), (2, 3)),
    "each weight": ((4, 3), (0, 1), ()),
    "biases": ((6,), "outputs", ()),
}


@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("name", KERNELS)
def test_penalty_is_the_sum_of_the_groups_norms(name, scaled):
    shape, groups, within = KERNELS[name]
    w = np.random.default_rng(1).normal(size=shape).astype("float32")
    norms, size = lengths(w, within)
    wanted = 0.3 * norms.sum() * (np.sqrt(size) if scaled else 1)
    found = GroupLasso(0.3, groups, scaled)(w)
    assert float(found) == pytest.approx(wanted, rel=1e-5)
    assert tuple(found.shape) == ()


def test_groups_are_those_of_the_layers_own_kernels():
    """A filter's group is all that its output depends on, and nothing else."""
    x = np.random.default_rng(2).normal(size=(1, 4, 4, 3)).astype("float32")
    layers = {
        "outputs": (keras.layers.Dense(5), keras.layers.Conv2D(5, 2)),
        -2: (keras.layers.Conv2DTranspose(5, 2),),
    }
    for groups, several in layers.items():
        for layer in several:
            before = array(layer(x))
            kernel = array(layer.kernel.value).copy()
            axis = -1 if groups == "outputs" else groups
            index = [slice(None)] * kernel.ndim
            index[axis] = 2
            kernel[tuple(index)] = 0
            layer.kernel.assign(kernel)
            changed = np.abs(array(layer(x)) - before).max(axis=(0, 1, 2)) > 0
            assert changed.tolist() == [False, False, True, False, False]
            norms = keras.ops.convert_to_numpy(GroupLasso(1.0, groups)(kernel))
            left = np.linalg.norm(np.moveaxis(kernel, axis, 0).reshape(5, -1), axis=1)
            assert float(norms) == pytest.approx(left.sum(), rel=1e-5)


@given(
    shape=st.lists(st.integers(1, 4), min_size=2, max_size=4),
    groups=st.sampled_from(["outputs", "inputs"]),
    zeros=st.integers(0, 4),
    seed=st.integers(0, 100),
)
@settings(deadline=None, max_examples=12)
def test_gradient_is_the_unit_vector_and_zero_at_zero_groups(shape, groups, zeros, seed):
    axis = {"outputs": -1, "inputs": -2}[groups]
    w = np.random.default_rng(seed).normal(size=shape).astype("float32")
    np.moveaxis(w, axis, 0)[:zeros] = 0
    within = tuple(a for a in range(len(shape)) if a != axis % len(shape))
    norm = np.sqrt(np.sum(w.astype("float64") ** 2, within, keepdims=True))
    wanted = 0.5 * np.divide(w, norm, out=np.zeros(shape), where=norm > 0)
    found = gradient(GroupLasso(0.5, groups), w)
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


def test_a_kernel_of_zeros_gets_a_zero_gradient_and_no_nan():
    for groups in ("outputs", "inputs", (0, 1)):
        np.testing.assert_array_equal(gradient(GroupLasso(1.0, groups), np.zeros((3, 4))), 0)


def test_training_with_a_zero_neuron_stays_finite_when_compiled():
    kernel = np.random.default_rng(3).normal(size=(4, 3)).astype("float32")
    kernel[:, 1] = 0
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, kernel_regularizer=GroupLasso(0.1))]
    )
    model.layers[0].kernel.assign(kernel)
    model.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=BACKEND != "torch")
    x = np.ones((8, 4), "float32")
    history = model.fit(x, np.ones((8, 3)), epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    assert np.isfinite(array(model.layers[0].kernel.value)).all()


def test_groups_vanish_as_a_whole_where_l1_leaves_single_weights():
    """Inputs 2 and 3 say nothing about y: group lasso over inputs removes their rows."""
    random = np.random.default_rng(4)
    x = random.normal(size=(256, 4)).astype("float32")
    y = (x[:, :2] @ random.normal(size=(2, 6)) + 0.1 * random.normal(size=(256, 6))).astype(
        "float32"
    )
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(6, kernel_regularizer=GroupLasso(0.05, "inputs"))]
    )
    rate = keras.optimizers.schedules.CosineDecay(0.2, 320)
    model.compile(keras.optimizers.SGD(rate), "mse")
    model.fit(x, y, batch_size=32, epochs=40, verbose=0)
    rows = np.linalg.norm(array(model.layers[0].kernel.value), axis=1)
    assert (rows[:2] > 0.3).all() and (rows[2:] < 1e-3).all()


def test_mean_loss_and_penalty_add_up_as_in_keras():
    layer = keras.layers.Dense(3, kernel_regularizer=GroupLasso(0.5))
    model = keras.Sequential([keras.Input((4,)), layer])
    model.compile("sgd", "mse")
    x, y = np.ones((8, 4), "float32"), np.zeros((8, 3), "float32")
    kernel = array(layer.kernel.value)
    data = np.mean(array(model(x)) ** 2)
    penalty = 0.5 * np.linalg.norm(kernel, axis=0).sum()
    assert model.evaluate(x, y, verbose=0) == pytest.approx(data + penalty, rel=1e-5)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_weights_are_summed_in_float32(dtype):
    """65,536 squares of 1 are beyond float16, and beyond the digits of bfloat16."""
    w = keras.ops.cast(np.ones((2**16, 1), "float32"), dtype)
    found = GroupLasso(1.0)(w)
    assert keras.backend.standardize_dtype(found.dtype) == "float32"
    assert float(found) == 256.0


@pytest.mark.parametrize(
    "arguments", [{}, {"factor": 0.1, "groups": [-2, -1], "scaled": True}, {"groups": "inputs"}]
)
def test_config_round_trips_through_json_and_a_saved_model(arguments, tmp_path):
    penalty = GroupLasso(**arguments)
    text = json.dumps(keras.saving.serialize_keras_object(penalty))
    again = keras.saving.deserialize_keras_object(json.loads(text))
    assert type(again) is GroupLasso and again.get_config() == penalty.get_config()
    assert penalty.get_config().items() >= arguments.items()
    layer = keras.layers.Conv2D(2, 2, kernel_regularizer=penalty)
    model = keras.Sequential([keras.Input((3, 3, 1)), layer])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert float(loaded.losses[0]) == float(model.losses[0]) > 0


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"factor": -1}, "`factor` must be a finite number, at least 0. Received: factor=-1"),
        ({"factor": float("nan")}, "Received: factor=nan"),
        ({"groups": "rows"}, "'outputs', 'inputs' or the axes.*Received: groups='rows'"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        GroupLasso(**arguments)


def test_groups_the_weights_do_not_have_are_refused():
    with pytest.raises(ValueError, match=r"axes that the weights have. Received: groups='inputs'"):
        GroupLasso(groups="inputs")(np.ones(3, "float32"))


def test_l1_and_l2_are_keras_own():
    for name in ("L1", "L2", "L1L2", "l1", "l2", "l1_l2"):
        assert getattr(regularizers, name) is getattr(keras.regularizers, name)


@pytest.mark.parametrize("deck, ours", [("U l1", L1(0.05)), ("U l2", L2(0.05)), ("S l2", L2(0.1))])
def test_decks_penalties_translate_as_the_table_says(deck, ours):
    """With lambda = 0.1: values and gradients of the decks' formulas, in NumPy."""
    w = np.random.default_rng(5).normal(size=(4, 3)).astype("float32")
    value, slope = {
        "U l1": (0.05 * np.abs(w).sum(), 0.05 * np.sign(w)),
        "U l2": (0.05 * (w**2).sum(), 0.1 * w),
        "S l2": (0.1 * (w**2).sum(), 0.2 * w),
    }[deck]
    assert float(ours(keras.ops.convert_to_tensor(w))) == pytest.approx(value, rel=1e-5)
    np.testing.assert_allclose(gradient(ours, w), slope, rtol=1e-5)


@pytest.mark.parametrize("momentum, same", [(0.0, True), (0.9, False)])
def test_weight_decay_is_l2_for_plain_sgd_only(momentum, same):
    factor, x, y = 0.03, np.ones((4, 3), "float32"), np.ones((4, 2), "float32")
    kernels = []
    for penalty, decay in ((L2(factor), None), (None, 2 * factor)):
        layer = keras.layers.Dense(
            2, use_bias=False, kernel_initializer="ones", kernel_regularizer=penalty
        )
        model = keras.Sequential([keras.Input((3,)), layer])
        optimizer = keras.optimizers.SGD(0.1, momentum=momentum, weight_decay=decay)
        model.compile(optimizer, "mse")
        model.fit(x, y, epochs=5, verbose=0)
        kernels.append(array(layer.kernel.value))
    assert np.allclose(*kernels, rtol=1e-5) == same


def test_a_tuple_is_a_list_in_the_config_as_in_the_file():
    one = GroupLasso(groups=(0, 1))
    again = GroupLasso.from_config(json.loads(json.dumps(one.get_config())))
    assert again.get_config() == one.get_config()
    w = np.random.default_rng(9).normal(size=(3, 4, 2)).astype("float32")
    np.testing.assert_array_equal(array(one(w)), array(again(w)))
