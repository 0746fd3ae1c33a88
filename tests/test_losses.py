"""Label smoothing for whole-number labels: Keras' own loss on one-hot labels, and NumPy's."""

import json

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_softmax, softmax

from course_kit.losses import SparseCategoricalCrossentropy, sparse_categorical_crossentropy

BACKEND = keras.backend.backend()


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def draw(shape, classes, seed=1, scale=3.0):
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, shape)
    return labels, scale * random.normal(size=(*shape, classes)).astype("float32")


def smoothed(labels, logits, s):
    """The definition: cross-entropy with the smoothed one-hot label, in float64."""
    classes = logits.shape[-1]
    target = (1 - s) * np.eye(classes)[labels] + s / classes
    return -(target * log_softmax(logits.astype("float64"), -1)).sum(-1)


@given(
    shape=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    classes=st.integers(2, 6),
    s=st.sampled_from([0.0, 0.1, 0.5, 1.0]),
    seed=st.integers(0, 100),
)
@settings(deadline=None, max_examples=12)
def test_loss_is_the_definition_and_keras_loss_on_one_hot_labels(shape, classes, s, seed):
    # Moderate ones: Keras cuts probabilities off at 1e-7, which the definition does not.
    labels, logits = draw(shape, classes, seed, scale=1.0)
    probabilities = softmax(logits, -1)
    one_hot = np.eye(classes, dtype="float32")[labels]
    for from_logits, predictions in ((True, logits), (False, probabilities)):
        ours = SparseCategoricalCrossentropy(from_logits, reduction=None, label_smoothing=s)
        theirs = keras.losses.CategoricalCrossentropy(from_logits, s, reduction=None)
        found = array(ours(labels, predictions))
        np.testing.assert_allclose(found, smoothed(labels, logits, s), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(found, array(theirs(one_hot, predictions)), 1e-4, 1e-5)


def test_pytorchs_cross_entropy_is_the_same():
    torch = pytest.importorskip("torch")
    labels, logits = draw((50,), 7)
    wanted = torch.nn.functional.cross_entropy(
        torch.tensor(logits), torch.tensor(labels), label_smoothing=0.1
    )
    found = SparseCategoricalCrossentropy(from_logits=True, label_smoothing=0.1)(labels, logits)
    assert float(found) == pytest.approx(float(wanted), rel=1e-5)


def test_labels_may_have_an_axis_of_one():
    for shape in ((5,), (2, 3, 4)):
        labels, logits = draw(shape, 3)
        loss = SparseCategoricalCrossentropy(from_logits=True, reduction=None, label_smoothing=0.2)
        flat, with_axis = array(loss(labels, logits)), array(loss(labels[..., None], logits))
        assert flat.shape == with_axis.shape == shape
        np.testing.assert_array_equal(flat, with_axis)


@pytest.mark.parametrize("size", [1e2, 1e4, 1e30])
def test_large_logits_stay_finite_and_right(size):
    logits = size * np.array([[1.0, -1.0, 0.5], [0.0, 1.0, 1.0]], "float32")
    labels = np.array([0, 1])
    loss = SparseCategoricalCrossentropy(from_logits=True, reduction=None, label_smoothing=0.1)
    np.testing.assert_allclose(
        array(loss(labels, logits)), smoothed(labels, logits, 0.1), rtol=1e-5
    )


def test_probabilities_of_zero_and_one_stay_finite_as_in_keras():
    predictions = np.array([[1.0, 0.0, 0.0], [0.0, 0.5, 0.5]], "float32")
    labels = np.array([0, 0])
    ours = SparseCategoricalCrossentropy(reduction=None, label_smoothing=0.1)
    theirs = keras.losses.CategoricalCrossentropy(label_smoothing=0.1, reduction=None)
    wanted = array(theirs(np.eye(3)[labels], predictions))
    np.testing.assert_allclose(array(ours(labels, predictions)), wanted, rtol=1e-4)


@pytest.mark.parametrize("from_logits", [True, False])
@pytest.mark.parametrize("ignored", [-1, 255])
def test_ignored_pixels_count_for_nothing(from_logits, ignored):
    labels, logits = draw((2, 4, 4), 3)
    holes = np.random.default_rng(2).uniform(size=labels.shape) < 0.3
    marked = np.where(holes, ignored, labels)
    predictions = logits if from_logits else softmax(logits, -1)
    arguments = dict(from_logits=from_logits, ignore_class=ignored, label_smoothing=0.1)
    each = array(SparseCategoricalCrossentropy(reduction=None, **arguments)(marked, predictions))
    wanted = smoothed(labels, logits, 0.1)
    np.testing.assert_array_equal(each[holes], 0)
    np.testing.assert_allclose(each[~holes], wanted[~holes], rtol=1e-4, atol=1e-5)
    mean = SparseCategoricalCrossentropy(**arguments)(marked, predictions)
    assert float(mean) == pytest.approx(wanted[~holes].mean(), rel=1e-5)


def test_the_function_gives_zero_where_the_label_is_ignored():
    """As Keras' own does: the mask alone would leave it to who takes the mean."""
    labels, logits = draw((6,), 3)
    labels[:2] = -1
    found = array(
        sparse_categorical_crossentropy(
            keras.ops.convert_to_tensor(labels),
            keras.ops.convert_to_tensor(logits),
            from_logits=True,
            ignore_class=-1,
            label_smoothing=0.1,
        )
    )
    np.testing.assert_array_equal(found[:2], 0)
    np.testing.assert_allclose(found[2:], smoothed(labels[2:], logits[2:], 0.1), rtol=1e-5)


def slope(loss, labels, predictions):
    if BACKEND == "tensorflow":
        import tensorflow as tf

        x = tf.Variable(predictions)
        with tf.GradientTape() as tape:
            value = loss(labels, x)
        return tape.gradient(value, x).numpy()
    if BACKEND == "jax":
        import jax

        return np.asarray(jax.grad(lambda x: loss(labels, x))(predictions))
    import torch

    x = torch.tensor(predictions, requires_grad=True)
    return torch.autograd.grad(loss(labels, x), x)[0].numpy()


def test_gradient_pulls_towards_the_smoothed_label():
    """d loss / d logits = softmax - target."""
    labels, logits = draw((6,), 4)
    loss = SparseCategoricalCrossentropy(from_logits=True, reduction="sum", label_smoothing=0.2)
    target = 0.8 * np.eye(4)[labels] + 0.05
    wanted = softmax(logits.astype("float64"), -1) - target
    np.testing.assert_allclose(slope(loss, labels, logits), wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("from_logits", [True, False])
def test_gradient_at_ignored_pixels_is_zero_even_where_predictions_are_not_finite(from_logits):
    labels, logits = draw((1, 6), 3)
    labels[0, :3] = -1
    predictions = logits if from_logits else softmax(logits, -1)
    predictions[0, 0], predictions[0, 1] = np.nan, np.inf
    predictions[0, 2] = 0.0
    loss = SparseCategoricalCrossentropy(from_logits, ignore_class=-1, label_smoothing=0.1)
    found = slope(loss, labels, predictions)
    np.testing.assert_array_equal(found[0, :3], 0)
    assert np.isfinite(found).all() and (found[0, 3:] != 0).all()


@pytest.mark.parametrize("reduction", ["sum", "sum_over_batch_size", "mean_with_sample_weight"])
def test_weights_and_masks_count_as_in_keras(reduction):
    labels, logits = draw((8,), 3)
    weights = np.linspace(0, 2, 8).astype("float32")
    ours = SparseCategoricalCrossentropy(True, reduction=reduction, label_smoothing=0.1)
    theirs = keras.losses.CategoricalCrossentropy(True, 0.1, reduction=reduction)
    one_hot = np.eye(3, dtype="float32")[labels]
    assert float(ours(labels, logits, weights)) == pytest.approx(
        float(theirs(one_hot, logits, weights)), rel=1e-5
    )


def test_masked_steps_of_a_sequence_do_not_count():
    labels, x = draw((2, 5), 4)
    x[:, 3:] = 0  # what Masking masks
    model = keras.Sequential(
        [keras.Input((5, 4)), keras.layers.Masking(), keras.layers.Activation("linear")]
    )
    model.compile(loss=SparseCategoricalCrossentropy(from_logits=True, label_smoothing=0.1))
    wanted = smoothed(labels[:, :3], x[:, :3], 0.1).mean()
    assert model.evaluate(x, labels, verbose=0) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("activation", [None, "softmax"])
def test_compiled_training_is_that_of_keras_on_one_hot_labels(jit_compile, activation):
    labels, x = draw((32,), 3)
    weights = []
    for loss, y in (
        (SparseCategoricalCrossentropy(activation is None, label_smoothing=0.1), labels),
        (keras.losses.CategoricalCrossentropy(activation is None, 0.1), np.eye(3)[labels]),
    ):
        keras.utils.set_random_seed(7)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, activation)])
        model.compile(keras.optimizers.SGD(1.0), loss, jit_compile=jit_compile)
        model.fit(20 * x, y, epochs=3, shuffle=False, verbose=0)
        weights.append(model.get_weights())
    for ours, theirs in zip(*weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)


def test_half_precision_predictions_are_computed_in_float32():
    labels, logits = draw((16,), 5)
    half = keras.ops.cast(logits, "float16")
    found = SparseCategoricalCrossentropy(from_logits=True, label_smoothing=0.1)(labels, half)
    assert keras.backend.standardize_dtype(found.dtype) == "float32"
    wanted = smoothed(labels, array(half).astype("float64"), 0.1).mean()
    assert float(found) == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"label_smoothing": 0.1, "from_logits": True, "ignore_class": -1, "reduction": "sum"},
        {"axis": 1, "dtype": "float16", "name": "mine"},
        {"dtype": keras.DTypePolicy("mixed_bfloat16")},
    ],
)
def test_config_round_trips_through_json(arguments):
    loss = SparseCategoricalCrossentropy(**arguments)
    text = json.dumps(keras.saving.serialize_keras_object(loss))
    again = keras.saving.deserialize_keras_object(json.loads(text))
    assert type(again) is SparseCategoricalCrossentropy
    assert again.dtype == loss.dtype
    for name, value in arguments.items():
        assert loss.get_config()[name] == value
    again_says, says = (
        {k: v for k, v in one.get_config().items() if k != "dtype"} for one in (again, loss)
    )
    assert again_says == says


def test_a_saved_model_keeps_the_smoothing(tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    model.compile("sgd", SparseCategoricalCrossentropy(from_logits=True, label_smoothing=0.3))
    labels, x = draw((16,), 3)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert again.loss.label_smoothing == 0.3
    assert again.evaluate(x, labels, verbose=0) == model.evaluate(x, labels, verbose=0)


@pytest.mark.parametrize("wrong", [-0.1, 10, float("nan")])
def test_shares_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=r"in \[0, 1\].*Received: label_smoothing="):
        SparseCategoricalCrossentropy(label_smoothing=wrong)
