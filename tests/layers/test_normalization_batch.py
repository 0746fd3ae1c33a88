"""Batch normalization beyond the contract and Keras' own tests."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_kit.layers import BatchNormalization

EPSILON = 1e-3


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def batch(shape=(8, 3, 2, 5), seed=1, mean=2.0):
    return np.random.default_rng(seed).normal(mean, 3, shape).astype("float32")


def standardized(x, reduced):
    x = x.astype("float64")
    return (x - x.mean(reduced, keepdims=True)) / np.sqrt(x.var(reduced, keepdims=True) + EPSILON)


def randomized(layer, shape):
    """Give every weight some value of its own."""
    layer.build(shape)
    rng = np.random.default_rng(3)
    layer.set_weights([rng.uniform(0.5, 1.5, w.shape) for w in layer.weights])
    return layer


@st.composite
def shape_and_kept_axes(draw):
    shape = draw(st.lists(st.integers(2, 4), min_size=2, max_size=4))
    kept = draw(
        st.lists(st.integers(1, len(shape) - 1), min_size=1, max_size=2, unique=True).map(
            lambda axes: axes if len(axes) > 1 else axes[0]
        )
    )
    return shape, kept


@given(shape_and_kept_axes(), st.booleans())
@settings(max_examples=25, deadline=None)
def test_any_axes_may_be_kept(drawn, from_the_back):
    """Keras takes one axis; a list of two raises TypeError there."""
    shape, kept = drawn
    x = batch(shape)
    axes = [kept] if isinstance(kept, int) else kept
    given_axis = kept if not from_the_back else [a - len(shape) for a in axes]
    layer = BatchNormalization(axis=given_axis, epsilon=EPSILON, momentum=0)
    y = array(layer(x, training=True))
    reduced = tuple(a for a in range(len(shape)) if a not in axes)
    np.testing.assert_allclose(y, standardized(x, reduced), rtol=1e-3, atol=1e-3)
    assert tuple(layer.gamma.shape) == tuple(shape[a] for a in sorted(axes))
    assert layer.get_config()["axis"] == given_axis
    np.testing.assert_allclose(
        array(layer.moving_mean), x.astype("float64").mean(reduced), rtol=1e-4, atol=1e-4
    )


@pytest.mark.parametrize(("axis", "first"), [(-1, 0), (1, 1)])
def test_it_is_keras_own_in_both_phases(axis, first):
    x = batch()
    ours = randomized(BatchNormalization(axis=axis), x.shape)
    theirs = randomized(keras.layers.BatchNormalization(axis=axis), x.shape)
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights]
    for training in (False, True, False):
        np.testing.assert_allclose(
            array(ours(x, training=training)),
            array(theirs(x, training=training)),
            rtol=1e-4,
            atol=1e-5,
        )
    for mine, other in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(array(mine), array(other), rtol=1e-5)


def test_gradients_are_keras_own(gradients):
    x = batch()
    probe = batch(seed=7)
    ours = randomized(BatchNormalization(), x.shape)
    theirs = randomized(keras.layers.BatchNormalization(), x.shape)
    for mine, other in zip(gradients(ours, x, probe), gradients(theirs, x, probe), strict=True):
        np.testing.assert_allclose(mine, other, rtol=2e-3, atol=2e-3)


def test_training_values_and_statistics_are_torchs():
    torch = pytest.importorskip("torch")
    x = batch()
    n = x[..., 0].size
    theirs = torch.nn.BatchNorm2d(5, eps=EPSILON, momentum=0.1)
    wanted = theirs(torch.tensor(x).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    layer = BatchNormalization(momentum=0.9, epsilon=EPSILON)  # torch's 0.1 is Keras' 0.9
    np.testing.assert_allclose(
        array(layer(x, training=True)), wanted.detach().numpy(), rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(array(layer.moving_mean), theirs.running_mean.numpy(), rtol=1e-5)
    # torch divides the moving variance by n - 1, Keras and we by n.
    biased = (theirs.running_var.numpy() - 0.9) * (n - 1) / n + 0.9
    np.testing.assert_allclose(array(layer.moving_variance), biased, rtol=1e-5)


def test_moving_averages_follow_the_formula_and_the_variance_divides_by_n():
    x, layer = batch((6, 4)), BatchNormalization(momentum=0.75)
    layer(x, training=True)
    np.testing.assert_allclose(array(layer.moving_mean), 0.25 * x.mean(0), rtol=1e-5)
    np.testing.assert_allclose(
        array(layer.moving_variance), 0.75 + 0.25 * x.astype("float64").var(0, ddof=0), rtol=1e-5
    )


def test_frozen_layer_infers_even_while_training():
    x = batch()
    layer = randomized(BatchNormalization(), x.shape)
    inference, before = array(layer(x, training=False)), layer.get_weights()
    layer.trainable = False
    np.testing.assert_array_equal(array(layer(x, training=True)), inference)
    for old, new in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_single_dense_example_becomes_beta():
    layer = BatchNormalization(beta_initializer="ones")
    np.testing.assert_allclose(array(layer(batch((1, 4)), training=True)), 1.0, atol=1e-5)
    np.testing.assert_allclose(array(layer.moving_variance), 0.99, rtol=1e-5)


def test_a_large_mean_costs_no_accuracy():
    x = (1e4 + np.random.default_rng(1).normal(size=(4096, 3))).astype("float32")
    y = array(BatchNormalization(epsilon=EPSILON)(x, training=True))
    np.testing.assert_allclose(y, standardized(x, (0,)), rtol=0.02, atol=0.02)


def test_mean_only_subtracts_and_does_not_divide():
    x = batch()
    layer = BatchNormalization(mean_only=True, momentum=0.5, beta_initializer="ones")
    y = array(layer(x, training=True))
    mean = x.astype("float64").mean((0, 1, 2))
    np.testing.assert_allclose(y, x - mean + 1, rtol=1e-4, atol=1e-5)
    assert [w.name for w in layer.weights] == ["beta", "moving_mean"]
    np.testing.assert_allclose(array(layer.moving_mean), 0.5 * mean, rtol=1e-5)
    np.testing.assert_allclose(array(layer(x)), x - 0.5 * mean + 1, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("mean_only", [False, True])
def test_masked_elements_do_not_count(mean_only):
    x = batch((7, 6, 3))
    mask = np.random.default_rng(4).uniform(size=(7, 6)) > 0.4
    layer = BatchNormalization(momentum=0, mean_only=mean_only)
    layer(x, training=True, mask=keras.ops.convert_to_tensor(mask))
    rest = x[mask].astype("float64")
    np.testing.assert_allclose(array(layer.moving_mean), rest.mean(0), rtol=1e-5)
    if not mean_only:
        np.testing.assert_allclose(array(layer.moving_variance), rest.var(0), rtol=1e-5)


def test_one_channel_may_be_masked():
    x = batch((5, 4, 1))
    mask = keras.ops.convert_to_tensor(np.arange(20).reshape(5, 4) % 3 > 0)
    layer = BatchNormalization(momentum=0)
    layer(x, training=True, mask=mask)
    np.testing.assert_allclose(array(layer.moving_mean), [x[array(mask)].mean()], rtol=1e-5)


def test_mask_of_another_rank_is_refused():
    with pytest.raises(ValueError, match="one dimension less"):
        BatchNormalization()(batch((4, 3, 2)), mask=np.ones((4,), bool))


CLIPPING = {"rmax": 1.1, "rmin": 0.9, "dmax": 0.3}


@pytest.mark.parametrize("clipping", [None, CLIPPING, {"dmax": 0.1}])
@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("scale", [True, False])
def test_renormalization_is_keras_own(clipping, center, scale, gradients):
    x, probe = batch(mean=0.3), batch(seed=8)
    arguments = dict(renorm=True, renorm_clipping=clipping, center=center, scale=scale)
    ours = randomized(BatchNormalization(**arguments), x.shape)
    theirs = randomized(keras.layers.BatchNormalization(**arguments), x.shape)
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights]
    for training in (True, True, False):
        np.testing.assert_allclose(
            array(ours(x, training=training)),
            array(theirs(x, training=training)),
            rtol=1e-4,
            atol=1e-4,
        )
    for mine, other in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(array(mine), array(other), rtol=1e-4)
    for mine, other in zip(gradients(ours, x, probe), gradients(theirs, x, probe), strict=True):
        np.testing.assert_allclose(mine, other, rtol=2e-3, atol=2e-3)


def test_moving_statistics_are_saved_with_the_model(tmp_path):
    x = batch()
    model = keras.Sequential([keras.Input(x.shape[1:]), BatchNormalization(axis=[1, 3])])
    model.compile("sgd", "mse")
    model.fit(x, x, epochs=2, verbose=0)
    assert array(model.layers[0].moving_mean).any()
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(model.predict(x, verbose=0), again.predict(x, verbose=0))


def test_half_precision_does_not_overflow_the_statistics():
    x = np.full((64, 4), 300.0, "float16")  # the sum of squares is beyond float16
    layer = BatchNormalization(momentum=0, dtype="mixed_float16")
    y = array(layer(x, training=True))
    assert y.dtype == np.float16 and np.isfinite(y).all()
    np.testing.assert_allclose(array(layer.moving_mean), 300.0, rtol=1e-6)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TensorFlow only")
def test_synchronized_equals_local_on_one_device():
    x = batch()
    local, synchronized = BatchNormalization(), BatchNormalization(synchronized=True)
    np.testing.assert_allclose(
        array(synchronized(x, training=True)), array(local(x, training=True)), atol=1e-5
    )


@pytest.mark.skipif(keras.backend.backend() == "tensorflow", reason="allowed on TensorFlow")
def test_synchronized_is_for_tensorflow():
    with pytest.raises(ValueError, match="only supported with the TensorFlow backend"):
        BatchNormalization(synchronized=True)


def test_random_initializers_draw_separately():
    start = keras.initializers.RandomNormal(seed=5)
    layer = BatchNormalization(renorm=True, moving_mean_initializer=start)
    layer.build((None, 4))
    np.testing.assert_array_equal(array(layer.moving_mean), array(layer.renorm_mean))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mean_only": True, "renorm": True}, "Choose one"),
        ({"renorm": True, "renorm_clipping": {"r": 1}}, "Received invalid keys"),
        ({"renorm": True, "renorm_clipping": {"dmax": -1}}, "Received: dmax=-1"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        BatchNormalization(**arguments)


@pytest.mark.parametrize(
    ("axis", "message"),
    [(4, "out of bounds"), ([1, -3], "each axis once"), (2, "should have a defined dimension")],
)
def test_axes_that_the_input_does_not_have_are_refused(axis, message):
    with pytest.raises(ValueError, match=message):
        BatchNormalization(axis=axis).build((None, 4, None, 3))
