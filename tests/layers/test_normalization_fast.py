"""TensorFlow's quick ways to normalize are held to the readable one: values and gradients."""

import keras
import numpy as np
import pytest

from course_kit.layers import (
    BatchNormalization,
    GroupNormalization,
    LayerNormalization,
    standardize,
    standardize_quickly,
)

if keras.backend.backend() != "tensorflow":
    pytest.skip("the other backends take the readable way", allow_module_level=True)

import tensorflow as tf

from course_kit.layers import standardize_tensorflow

SHAPE = (4, 3, 5, 6)
EPSILON = 1e-3
# name: the axes of the moments, the shape of gamma and beta
VIEWS = {
    "batch": ((0, 1, 2), (1, 1, 1, 6)),
    "batch_dense": ((0,), (1, 6)),
    "layer_last": ((3,), (1, 1, 1, 6)),
    "layer_two": ((2, 3), (1, 1, 5, 6)),
    "layer_image": ((1, 2, 3), (1, 3, 5, 6)),
    # gamma elsewhere than the quick ways expect: they must leave these alone
    "kept_batch": ((1, 2, 3), (4, 1, 1, 1)),
    "reduced_batch": ((0, 1, 2), (4, 3, 5, 1)),
}


def tensors(shape, parameter_shape, dtype):
    rng = np.random.default_rng(1)
    x, dy = rng.normal(1, 2, shape), rng.normal(size=shape)
    gamma, beta = rng.uniform(0.5, 1.5, (2, *parameter_shape))
    return [tf.constant(v, dtype) for v in (x, gamma, beta, dy)]


def values_and_gradients(way, x, gamma, beta, dy):
    """Give y, the moments, the three gradients, and one of second order."""
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch([x, gamma, beta])
            y, *moments = way(x, gamma, beta)
            loss = tf.reduce_sum(y * dy)
        first = tape.gradient(loss, [x, gamma, beta])
        penalty = tf.reduce_sum(first[0] ** 2)
    return [y, *moments, *first, outer.gradient(penalty, x)]


def assert_same(quick, readable, arguments, mode):
    """In ``mode`` "xla" and "graph" the quick way is compiled so; the readable one is eager."""
    compiled = {
        "eager": lambda *a: values_and_gradients(quick, *a),
        "graph": tf.function(lambda *a: values_and_gradients(quick, *a)),
        "xla": tf.function(lambda *a: values_and_gradients(quick, *a), jit_compile=True),
    }[mode]
    wanted = values_and_gradients(readable, *arguments)
    names = ["y", *["moment"] * (len(wanted) - 5), "dx", "dgamma", "dbeta", "second order"]
    tolerance = 1e-8 if arguments[0].dtype == tf.float64 else 1e-3
    for name, mine, other in zip(names, compiled(*arguments), wanted, strict=True):
        np.testing.assert_allclose(
            mine.numpy(), other.numpy(), rtol=tolerance, atol=tolerance, err_msg=name
        )


@pytest.mark.parametrize("mode", ["eager", "graph", "xla"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("view", VIEWS)
def test_normalize_is_the_readable_one(view, dtype, mode):
    axes, parameter_shape = VIEWS[view]
    shape = SHAPE if len(parameter_shape) == 4 else (8, 6)
    assert_same(
        lambda x, g, b: standardize_quickly.normalize(x, axes, EPSILON, g, b),
        lambda x, g, b: standardize.normalize(x, axes, EPSILON, g, b),
        tensors(shape, parameter_shape, dtype),
        mode,
    )


@pytest.mark.parametrize("mode", ["eager", "graph", "xla"])
@pytest.mark.parametrize("groups", [1, 2, 6])
def test_normalize_groups_is_the_readable_one(groups, mode):
    assert_same(
        lambda x, g, b: [standardize_quickly.normalize_groups(x, groups, 3, EPSILON, g, b)],
        lambda x, g, b: [standardize.normalize_groups(x, groups, 3, EPSILON, g, b)],
        tensors(SHAPE, (1, 1, 1, 6), "float64"),
        mode,
    )


@pytest.mark.parametrize("epsilon", [0.5, 1e-7])
@pytest.mark.parametrize("affine", [(True, False), (False, True), (False, False)])
def test_gamma_and_beta_may_be_missing(affine, epsilon):
    x, gamma, beta, _ = tensors(SHAPE, (1, 1, 1, 6), "float32")
    gamma, beta = (v if there else None for v, there in zip((gamma, beta), affine, strict=True))
    for axes in ((0, 1, 2), (3,)):
        quick = standardize_quickly.normalize(x, axes, epsilon, gamma, beta)
        readable = standardize.normalize(x, axes, epsilon, gamma, beta)
        for mine, other in zip(quick, readable, strict=True):
            np.testing.assert_allclose(mine.numpy(), other.numpy(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("make", "function"),
    [
        (lambda: BatchNormalization(), "fused_batch"),
        (lambda: BatchNormalization(epsilon=1e-7), "fused_batch"),
        (lambda: BatchNormalization(epsilon=0), "per_channel"),
        (lambda: LayerNormalization(), "per_feature"),
        (lambda: LayerNormalization([1, 2, 3]), "per_feature"),
        (lambda: GroupNormalization(2), "per_channel"),
    ],
)
def test_the_quick_way_is_taken(make, function, monkeypatch):
    """Else the tests above compare the readable way with itself."""
    seen, real = [], getattr(standardize_tensorflow, function)
    monkeypatch.setattr(
        standardize_tensorflow, function, lambda *a: (seen.append(function), real(*a))[1]
    )
    make()(np.ones(SHAPE, "float32"), training=True)
    assert seen == [function]


def test_with_a_gpu_the_epsilon_is_one_that_cuda_takes(monkeypatch):
    gpus = [object()]
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: gpus)
    assert not standardize_tensorflow.fits_fused(1e-5)
    assert standardize_tensorflow.fits_fused(1.001e-5)
    gpus.clear()
    assert standardize_tensorflow.fits_fused(1e-5)


def test_under_xla_a_large_mean_costs_no_accuracy():
    """XLA's own batch normalization gives variances of 8, 0 and -8 here."""
    x = tf.constant(1e4 + np.random.default_rng(1).normal(size=(4096, 3)), "float32")
    layer = BatchNormalization(momentum=0)
    layer.build(x.shape)
    y = tf.function(lambda x: layer(x, training=True), jit_compile=True)(x)
    np.testing.assert_allclose(layer.moving_variance.numpy(), x.numpy().var(0), rtol=0.01)
    np.testing.assert_allclose(y.numpy().std(0), 1, rtol=0.01)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_sizes_unknown_when_traced(jit_compile):
    layers = [BatchNormalization(), LayerNormalization(), GroupNormalization(2)]
    x = np.random.default_rng(2).normal(size=SHAPE).astype("float32")
    for layer in layers:
        layer.build((None, None, None, 6))
        traced = tf.function(
            lambda x, layer=layer: layer(x, training=True),
            input_signature=[tf.TensorSpec((None, None, None, 6))],
            jit_compile=jit_compile,
        )
        eager = layer(x, training=True)
        np.testing.assert_allclose(traced(x).numpy(), eager.numpy(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("axis", [0, [0, 3]])
def test_axes_that_hold_the_batch(axis):
    """A fixed batch may be among the axes; the quick ways do not apply."""
    x = np.random.default_rng(3).normal(size=SHAPE).astype("float32")
    kept = [0] if axis == 0 else axis
    others = tuple(a for a in range(4) if a not in kept)
    ours = BatchNormalization(axis=axis, gamma_initializer="random_uniform")
    y = ours(x, training=True).numpy()
    gamma = ours.gamma.numpy().reshape([n if a in kept else 1 for a, n in enumerate(SHAPE)])
    deviation = np.sqrt(x.var(others, keepdims=True) + EPSILON)
    wanted = gamma * (x - x.mean(others, keepdims=True)) / deviation
    np.testing.assert_allclose(y, wanted, rtol=1e-3, atol=1e-5)
