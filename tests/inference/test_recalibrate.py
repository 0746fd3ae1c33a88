"""Precise batch norm: the population's statistics, whatever the batches; nothing else changes."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_kit import layers, models
from course_kit.inference import recalibrate_batch_normalization as recalibrate

BACKEND = keras.backend.backend()
KINDS = [keras.layers.BatchNormalization, layers.BatchNormalization]


def array(tensor):
    return np.array(keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(tensor)))


def normal(*shape, seed=0, mean=3.0, stddev=2.0):
    return np.random.default_rng(seed).normal(mean, stddev, shape).astype("float32")


def alone(layer, shape):
    return keras.Sequential([keras.Input(shape), layer])


def statistics(layer):
    return array(layer.moving_mean), array(layer.moving_variance)


def perceptron(norm=keras.layers.BatchNormalization, dropout=0.5):
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.Input((5,)),
            keras.layers.Dense(7),
            norm(name="first"),
            keras.layers.ReLU(),
            keras.layers.Dropout(dropout, seed=3),
            keras.layers.Dense(4),
            norm(name="second", epsilon=1e-2),
        ]
    )


def population(model, x, sizes):
    """Float64 NumPy's: every batch through the network, standardized by itself; then pooled."""
    seen = {"first": [], "second": []}
    for part in np.split(np.float64(x), np.cumsum(sizes)[:-1]):
        h = part
        for layer in model.layers:
            if isinstance(layer, keras.layers.Dense):
                h = h @ np.float64(array(layer.kernel)) + np.float64(array(layer.bias))
            elif layer.name in seen:
                seen[layer.name].append(h)
                h = (h - h.mean(0)) / np.sqrt(h.var(0) + layer.epsilon)
                h = h * array(layer.gamma) + array(layer.beta)
            elif isinstance(layer, keras.layers.ReLU):
                h = np.maximum(h, 0)
    return {name: np.concatenate(parts) for name, parts in seen.items()}


@settings(deadline=None, max_examples=20)
@given(
    kind=st.sampled_from(KINDS),
    shape=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    n=st.integers(1, 11),
    batch_size=st.integers(1, 12),
    data=st.data(),
)
def test_statistics_are_the_populations_whatever_the_batches(kind, shape, n, batch_size, data):
    axis = data.draw(st.integers(1, len(shape)))
    layer = kind(axis=data.draw(st.sampled_from([axis, axis - len(shape) - 1])))
    x = normal(n, *shape)
    recalibrate(alone(layer, shape), x, batch_size=batch_size)
    others = tuple(a for a in range(x.ndim) if a != axis)
    mean, variance = statistics(layer)
    np.testing.assert_allclose(mean, np.float64(x).mean(others), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(variance, np.float64(x).var(others), rtol=1e-5, atol=1e-6)


def test_several_axes_have_a_statistic_for_each_place():
    layer, x = layers.BatchNormalization(axis=[3, 1]), normal(7, 3, 2, 4)
    recalibrate(alone(layer, x.shape[1:]), x, batch_size=4)
    mean, variance = statistics(layer)
    np.testing.assert_allclose(mean, x.mean((0, 2), "float64"), rtol=1e-6)
    np.testing.assert_allclose(variance, x.var((0, 2), "float64"), rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_deeper_layers_see_what_batches_standardized_by_themselves_give(kind):
    model, x = perceptron(kind), normal(20, 5)
    for layer in model.layers:
        if layer.name in ("first", "second"):
            layer.gamma.assign(normal(*layer.gamma.shape, seed=4))
            layer.beta.assign(normal(*layer.beta.shape, seed=5))
    expected = population(model, x, [8, 8, 4])
    recalibrate(model, x, batch_size=8)
    for name, values in expected.items():
        mean, variance = statistics(model.get_layer(name))
        np.testing.assert_allclose(mean, values.mean(0), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(variance, values.var(0), rtol=1e-4)


def test_large_means_do_not_eat_the_variance():
    layer, x = keras.layers.BatchNormalization(), normal(600, 2, mean=1e4, stddev=1.0)
    recalibrate(alone(layer, (2,)), x, batch_size=100)
    np.testing.assert_allclose(statistics(layer)[1], np.float64(x).var(0), rtol=1e-3)


def state_of(model):
    every = [*model.variables, *model.metrics_variables, *model.optimizer.variables]
    return {v.path: array(v) for v in every}


def test_nothing_but_the_statistics_changes():
    model, x = perceptron(), normal(20, 5)
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(x, x[:, :4], epochs=1, verbose=0)
    before = state_of(model)
    recalibrate(model, x)
    after = state_of(model)
    assert any("seed" in path for path in before)
    changed = {path for path in before if not np.array_equal(before[path], after[path])}
    assert changed == {
        f"{model.name}/{name}/moving_{what}"
        for name in ("first", "second")
        for what in ("mean", "variance")
    }


def test_predictions_use_the_new_statistics_and_masks_go_on_falling_in_training():
    model, x = perceptron(dropout=0.9), normal(20, 5)
    model.predict(x, verbose=0)  # compiled with the old calls
    recalibrate(model, x, batch_size=20)
    y = model.predict(x, verbose=0)
    np.testing.assert_allclose(y.mean(0), 0, atol=1e-5)
    variance = statistics(model.get_layer("second"))[1]
    np.testing.assert_allclose(y.var(0), variance / (variance + 1e-2), rtol=1e-4)
    assert not np.allclose(array(model(x, training=True)), y, atol=1e-3)
    assert all("call" not in vars(layer) for layer in model.layers)


def test_data_that_raise_midway_leave_the_model_as_it_was():
    model, x = perceptron(), normal(20, 5)
    before = [array(v) for v in model.variables]

    def broken():
        yield x[:8]
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        recalibrate(model, broken())
    for old, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(old, array(variable))
    assert all("call" not in vars(layer) for layer in model.layers)


@keras.saving.register_keras_serializable(package="test_recalibrate")
class Block(keras.layers.Layer):
    """A layer made of layers, in a list and called by hand."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.steps = [layers.BatchNormalization(), keras.layers.ReLU()]

    def build(self, shape):
        self.steps[0].build(shape)

    def call(self, x, training=None):
        for step in self.steps:
            x = step(x)
        return x


def test_layers_inside_of_models_and_layers_are_found():
    x = normal(10, 3, 3, 4)
    inner = keras.Sequential([keras.Input((3, 3, 4)), Block(name="block")])
    inputs = keras.Input((3, 3, 4))
    y = layers.BatchChannelNormalization(groups=2, name="both")(inner(inputs))
    model = keras.Model(inputs, keras.layers.Dense(2)(y))
    recalibrate(model, x, batch_size=10)
    block, both = inner.get_layer("block").steps[0], model.get_layer("both").batch
    np.testing.assert_allclose(array(block.moving_mean), x.mean((0, 1, 2)), rtol=1e-5)
    x_hat = (x - x.mean((0, 1, 2))) / np.sqrt(x.var((0, 1, 2)) + 1e-3)
    np.testing.assert_allclose(
        array(both.moving_variance), np.maximum(x_hat, 0).var((0, 1, 2)), rtol=1e-4
    )


def test_layers_in_the_blocks_of_a_network_are_found():
    model = models.CifarResNet(8, input_shape=(8, 8, 3))
    norms = [part for part in model._flatten_layers() if isinstance(part, tuple(KINDS))]
    recalibrate(model, normal(6, 8, 8, 3))
    assert len(norms) == 7
    for norm in norms:
        mean, variance = statistics(norm)
        assert np.abs(mean).min() > 0 and np.abs(variance - 1).min() > 0, norm.path


def test_a_layer_called_twice_gets_the_statistics_of_all_its_inputs():
    layer, x = keras.layers.BatchNormalization(), normal(6, 2)
    a, b = keras.Input((2,)), keras.Input((2,))
    model = keras.Model([a, b], [layer(a), layer(b)])
    recalibrate(model, [x, x + 5], batch_size=4)
    both = np.concatenate([x, x + 5])
    np.testing.assert_allclose(statistics(layer)[0], both.mean(0), rtol=1e-5)
    np.testing.assert_allclose(statistics(layer)[1], both.var(0), rtol=1e-5)


class Sequence(keras.utils.PyDataset):
    def __init__(self, x):
        super().__init__()
        self.x = x

    def __len__(self):
        return 3

    def __getitem__(self, i):
        return self.x[4 * i : 4 * i + 4], np.zeros(1)


def _tf_data(x):
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices((x, np.zeros(len(x)))).batch(4)


FORMS = {
    "array": lambda x: x,
    "backend tensor": keras.ops.convert_to_tensor,
    "array with targets": lambda x: (x, np.zeros(10)),
    "list of batches": lambda x: [x[:4], x[4:8], x[8:]],
    "generator of pairs": lambda x: ((part, None) for part in (x[:4], x[4:])),
    "generator of pairs in a list": lambda x: ([part, part] for part in (x[:4], x[4:])),
    "PyDataset": Sequence,
    "tf.data": _tf_data,
}
if BACKEND == "torch":
    import torch

    FORMS["DataLoader"] = lambda x: torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(torch.tensor(x), torch.zeros(10)), batch_size=4
    )


@pytest.mark.parametrize("form", FORMS)
def test_data_come_in_every_form(form):
    x = normal(10, 3)
    layer = keras.layers.BatchNormalization()
    recalibrate(alone(layer, (3,)), FORMS[form](x), batch_size=4)
    np.testing.assert_allclose(statistics(layer)[0], x.mean(0), rtol=1e-5)
    np.testing.assert_allclose(statistics(layer)[1], x.var(0), rtol=1e-5)


@pytest.mark.parametrize("pack", [lambda x: x, lambda x: (x, None), lambda x: iter([x])])
def test_inputs_with_names_come_as_dictionaries(pack):
    inputs = {name: keras.Input((2,), name=name) for name in "ab"}
    x = normal(9, 2)
    layer = keras.layers.BatchNormalization()
    model = keras.Model(inputs, layer(inputs["a"] - inputs["b"]))
    recalibrate(model, pack({"a": x, "b": 3 * x}), batch_size=4)
    np.testing.assert_allclose(statistics(layer)[0], -2 * x.mean(0), rtol=1e-5)


def test_endless_data_are_cut_after_the_steps():
    x = normal(12, 2)
    taken = []

    def endless():
        while len(taken) < 9:
            taken.append(1)
            yield x[4 * len(taken) - 4 : 4 * len(taken)]

    layer = keras.layers.BatchNormalization()
    recalibrate(alone(layer, (2,)), endless(), steps=2)
    np.testing.assert_allclose(statistics(layer)[0], x[:8].mean(0), rtol=1e-5)
    assert len(taken) == 2


def test_frozen_layers_keep_theirs_and_are_standardized_by_them():
    model, x = perceptron(), normal(16, 5)
    model.get_layer("first").trainable = False
    recalibrate(model, x)
    np.testing.assert_array_equal(statistics(model.get_layer("first")), [[0] * 7, [1] * 7])
    h = x @ array(model.layers[0].kernel) / np.sqrt(1 + 1e-3)
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)][1]
    expected = np.maximum(h, 0) @ array(dense.kernel)
    np.testing.assert_allclose(
        statistics(model.get_layer("second"))[0], expected.mean(0), rtol=1e-4
    )


@pytest.mark.parametrize("kind", KINDS)
def test_masked_steps_do_not_count(kind):
    x = normal(5, 4, 3)
    lengths = np.array([4, 1, 2, 3, 1])
    counts = np.arange(4) < lengths[:, None]
    x[~counts] = 0
    layer = kind()
    model = keras.Sequential([keras.Input((4, 3)), keras.layers.Masking(), layer])
    recalibrate(model, x, batch_size=2)
    np.testing.assert_allclose(statistics(layer)[0], x[counts].mean(0), rtol=1e-5)
    np.testing.assert_allclose(statistics(layer)[1], x[counts].var(0), rtol=1e-5)


def test_mean_only_sets_the_mean():
    layer, x = layers.BatchNormalization(mean_only=True), normal(9, 3)
    model = keras.Sequential([keras.Input((3,)), layer, keras.layers.BatchNormalization()])
    recalibrate(model, x, batch_size=9)
    np.testing.assert_allclose(array(layer.moving_mean), x.mean(0), rtol=1e-6)
    mean, variance = statistics(model.layers[1])
    np.testing.assert_allclose(mean, 0, atol=1e-6)
    np.testing.assert_allclose(variance, x.var(0), rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_renormalization_averages_agree_with_the_statistics(kind):
    layer, x = kind(renorm=True), normal(9, 3)
    recalibrate(alone(layer, (3,)), x)
    np.testing.assert_allclose(array(layer.renorm_mean), x.mean(0), rtol=1e-5)
    for name in ("moving_stddev", "renorm_stddev"):
        np.testing.assert_allclose(array(getattr(layer, name)), np.sqrt(x.var(0) + 1e-3), rtol=1e-5)
    # Training and inference now agree on this batch: its correction is the identity.
    np.testing.assert_allclose(array(layer(x, training=True)), array(layer(x)), atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_half_precision_keeps_statistics_in_full(kind):
    layer = kind(dtype="mixed_bfloat16")
    x = normal(64, 3, mean=100.0, stddev=1.0)
    half = array(keras.ops.cast(keras.ops.cast(x, "bfloat16"), "float32"))
    recalibrate(alone(layer, (3,)), x, batch_size=16)
    np.testing.assert_allclose(statistics(layer)[0], half.mean(0), rtol=1e-6)
    np.testing.assert_allclose(statistics(layer)[1], half.var(0), rtol=1e-4)


def test_a_layer_that_is_not_reached_keeps_its_statistics():
    model = perceptron()
    model.unused = keras.layers.BatchNormalization()
    model.unused.build((None, 2))
    recalibrate(model, normal(8, 5))
    np.testing.assert_array_equal(statistics(model.unused), [[0, 0], [1, 1]])


def test_statistics_set_when_training_ends_are_there_after_it():
    model, x = perceptron(), normal(32, 5)
    model.compile("sgd", "mse")

    class Recalibrate(keras.callbacks.Callback):
        def on_train_end(self, logs=None):
            recalibrate(self.model, x, batch_size=32)

    model.fit(x, x[:, :4], epochs=2, verbose=0, callbacks=[Recalibrate()])
    expected = population(model, x, [32])
    np.testing.assert_allclose(
        statistics(model.get_layer("second"))[1], expected["second"].var(0), rtol=1e-4
    )


def _nan():
    x = normal(8, 5)
    x[3, 2] = np.nan
    return x


@pytest.mark.parametrize(
    ("model", "data", "said"),
    [
        (lambda: keras.Sequential([keras.layers.Dense(3)]), lambda: normal(4, 5), "not built"),
        (lambda: alone(keras.layers.Dense(3), (5,)), lambda: normal(4, 5), "Received: none"),
        (perceptron, lambda: iter(()), "at least one batch.*used up"),
        (perceptron, _nan, "finite, and the model was left.*first"),
        (perceptron, lambda: (normal(4, 5), np.zeros(3)), None),
        (perceptron, lambda: {"a": normal(4, 5), "b": normal(3, 5)}, "one length.*3, 4"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(model, data, said):
    model = model()
    if said is None:  # targets are not looked at
        return recalibrate(model, data())
    before = [array(v) for v in model.variables]
    with pytest.raises(ValueError, match=said) as caught:
        recalibrate(model, data())
    assert "\n" not in str(caught.value)
    for old, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(old, array(variable))


def test_all_frozen_is_said():
    model = perceptron()
    model.trainable = False
    with pytest.raises(ValueError, match="2 with trainable=False"):
        recalibrate(model, normal(4, 5))


@pytest.mark.parametrize("argument", [{"batch_size": 0}, {"steps": 0}])
def test_sizes_below_one_are_refused(argument):
    with pytest.raises(ValueError, match=r"must be at least 1\. Received"):
        recalibrate(perceptron(), normal(4, 5), **argument)
