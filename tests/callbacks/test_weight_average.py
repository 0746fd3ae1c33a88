"""Averages of weights: the right ones, at the right time, with statistics that fit them."""

import doctest
import functools
import warnings

import keras
import numpy as np
import pytest

from course_kit.callbacks import EarlyStopping, WeightAverage, running_average, weight_average
from course_kit.callbacks.snapshot import Snapshot
from course_kit.inference import recalibrate_batch_normalization

BACKEND = keras.backend.backend()
rng = np.random.default_rng(4)
X = rng.normal(size=(52, 6)).astype("float32")  # 52 = 6 * 8 + 4: the last batch is smaller
Y = (X[:, :2] ** 2).astype("float32")


def array(tensor):
    return np.array(keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(tensor)))


def arrays(variables):
    return [array(v) for v in variables]


def build(optimizer, normalized=False, **compile_arguments):
    keras.utils.set_random_seed(1)
    middle = [keras.layers.BatchNormalization(), keras.layers.Dropout(0.3, seed=5)]
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(8, activation="tanh"),
            *(middle if normalized else []),
            keras.layers.Dense(2),
        ]
    )
    model.compile(optimizer, "mse", **compile_arguments)
    return model


@functools.cache
def built(normalized, optimizer):
    model = build(optimizer, normalized)
    model.fit(X, Y, verbose=0)  # a first fit draws random numbers when it builds
    return model, Snapshot(model)


def network(normalized=False, optimizer="adam"):
    """The same new model each time, with what was compiled before: take one after the other."""
    model, new = built(normalized, optimizer)
    new.restore()
    return model


class Recorder(keras.callbacks.Callback):
    """Keep the trainable weights after each step, and all of them at each epoch's end."""

    def __init__(self):
        super().__init__()
        self.steps, self.epochs, self.every = [], [], []

    def on_train_batch_end(self, batch, logs=None):
        self.steps.append(arrays(self.model.trainable_variables))

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(arrays(self.model.trainable_variables))
        self.every.append(arrays(self.model.variables))


def fit(model, *callbacks, epochs=4, **arguments):
    keras.utils.set_random_seed(2)  # one order of the data for all
    arguments = {"batch_size": 8, "verbose": 0, "epochs": epochs, **arguments}
    if "x" not in arguments:
        arguments |= {"x": X, "y": Y}
    return model.fit(callbacks=list(callbacks), **arguments)


def exponential(weights, decay, debias=True, every=1):
    """The formula of the docstring, in float64, term by term."""
    seen = weights[every - 1 :: every]
    decay, t = decay**every, len(seen)
    past = decay ** np.arange(t - 1, -1, -1.0)
    past *= 1 - decay
    if not debias:
        past[0] = decay ** (t - 1)
    assert debias or np.isclose(past.sum(), 1)
    past /= past.sum()
    whole = [np.stack(ws).astype("float64") for ws in zip(*seen, strict=True)]
    return [np.tensordot(past, w, 1) for w in whole]


def assert_close(variables, wanted, rtol=2e-6, atol=2e-6):
    found = arrays(variables)
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=rtol, atol=atol)


def assert_same(found, wanted):
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("debias", [True, False])
@pytest.mark.parametrize("every", [1, 3])
def test_exponential_average_is_the_formula_over_each_steps_weights(debias, every):
    model, seen = network(), Recorder()
    fit(model, seen, WeightAverage("ema", decay=0.9, update_every=every, debias=debias))
    assert len(seen.steps) == 28
    assert_close(model.trainable_variables, exponential(seen.steps, 0.9, debias, every))
    assert np.abs(array(model.trainable_variables[0]) - seen.steps[-1][0]).max() > 1e-3


def test_each_step_is_seen_also_without_another_callback_that_looks():
    """On jax the model's variables are empty within an epoch, unless a callback asks."""
    seen = Recorder()
    fit(network(), seen)
    model = network()
    fit(model, WeightAverage(decay=0.9))
    assert_close(model.trainable_variables, exponential(seen.steps, 0.9))


def test_first_average_is_the_first_weights_not_the_initialization():
    model, seen = network(), Recorder()
    fit(model, seen, WeightAverage(decay=0.999), x=X[:8], y=Y[:8], epochs=1)
    assert len(seen.steps) == 1
    assert_same(arrays(model.trainable_variables), seen.steps[0])


def test_start_epoch_leaves_the_epochs_before_out():
    model, seen = network(), Recorder()
    fit(model, seen, WeightAverage(decay=0.9, start_epoch=2))
    assert_close(model.trainable_variables, exponential(seen.steps[14:], 0.9))


@pytest.mark.parametrize("optimizer", [keras.optimizers.SGD, keras.optimizers.Adam])
def test_without_debiasing_it_is_kerass_own_use_ema(optimizer):
    theirs = build(optimizer(0.05, use_ema=True, ema_momentum=0.9))
    ours = build(optimizer(0.05))
    fit(theirs)
    fit(ours, WeightAverage(decay=0.9, debias=False))
    assert_close(ours.trainable_variables, arrays(theirs.trainable_variables))


def torch_average(weights, **arguments):
    """torch's AveragedModel over recorded weights."""
    torch = pytest.importorskip("torch")  # as every test of the other backends
    from torch.optim.swa_utils import AveragedModel

    module = torch.nn.ParameterList([torch.zeros(w.shape) for w in weights[0]])
    averaged = AveragedModel(module, **arguments)
    for recorded in weights:
        with torch.no_grad():
            for parameter, w in zip(module, recorded, strict=True):
                parameter.copy_(torch.from_numpy(w))
        averaged.update_parameters(module)
    return [p.detach().numpy() for p in averaged.module]


def test_both_kinds_are_torchs_averaged_model():
    from torch.optim.swa_utils import get_ema_multi_avg_fn

    model, seen = network(), Recorder()
    fit(model, seen, WeightAverage(decay=0.9, debias=False))
    theirs = torch_average(seen.steps, multi_avg_fn=get_ema_multi_avg_fn(0.9))
    assert_close(model.trainable_variables, theirs)
    model, seen = network(), Recorder()
    fit(model, seen, WeightAverage("swa", start_epoch=1))
    assert_close(model.trainable_variables, torch_average(seen.epochs[1:]))


@pytest.mark.parametrize(("start", "period", "which"), [
    (None, None, [7, 8, 9]), (0, 1, range(10)), (1, 3, [1, 4, 7]), (2, 4, [2, 6]),
])  # fmt: skip
def test_swa_is_the_equal_average_of_the_ends_of_its_epochs(start, period, which):
    model, seen = network(), Recorder()
    fit(model, seen, WeightAverage("swa", start_epoch=start, period=period), epochs=10)
    chosen = [[w.astype("float64") for w in seen.epochs[i]] for i in which]
    assert_close(model.trainable_variables, [np.mean(ws, 0) for ws in zip(*chosen, strict=True)])


@pytest.mark.parametrize("kind", ["ema", "swa"])
@pytest.mark.parametrize("evaluate", [False, True])
def test_training_itself_is_unchanged(kind, evaluate):
    """The trained weights, moving statistics, seeds, moments and losses, bit for bit."""
    results = []
    for with_average in (False, True):
        model, seen = network(normalized=True), Recorder()
        average = WeightAverage(kind, X, start_epoch=1, evaluate=evaluate)
        # The recorder sees the trained weights: it comes before the averages are put in.
        history = fit(model, seen, *([average] if with_average else []), epochs=3)
        if with_average:
            average.swap()
        variables = [*model.variables, *model.optimizer.variables]
        results.append((arrays(variables), seen.steps, seen.every, history.history))
    assert_same(results[0][0], results[1][0])
    for one, other in zip(results[0][1], results[1][1], strict=True):
        assert_same(one, other)
    for one, other in zip(results[0][2], results[1][2], strict=True):
        assert_same(one, other)
    assert results[0][3] == results[1][3]


def test_swap_goes_back_and_forth_to_the_bit():
    model, seen = network(normalized=True), Recorder()
    average = WeightAverage(data=X, decay=0.9)
    fit(model, seen, average)
    averaged = arrays(model.variables)
    assert average.in_model == "averages"
    average.swap()
    assert average.in_model == "weights"
    assert_same(arrays(model.variables), seen.every[-1])
    average.swap()
    assert_same(arrays(model.variables), averaged)


def statistics(model):
    layer = next(la for la in model.layers if isinstance(la, keras.layers.BatchNormalization))
    return arrays([layer.moving_mean, layer.moving_variance])


class Drawing:
    """Data that draw random numbers each time they are gone through, as loaders do."""

    def __iter__(self):
        np.random.rand()
        if BACKEND == "torch":
            import torch

            torch.rand(1)
        yield X


def test_data_that_draw_random_numbers_do_not_disturb_the_training():
    runs = []
    for callbacks in ([], [WeightAverage(data=Drawing(), evaluate=True)]):
        seen = Recorder()
        fit(network(normalized=True), *callbacks, seen, epochs=3)
        runs.append(seen.steps)
    for one, other in zip(*runs, strict=True):
        assert_same(one, other)


@pytest.mark.parametrize("kind", ["ema", "swa"])
def test_statistics_are_recomputed_over_the_data_with_the_averaged_weights(kind):
    model = network(normalized=True)
    fit(model, WeightAverage(kind, X, start_epoch=1, batch_size=52))
    kernel, bias = arrays(model.layers[0].weights)
    hidden = np.tanh(X.astype("float64") @ kernel + bias)
    mean, variance = statistics(model)
    np.testing.assert_allclose(mean, hidden.mean(0), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(variance, hidden.var(0), rtol=1e-5, atol=1e-6)


def test_without_data_statistics_are_averaged_and_a_line_says_so():
    class Moving(Recorder):
        def on_train_batch_end(self, batch, logs=None):
            self.steps.append(statistics(self.model))

    model, seen = network(normalized=True), Moving()
    with pytest.warns(UserWarning, match="moving statistics.*only nearly. Pass data"):
        fit(model, seen, WeightAverage(decay=0.9))
    wanted = exponential(seen.steps, 0.9)
    for one, other in zip(statistics(model), wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


def test_frozen_layers_and_their_statistics_stay_as_they_are():
    model = build("adam", normalized=True)
    model.layers[0].trainable = model.layers[1].trainable = False
    model.compile("adam", "mse")
    before = arrays([*model.layers[0].weights, *model.layers[1].weights])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(model, WeightAverage(decay=0.9))
    assert_same(arrays([*model.layers[0].weights, *model.layers[1].weights]), before)


def test_data_are_not_looked_at_without_batch_normalization():
    def broken():
        raise AssertionError("was read")
        yield

    fit(network(), WeightAverage(data=broken()))


def test_validation_sees_the_averages_when_asked_to():
    plain, wanted = Recorder(), []
    oracle = network(normalized=True)
    fit(oracle, plain, validation_data=(X, Y), epochs=2)
    for steps in (7, 14):
        averages = exponential(plain.steps[:steps], 0.9)
        for variable, average in zip(oracle.trainable_variables, averages, strict=True):
            variable.assign(average)
        recalibrate_batch_normalization(oracle, X)
        wanted.append(oracle.evaluate(X, Y, verbose=0))
    average = WeightAverage(data=X, decay=0.9, evaluate=True)
    seen = fit(network(normalized=True), average, validation_data=(X, Y), epochs=2).history
    np.testing.assert_allclose(seen["val_loss"], wanted, rtol=1e-5)


def test_an_epochs_weights_count_once_when_they_are_validated_too():
    plain = Recorder()
    fit(network(), plain, validation_data=(X, Y), epochs=3)
    model, average = network(), WeightAverage("swa", start_epoch=0, evaluate=True)
    fit(model, average, validation_data=(X, Y), epochs=3)
    chosen = [[w.astype("float64") for w in epoch] for epoch in plain.epochs]
    assert_close(model.trainable_variables, [np.mean(ws, 0) for ws in zip(*chosen, strict=True)])


class Script(keras.callbacks.Callback):
    def __init__(self, values):
        super().__init__()
        self.values = values

    def on_epoch_end(self, epoch, logs=None):
        logs["scripted"] = self.values[epoch]


def stopping():
    return EarlyStopping("scripted", mode="min", patience=2, restore_best_weights=True)


@pytest.mark.parametrize("validated", [True, False])
def test_under_evaluate_early_stopping_brings_the_best_epochs_average_back(validated):
    more = {"validation_data": (X, Y)} if validated else {}
    cut = network(normalized=True)
    fit(cut, WeightAverage(data=X, decay=0.9), epochs=2, **more)
    wanted = arrays(cut.weights)
    model = network(normalized=True)
    average = WeightAverage(data=X, decay=0.9, evaluate=True)
    history = fit(model, Script([3.0, 1.0, 2.0, 2.0, 2.0]), average, stopping(), epochs=5, **more)
    assert len(history.epoch) == 4
    assert_same(arrays(model.weights), wanted)


def test_otherwise_averages_up_to_the_stop_replace_what_was_restored():
    best = network(normalized=True)
    fit(best, epochs=2)
    restored = arrays(best.weights)
    cut = network(normalized=True)
    fit(cut, WeightAverage(data=X, decay=0.9), epochs=4)
    averaged = arrays(cut.trainable_variables)
    model, average = network(normalized=True), WeightAverage(data=X, decay=0.9)
    fit(model, Script([3.0, 1.0, 2.0, 2.0, 2.0]), stopping(), average, epochs=5)
    assert_same(arrays(model.trainable_variables), averaged)
    average.swap()
    assert_same(arrays(model.weights), restored)


class Breaks(keras.callbacks.Callback):
    """Make a weight NaN after some steps, and good again before the next."""

    def __init__(self, broken):
        super().__init__()
        self.broken, self.step, self.kept = broken, -1, None

    def on_train_batch_begin(self, batch, logs=None):
        if self.kept is not None:
            self.model.trainable_variables[0].assign(self.kept)
            self.kept = None

    def on_train_batch_end(self, batch, logs=None):
        self.step += 1
        if self.step in self.broken:
            weight = self.model.trainable_variables[0]
            self.kept = array(weight)
            weight.assign(self.kept * np.nan)


def test_weights_that_are_not_finite_are_left_out_and_counted():
    model, seen = network(optimizer="sgd"), Recorder()
    with pytest.warns(UserWarning, match="left out the weights of 2 updates"):
        fit(model, WeightAverage(decay=0.9), Breaks([9, 20]), seen)  # 20: the end of an epoch
    finite = [w for w in seen.steps if np.isfinite(w[0]).all()]
    assert len(finite) == 26
    assert_close(model.trainable_variables, exponential(finite, 0.9))


def test_before_any_fit_there_is_nothing_to_swap():
    with pytest.raises(ValueError, match="nothing to swap"):
        WeightAverage().swap()


def test_nothing_averaged_is_said_and_leaves_the_weights():
    for average in (
        WeightAverage("swa", start_epoch=9),
        WeightAverage(start_epoch=9),
        WeightAverage(update_every=99),
    ):
        model, seen = network(), Recorder()
        with pytest.warns(UserWarning, match="averaged nothing"):
            fit(model, seen, average)
        assert_same(arrays(model.trainable_variables), seen.epochs[-1])
        assert average.in_model == "weights"
        with pytest.raises(ValueError, match="nothing to swap"):
            average.swap()


def test_a_diverged_run_keeps_the_finite_averages():
    model = network(optimizer="sgd")
    with pytest.warns(UserWarning, match="left out"):
        fit(model, Breaks(range(14, 99)), WeightAverage(decay=0.9))
    assert all(np.isfinite(w).all() for w in arrays(model.trainable_variables))


class Stops(keras.callbacks.Callback):
    def __init__(self, step, error=None):
        super().__init__()
        self.left, self.error = step, error

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if self.left == 0:
            if self.error:
                raise self.error
            self.model.stop_training = True


@pytest.mark.parametrize("kind", ["ema", "swa"])
def test_a_stop_within_an_epoch_counts_the_steps_that_were_made(kind):
    model, seen = network(), Recorder()
    average = WeightAverage(kind, start_epoch=0)
    fit(model, seen, average, Stops(10))
    assert len(seen.steps) == 10
    wanted = exponential(seen.steps, 0.999) if kind == "ema" else [
        (a.astype("float64") + b) / 2 for a, b in zip(*seen.epochs, strict=True)
    ]  # fmt: skip
    assert_close(model.trainable_variables, wanted)


def test_after_an_error_the_averages_can_be_had_by_hand():
    model, seen, average = network(), Recorder(), WeightAverage(decay=0.9)
    with pytest.raises(RuntimeError):
        fit(model, seen, average, Stops(10, RuntimeError()))
    assert average.in_model == "weights"
    assert_same(arrays(model.trainable_variables), seen.steps[-1])
    average.on_train_end()
    assert_close(model.trainable_variables, exponential(seen.steps[:9], 0.9))


def test_a_second_fit_starts_afresh():
    average, model = WeightAverage(decay=0.9), network()
    fit(model, average)
    seen = Recorder()
    fit(model, seen, average)
    assert_close(model.trainable_variables, exponential(seen.steps, 0.9))


def test_data_of_unknown_length_have_no_step_that_was_not_made():
    """TensorFlow and jax begin a batch, and then find that there is none."""
    import tensorflow as tf

    data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(8).filter(lambda x, y: True)
    model, seen = network(), Recorder()
    fit(model, seen, WeightAverage(decay=0.5), x=data, batch_size=None, epochs=2)
    assert len(seen.steps) == 14
    assert_close(model.trainable_variables, exponential(seen.steps, 0.5))


@pytest.mark.skipif(BACKEND == "torch", reason="torch refuses more than one step an execution")
def test_several_steps_an_execution_are_one_look_with_as_much_decay():
    model, seen = build("adam", steps_per_execution=3), Recorder()
    fit(model, seen, WeightAverage(decay=0.9, debias=False), epochs=2)
    looks = [3, 3, 1, 3, 3, 1]
    assert len(seen.steps) == len(looks)
    wanted = [w.astype("float64") for w in seen.steps[0]]
    for steps, weights in list(zip(looks, seen.steps, strict=True))[1:]:
        past, pairs = 0.9**steps, zip(wanted, weights, strict=True)
        wanted = [past * a + (1 - past) * w for a, w in pairs]
    assert_close(model.trainable_variables, wanted)


def test_averages_are_kept_in_single_precision_at_least():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("bfloat16")
    try:
        model, seen = build("sgd"), Recorder()
        average = WeightAverage("swa", start_epoch=0)
        fit(model, seen, average, epochs=5)
    finally:
        keras.config.set_dtype_policy(before)
    exact = np.mean([w[0].astype("float64") for w in seen.epochs], 0)
    np.testing.assert_allclose(array(average._average.values[0]), exact, rtol=1e-6, atol=1e-7)


def test_training_stays_as_asynchronous_as_it_was():
    lists = keras.callbacks.CallbackList
    assert lists([WeightAverage()])._async_train == lists([])._async_train
    # A validation follows the last batch at once, and has to know that it was made.
    assert not lists([WeightAverage(evaluate=True)])._async_train


def test_an_optimizer_that_averages_is_refused():
    model = build(keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(use_ema=True)))
    with pytest.raises(ValueError, match="use_ema=True"):
        fit(model, WeightAverage())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"kind": "polyak"}, "'ema' or 'swa'. Received: kind='polyak'"),
        ({"decay": 1.0}, r"in [0, 1). Received: decay=1.0"),
        ({"decay": -0.1}, "Received: decay=-0.1"),
        ({"update_every": 0}, "`update_every` must be an integer, at least 1"),
        ({"update_every": 1.5}, "Received: update_every=1.5"),
        ({"kind": "swa", "period": 0}, "`period` must be an integer"),
        ({"kind": "swa", "decay": 0.9}, "`decay` means nothing for kind='swa'"),
        ({"period": 2}, "`period` means nothing for kind='ema'"),
        ({"start_epoch": -1}, "counts from 0. Received: start_epoch=-1"),
    ],
)
def test_bad_arguments_are_named(arguments, words):
    with pytest.raises(ValueError) as caught:
        WeightAverage(**arguments)
    assert words in str(caught.value)


@pytest.mark.parametrize("module", [weight_average, running_average])
def test_examples_run(module):
    result = doctest.testmod(module)
    assert result.attempted >= 1
    assert not result.failed
