"""The learning-rate finder: what it sees is true, and afterwards it was never there."""

import doctest
import math
import random
import time
import warnings

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from keras import ops

from course_kit.callbacks import lr_curve, lr_finder, snapshot
from course_kit.callbacks.lr_finder import LRCurve, LRFinder, first_divergence, lr_find

BACKEND = keras.backend.backend()
needs_executions = pytest.mark.skipif(BACKEND == "torch", reason="torch refuses more than one")

rng = np.random.default_rng(0)
X = rng.normal(size=(52, 6)).astype("float32")  # 52 = 6 * 8 + 4: the last batch is smaller
Y = (X[:, 0] > 0).astype("int32")


def decay():
    return keras.optimizers.schedules.ExponentialDecay(0.05, 3, 0.5)


OPTIMIZERS = {
    "adam": lambda: keras.optimizers.Adam(0.01),
    "schedule": lambda: keras.optimizers.Adam(decay()),
    "callable": lambda: keras.optimizers.SGD(lambda: 0.05),
    "loss scale": lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.01)),
    "loss scale, schedule": lambda: keras.optimizers.LossScaleOptimizer(
        keras.optimizers.SGD(decay(), momentum=0.9)
    ),
    "averages": lambda: keras.optimizers.SGD(0.05, momentum=0.9, use_ema=True),
    "nadam": lambda: keras.optimizers.Nadam(0.01),  # a variable that starts at 1
}


def network(optimizer="adam", **compile_arguments):
    """A compiled network with dropout and batch normalization, the same each time."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(2),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(OPTIMIZERS[optimizer](), loss, metrics=["accuracy"], **compile_arguments)
    return model


class Rises(keras.layers.Layer):
    """Give its one weight, whose gradient is 1, to each sample: the loss is the weight."""

    def build(self, shape):
        self.weight = self.add_weight(shape=(), initializer="zeros")

    def call(self, x):
        return 0 * x[:, :1] + self.weight


def plain(y_true, y_pred):
    return ops.mean(y_pred, -1)


def ruler(optimizer=None, loss=plain, **compile_arguments):
    """A model whose loss falls by exactly the learning rate at each step of plain SGD."""
    model = keras.Sequential([keras.Input((1,)), Rises()])
    model.compile(optimizer or keras.optimizers.SGD(0.1), loss, **compile_arguments)
    return model


ONES = np.ones((48, 1), "float32")


def array(variable):
    return np.array(ops.convert_to_numpy(ops.convert_to_tensor(variable)))


def everything(model):
    """Each array that training changes, and each random state outside the model."""
    parts = [*model.variables, *model.metrics_variables, *model.optimizer.variables]
    return [array(v) for v in parts]


def outside():
    states = [random.getstate(), np.random.get_state()[1].tolist(), np.random.get_state()[2]]
    if BACKEND == "torch":
        import torch

        states.append(torch.get_rng_state().tolist())
    if BACKEND == "tensorflow":
        from tensorflow.python.eager import context

        states.append(context.context()._rng.getstate())
    return states


def assert_same(found, wanted):
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


def search_in_fit(model, data=(X, Y), steps=15, **arguments):
    finder = LRFinder(steps=steps)
    arguments = {"batch_size": 8, "epochs": 3, "verbose": 0, **arguments}
    model.fit(*data, callbacks=[finder], **arguments)
    return finder.result


def search_in_one_call(model, data=(X, Y), steps=15, **arguments):
    return lr_find(model, *data, steps=steps, **{"batch_size": 8, **arguments})


SEARCHES = [search_in_fit, search_in_one_call]


def find_then_fit(make, search, data=lambda: (X, Y), batch_size=8):
    """Return arrays, history and random states after `fit`, without and with a search before."""
    results = []
    for find in (None, search):
        model, given = make(), data()
        if find:
            assert len(find(model, given, batch_size=batch_size).rates) > 5
        history = model.fit(*given, batch_size=batch_size, epochs=2, verbose=0).history
        results.append((everything(model), history, outside()))
    return results


@pytest.mark.parametrize(
    ("search", "optimizer"),
    # The callback with each; the one call adds only its own way to start and end.
    [
        *((search_in_fit, optimizer) for optimizer in OPTIMIZERS),
        *((search_in_one_call, optimizer) for optimizer in ("adam", "schedule")),
    ],
)
def test_find_then_fit_is_fit_on_arrays(search, optimizer):
    without, with_search = find_then_fit(lambda: network(optimizer), search)
    assert_same(with_search[0], without[0])
    assert with_search[1:] == without[1:]


@pytest.mark.parametrize("search", SEARCHES)
def test_find_then_fit_is_fit_on_a_pipeline_that_does_not_reshuffle(search):
    import tensorflow as tf

    def pipeline():
        data = tf.data.Dataset.from_tensor_slices((X, Y))
        return (data.shuffle(52, seed=3, reshuffle_each_iteration=False).batch(8),)

    without, with_search = find_then_fit(network, search, pipeline, batch_size=None)
    assert_same(with_search[0], without[0])
    assert with_search[1:] == without[1:]


@pytest.mark.parametrize("optimizer", ["adam", "schedule"])
def test_find_between_two_fits_changes_nothing(optimizer):
    """The optimizer has moments by then, and the schedule is inside compiled steps."""
    results = []
    for find in (False, True):
        model = network(optimizer)
        model.fit(X, Y, batch_size=8, verbose=0)
        if find:
            search_in_one_call(model)
        model.fit(X, Y, batch_size=8, verbose=0)
        results.append((everything(model), outside()))
    assert_same(results[1][0], results[0][0])
    assert results[1][1] == results[0][1]


def test_find_then_fit_is_fit_in_mixed_precision():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        without, with_search = find_then_fit(network, search_in_one_call)
    finally:
        keras.config.set_dtype_policy(before)
    assert_same(with_search[0], without[0])


@needs_executions
def test_find_then_fit_is_fit_compiled_and_with_several_steps_an_execution():
    make = lambda: network(jit_compile=True, steps_per_execution=2)  # noqa: E731
    without, with_search = find_then_fit(make, search_in_one_call)
    assert_same(with_search[0], without[0])


def test_seed_generators_and_metrics_are_among_what_is_restored():
    model = network()
    model.fit(X, Y, batch_size=8, verbose=0)
    assert len(model.variables) > len(model.weights)
    before = everything(model)
    search_in_fit(model)
    assert_same(everything(model), before)


def test_an_optimizer_not_built_yet_is_as_fresh_afterwards():
    model = network("nadam")
    assert not model.optimizer.built
    search_in_one_call(model)
    fresh = network("nadam")
    fresh.optimizer.build(fresh.trainable_variables)
    assert_same(
        [array(v) for v in model.optimizer.variables],
        [array(v) for v in fresh.optimizer.variables],
    )


def test_what_was_kept_is_untouched_by_later_updates():
    model = network()
    kept = snapshot.Snapshot(model)
    before = everything(model)
    model.fit(X, Y, batch_size=8, epochs=15, verbose=0)  # 105 updates
    kept.restore()
    model.fit(X, Y, batch_size=8, verbose=0)
    kept.restore()
    assert_same(everything(model)[: len(model.variables)], before[: len(model.variables)])


class Stops(keras.callbacks.Callback):
    def __init__(self, batch, error):
        super().__init__()
        self.batch, self.error = batch, error

    def on_train_batch_end(self, batch, logs=None):
        if batch == self.batch:
            raise self.error


class Torn(keras.utils.PyDataset):
    """A data set whose fifth batch cannot be read."""

    def __len__(self):
        return 8

    def __getitem__(self, index):
        if index == 5:
            raise OSError("torn page")
        return X[:8], Y[:8]


@pytest.mark.parametrize("optimizer", ["adam", "loss scale, schedule"])
@pytest.mark.parametrize("exit_by", ["interrupt", "error", "data"])
def test_lr_find_restores_in_every_exit(optimizer, exit_by):
    model = network(optimizer)
    model.fit(X, Y, batch_size=8, verbose=0)
    model.stop_training = "as it was"
    before, states, history = everything(model), outside(), model.history
    rate = snapshot.leaves(model.optimizer)[0]._learning_rate
    if exit_by == "data":
        with pytest.raises(Exception, match="torn page"):
            lr_find(model, Torn(), shuffle=False)
    else:
        error = KeyboardInterrupt() if exit_by == "interrupt" else RuntimeError("mine")
        with pytest.raises(type(error)):
            lr_find(model, X, Y, batch_size=8, callbacks=[Stops(4, error)])
    assert_same(everything(model), before)
    assert outside() == states
    assert model.stop_training == "as it was"
    assert model.history is history
    assert snapshot.leaves(model.optimizer)[0]._learning_rate is rate
    model.fit(X, Y, batch_size=8, verbose=0)
    again = network(optimizer)
    for _ in range(2):
        again.fit(X, Y, batch_size=8, verbose=0)
    assert_same(everything(model), everything(again))


def test_a_broken_off_callback_restores_when_asked_and_refuses_before():
    model, finder = network("schedule"), LRFinder(steps=15)
    before = [array(v) for v in model.variables]
    arguments = {"batch_size": 8, "epochs": 3, "verbose": 0}
    with pytest.raises(RuntimeError):
        model.fit(X, Y, callbacks=[finder, Stops(3, RuntimeError())], **arguments)
    with pytest.raises(ValueError, match=r"Call `restore\(\)`"):
        model.fit(X, Y, callbacks=[finder], **arguments)
    finder.restore()
    assert_same([array(v) for v in model.variables], before)
    assert isinstance(model.optimizer._learning_rate, keras.optimizers.schedules.ExponentialDecay)
    model.fit(X, Y, callbacks=[finder], **arguments)
    assert finder.result is not None
    finder.restore()  # nothing is left to restore


@pytest.mark.parametrize("held", ["rate", "schedule", "callable", "loss scale"])
@pytest.mark.parametrize("fitted", [False, True])
def test_each_step_trains_with_its_rate_and_the_last_with_max_lr(held, fitted):
    optimizer = {
        "rate": lambda: keras.optimizers.SGD(0.1),
        "schedule": lambda: keras.optimizers.SGD(decay()),
        "callable": lambda: keras.optimizers.SGD(lambda: 0.25),
        "loss scale": lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(decay())),
    }[held]()
    model = ruler(optimizer)
    if fitted:
        model.fit(ONES, ONES, batch_size=8, verbose=0)
    weight = [array(model.weights[0])]

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            weight.append(array(self.model.weights[0]))

    finder = LRFinder(1e-3, 8.0, steps=12, stop_factor=math.inf)
    model.fit(ONES, ONES, batch_size=8, epochs=2, verbose=0, callbacks=[finder, Watch()])
    np.testing.assert_allclose(finder.result.rates, np.geomspace(1e-3, 8, 12), rtol=1e-12)
    assert finder.result.rates[-1] == 8.0
    np.testing.assert_allclose(-np.diff(weight), finder.result.rates, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(finder.result.losses, weight[:-1], rtol=1e-6)


def test_keras_refuses_a_rate_over_a_schedule_and_the_finder_does_not():
    model = network("schedule")
    held = model.optimizer._learning_rate
    with pytest.raises(TypeError):
        model.optimizer.learning_rate = 0.1
    count = len(model.optimizer.variables)
    search_in_fit(model)
    assert model.optimizer._learning_rate is held
    assert len(model.optimizer.variables) == count + 2 * len(model.trainable_variables)


class Logs(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.losses = []

    def on_train_batch_end(self, batch, logs=None):
        self.losses.append(logs["loss"])


def test_losses_are_those_of_the_batches_where_keras_logs_a_running_mean():
    target = np.repeat([1.0, 4.0, 9.0, 16.0], 8)[:, None].astype("float32")

    def loss(y_true, y_pred):
        return ops.mean(y_true + 0 * y_pred, -1)

    logs, finder = Logs(), LRFinder(steps=4, stop_factor=math.inf)
    arguments = {"batch_size": 8, "shuffle": False, "verbose": 0}
    ruler(loss=loss).fit(ONES[:32], target, callbacks=[logs], **arguments)
    np.testing.assert_allclose(logs.losses, [1, 2.5, 14 / 3, 7.5])
    ruler(loss=loss).fit(ONES[:32], target, callbacks=[finder], **arguments)
    assert finder.result.losses.tolist() == [1, 4, 9, 16]


def two_outputs():
    keras.utils.set_random_seed(3)
    inputs = keras.Input((6,))
    hidden = keras.layers.Dense(5, activation="tanh", kernel_regularizer="l2")(inputs)
    outputs = [keras.layers.Dense(1, name="a")(hidden), keras.layers.Dense(1, name="b")(hidden)]
    model = keras.Model(inputs, outputs)
    model.compile("sgd", ["mse", "mae"], loss_weights=[1.0, 0.3], metrics=[["mae"], ["mse"]])
    return model


def test_losses_equal_train_on_batch_with_weights_outputs_metrics_and_an_uneven_end():
    targets = [X[:, :1], X[:, 1:2]]
    weights = [np.linspace(0, 2, 52), np.linspace(1, 0, 52)]
    finder = LRFinder(1e-3, 0.1, steps=14)
    two_outputs().fit(
        X, targets, sample_weight=weights, batch_size=8, epochs=2, shuffle=False, verbose=0,
        callbacks=[finder],
    )  # fmt: skip
    model, losses = two_outputs(), []
    for step, rate in enumerate(finder.result.rates):
        part = slice(8 * (step % 7), 8 * (step % 7 + 1))
        model.optimizer.learning_rate = rate
        batch = X[part], [t[part] for t in targets], [w[part] for w in weights]
        losses.append(model.train_on_batch(*batch, return_dict=True)["loss"])
        model.reset_metrics()
    np.testing.assert_allclose(finder.result.losses, losses, rtol=2e-6)


@needs_executions
def test_an_execution_of_several_batches_is_one_step_with_their_mean_loss():
    finder = LRFinder(1e-2, 1.0, steps=6)
    model = ruler(steps_per_execution=4)
    model.fit(ONES, ONES, batch_size=4, epochs=2, shuffle=False, verbose=0, callbacks=[finder])
    rates = np.geomspace(1e-2, 1, 6)
    start = -4 * np.concatenate([[0], rates.cumsum()[:-1]])
    np.testing.assert_allclose(finder.result.rates, rates)
    np.testing.assert_allclose(finder.result.losses, start - 1.5 * rates, rtol=1e-5)


def test_short_data_are_gone_through_as_often_as_it_takes():
    assert len(lr_find(ruler(), ONES, ONES, batch_size=16, steps=20).rates) == 20
    finder = LRFinder(steps=20)
    ruler().fit(ONES, ONES, batch_size=16, epochs=30, verbose=0, callbacks=[finder])
    assert len(finder.result.rates) == 20


def test_a_fit_with_too_few_steps_says_so_and_reaches_max_lr_all_the_same():
    finder = LRFinder(1e-4, 1.0, steps=20)
    with pytest.warns(UserWarning, match="has 6 steps for `steps=20`.*epochs=7"):
        ruler().fit(ONES, ONES, batch_size=16, epochs=2, verbose=0, callbacks=[finder])
    np.testing.assert_allclose(finder.result.rates, np.geomspace(1e-4, 1, 6))


@pytest.mark.parametrize("steps", [5, 6, 12])
def test_data_of_unknown_length_have_no_step_that_was_not_made(steps):
    import tensorflow as tf

    data = tf.data.Dataset.from_tensor_slices((ONES, ONES)).batch(10)  # five batches
    data = data.filter(lambda x, y: True)
    assert data.cardinality() == tf.data.UNKNOWN_CARDINALITY
    model = ruler()
    curve = lr_find(model, data, min_lr=1e-3, max_lr=1.0, steps=steps)
    rates = np.geomspace(1e-3, 1, steps)
    np.testing.assert_allclose(curve.rates, rates)
    np.testing.assert_allclose(curve.losses, -np.r_[0, rates.cumsum()[:-1]], rtol=1e-5, atol=1e-7)


def batches(count):
    for _ in range(count):
        yield ONES[:8], ONES[:8]


def test_a_generator_that_ends_early_ends_the_search_with_a_warning():
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        curve = lr_find(ruler(), batches(9), steps=20)
    assert len(curve.rates) == 9
    assert any("after 9 of 20 steps" in str(w.message) for w in said)
    assert "the data ended" in repr(curve)


def test_a_model_without_shapes_is_built_by_lr_find():
    def unbuilt():
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.layers.Dense(3), keras.layers.Dropout(0.3)])
        model.compile("adam", "mse")
        return model

    targets = lambda: (X, X[:, :3])  # noqa: E731
    without, with_search = find_then_fit(unbuilt, search_in_one_call, targets)
    assert_same(with_search[0], without[0])
    assert with_search[1:] == without[1:]


@pytest.mark.skipif(BACKEND != "tensorflow", reason="the others build the model before training")
@pytest.mark.parametrize("way", ["callback", "generator"])
def test_a_model_that_cannot_be_kept_is_refused(way):
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"not built. Give it a keras.Input"):
        if way == "callback":
            model.fit(ONES, ONES, verbose=0, callbacks=[LRFinder()])
        else:
            lr_find(model, batches(3))


def test_divergence_is_relative_to_the_best_and_right_for_negative_losses():
    falls = np.concatenate([np.linspace(2, 1, 20), [1.5, 2, 5, 9, 12, 20]])
    assert first_divergence(falls) == 25
    below = falls - 5  # -3 to -4, then up: more than "four times the best" all the time
    assert first_divergence(below) is None
    assert first_divergence(np.append(below, [30, 30])) == len(below) + 1
    assert first_divergence(-np.linspace(1, 50, 30)) is None
    assert first_divergence(np.r_[np.ones(10), 50, np.ones(10)]) is None  # one odd batch


def test_what_is_not_finite_stops_at_once():
    for bad in (math.nan, math.inf, -math.inf):
        assert first_divergence(np.array([1.0, bad, 1.0]), calm=10) == 2
    assert first_divergence(np.array([])) is None


def test_the_first_steps_may_wander():
    losses = np.array([0.01, 1.0, 1.0, 1.0, 0.5, 0.4])
    assert first_divergence(losses) == 3
    assert first_divergence(losses, calm=10) is None


def scripted(values):
    """A model whose loss takes the given values, batch after batch of 8."""
    target = np.repeat(np.asarray(values, "float32"), 8)[:, None]
    model = ruler(loss=lambda y_true, y_pred: ops.mean(y_true + 0 * y_pred, -1))
    return model, np.ones_like(target), target


@pytest.mark.parametrize(
    ("values", "kept", "reason"),
    [
        ([-1, -2, -3, -4, -5, -6, -7, -8], 8, "all steps were made"),
        ([2, 2, 1, 1, math.nan, 1, 1, 1], 5, "the loss was nan"),
        ([2, 2, 1, math.inf, 1, 1, 1, 1], 4, "the loss was inf"),
        ([2, 2, 1, 9, 9, 9, 9, 9], 5, "far above its best"),
    ],
)
def test_fit_stops_when_the_loss_leaves(values, kept, reason):
    model, x, y = scripted(values)
    finder = LRFinder(steps=8)
    model.fit(x, y, batch_size=8, shuffle=False, verbose=0, callbacks=[finder])
    np.testing.assert_array_equal(finder.result.losses, np.float32(values[:kept]))
    np.testing.assert_allclose(finder.result.rates, np.geomspace(1e-7, 10, 8)[:kept])
    assert reason in repr(finder.result)
    assert model.stop_training is False


def test_losses_told_late_and_out_of_order_make_the_same_curve():
    finder = LRFinder(steps=8)
    model, _, _ = scripted([1])
    finder.set_model(model)
    finder.set_params({"steps": 8, "epochs": 1})
    finder.on_train_begin()
    finder.on_epoch_begin(0)
    for batch in range(8):
        finder.on_train_batch_begin(batch)
    finder._model = None  # Keras' property syncs jax's state: not from another thread
    for batch, loss in ((1, 2.0), (0, 2.0), (4, math.nan), (3, 1.0), (5, 0.0), (2, 1.5)):
        finder.on_train_batch_end(batch, {"loss": loss})
    finder.set_model(model)
    finder.on_train_end()
    np.testing.assert_array_equal(finder.result.losses, [2, 2, 1.5, 1, math.nan])


def test_training_stays_as_asynchronous_as_it_was():
    lists = keras.callbacks.CallbackList
    assert lists([LRFinder()])._async_train == lists([])._async_train


def test_a_slow_listener_does_not_change_what_is_found(monkeypatch):
    quick = search_in_fit(network())
    told = LRFinder.on_train_batch_end

    def late(self, batch, logs=None):
        time.sleep(0.02 * (batch % 3))
        told(self, batch, logs)

    monkeypatch.setattr(LRFinder, "on_train_batch_end", late)
    slow = search_in_fit(network())
    np.testing.assert_array_equal(quick.losses, slow.losses)


def test_a_second_search_finds_the_same():
    model = network()
    first, second = search_in_one_call(model), search_in_one_call(model)
    np.testing.assert_array_equal(first.losses, second.losses)


def test_optimizers_inside_one_another_get_the_rate():
    inner = [keras.optimizers.SGD(0.1), keras.optimizers.Adam(decay())]

    class Several:
        optimizers = inner

    wrapped = keras.optimizers.LossScaleOptimizer(inner[0])
    assert snapshot.leaves(Several()) == inner
    assert snapshot.leaves(wrapped) == [inner[0]]


def test_the_plot_has_marks_and_names_for_each_suggestion():
    x = np.linspace(-7, 1, 100)
    losses = 2.3 - 1.5 / (1 + np.exp(-4 * (x + 3))) + np.exp(np.minimum(6 * (x + 1), 9))
    curve = LRCurve(10**x, np.append(losses[:-1], math.nan), "stopped")
    ax = curve.plot()
    labels = [line.get_label() for line in ax.lines]
    marks = [line.get_marker() for line in ax.lines if line.get_label().split(":")[0] in
             curve.suggestions]  # fmt: skip
    assert all(any(label.startswith(name) for label in labels) for name in curve.suggestions)
    assert len(set(marks)) == 3 and "" not in marks
    assert ax.get_xscale() == "log"
    bottom, top = ax.get_ylim()  # the explosion to 8000 does not flatten the rest
    assert 0 < bottom < top < 10
    plt.close(ax.figure)
    for rates in ([], [1e-3], [1e-3, 1e-2]):
        plt.close(LRCurve(rates, rates, "stopped").plot().figure)


def test_the_result_reads_as_words():
    x = np.linspace(-7, 1, 100)
    text = repr(LRCurve(10**x, 2.3 - 1.5 / (1 + np.exp(-4 * (x + 3))), "all steps were made"))
    assert "100 learning rates from 1e-07 to 10; all steps were made." in text
    assert "steepest: 0.001 (confidence 100 %)" in text
    assert "minimum/10: none" in text
    assert "No learning rate was tried" in repr(LRCurve([], [], "the data were empty"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"min_lr": 0}, "0 < min_lr < max_lr. Received: min_lr=0, max_lr=10.0"),
        ({"min_lr": -7, "max_lr": 1}, "not their logarithms"),
        ({"min_lr": 1, "max_lr": 0.1}, "Received: min_lr=1, max_lr=0.1"),
        ({"max_lr": math.inf}, "must be finite"),
        ({"steps": 1}, "at least 2. Received: steps=1"),
        ({"steps": 2.5}, "must be an integer"),
        ({"stop_factor": 1}, "must be above 1. Received: stop_factor=1"),
        ({"stop_factor": math.nan}, "must be above 1"),
    ],
)
def test_bad_arguments_are_named(arguments, words):
    with pytest.raises(ValueError) as caught:
        LRFinder(**arguments)
    assert words in str(caught.value)


def test_logs_without_a_loss_are_refused():
    class Silent(keras.Sequential):
        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            return {"mine": 0 * ops.sum(y_pred)}

    model = Silent([keras.Input((1,)), Rises()])
    model.compile("sgd", plain)
    with pytest.raises(ValueError, match=r"needs `loss`.*Received: \['mine'\]"):
        lr_find(model, ONES, ONES)


@pytest.mark.parametrize("module", [lr_curve, lr_finder, snapshot])
def test_examples_run(module):
    result = doctest.testmod(module)
    assert result.attempted >= 3
    assert not result.failed
    plt.close("all")
