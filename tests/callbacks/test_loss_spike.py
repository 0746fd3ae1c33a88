"""Loss spikes: the batch that did it, its gradients before the update, and nothing else changed."""

import doctest
import functools
import math

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from keras import ops

from course_kit.callbacks import LossSpike, LRFinder, loss_spike, spike_detector
from course_kit.callbacks.gradients import Gradients, by_layer, layer_names
from course_kit.callbacks.snapshot import RandomStates, Snapshot
from course_kit.callbacks.spike_detector import SpikeDetector
from course_kit.callbacks.step_tap import StepTap

BACKEND = keras.backend.backend()
rng = np.random.default_rng(11)
X = rng.normal(size=(124, 6)).astype("float32")  # 124 = 15 * 8 + 4: the last batch is smaller
W = rng.normal(size=(6, 2)).astype("float32")
Y = X @ W + 0.3 * rng.normal(size=(124, 2)).astype("float32")
BAD = 91  # an example; in the batch after eleven, if not shuffled


def spoiled(value=100.0):
    y = Y.copy()
    y[BAD] = value
    return y


def array(tensor):
    return np.array(ops.convert_to_numpy(ops.convert_to_tensor(tensor)))


def network(convolution=False, optimizer="adam", rate=0.2, **compile_arguments):
    """With dropout, unseeded: on torch it draws from the global state; and batch norm."""
    keras.utils.set_random_seed(1)
    picture = [
        keras.layers.Reshape((6, 1)),
        keras.layers.Conv1D(4, 3, activation="relu"),
        keras.layers.BatchNormalization(),
        keras.layers.Flatten(),
    ]
    model = keras.Sequential(
        [
            keras.Input((6,)),
            *(picture if convolution else []),
            keras.layers.Dense(16, activation="relu", kernel_regularizer="l2", name="hidden"),
            keras.layers.BatchNormalization(name="norm"),
            keras.layers.Dropout(rate),
            keras.layers.Dense(2, name="out"),
        ]
    )
    model.compile(optimizer, "mse", metrics=["mae"], **compile_arguments)
    return model


@functools.cache
def built():
    model = network()
    model.fit(X, Y, verbose=0)
    return model, Snapshot(model)


def ready():
    """The same model each time, with what was compiled before: take one after the other."""
    model, state = built()
    state.restore()
    return model


def fit(model, *callbacks, y=None, **arguments):
    keras.utils.set_random_seed(2)
    arguments = {"batch_size": 8, "epochs": 2, "verbose": 0, **arguments}
    y = spoiled() if y is None else y
    return model.fit(X, y, callbacks=list(callbacks), **arguments)


def pipeline(y):
    import tensorflow as tf

    data = tf.data.Dataset.from_tensor_slices((X, y)).shuffle(124, seed=5)
    return data.batch(8).prefetch(4)


class Trace(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.states, self.logs = [], []

    def on_train_batch_end(self, batch, logs=None):
        self.logs.append(dict(logs))

    def on_epoch_end(self, epoch, logs=None):
        model = self.model
        parts = [*model.variables, *model.metrics_variables, *model.optimizer.variables]
        self.states.append([array(v) for v in parts])

    def on_train_end(self, logs=None):
        random = RandomStates()
        self.draws = [np.random.rand(), array(keras.random.uniform((2,))).tolist()]
        if BACKEND == "torch":
            import torch

            self.draws.append(torch.rand(2).tolist())
        random.restore()


CASES = ["arrays", "pipeline", *(["jit", "eager"] if BACKEND == "tensorflow" else [])]


@pytest.mark.parametrize("case", CASES)
def test_training_is_the_same_with_and_without_bit_for_bit(case):
    """With a report in the middle of it; shuffled; weights, moments, metrics, logs, draws."""
    more = {"jit": {"jit_compile": True}, "eager": {"run_eagerly": True}}.get(case, {})
    results = []
    for watched in (False, True):
        model, trace = network(convolution=not more, **more), Trace()
        spike = LossSpike(window=10)
        callbacks = [*([spike] if watched else []), trace]
        if case == "pipeline":
            keras.utils.set_random_seed(2)
            history = model.fit(pipeline(spoiled()), epochs=2, verbose=0, callbacks=callbacks)
        else:
            history = fit(model, *callbacks)
        results.append((trace.states, trace.logs, trace.draws, history.history))
    assert len(spike.reports) >= 1
    for without, with_spike in zip(results[0][0], results[1][0], strict=True):
        for one, other in zip(without, with_spike, strict=True):
            np.testing.assert_array_equal(one, other)
    assert results[0][1:] == results[1][1:]


def test_the_batch_is_the_one_on_which_the_loss_jumped_also_when_shuffled():
    spike = LossSpike(window=10)
    fit(ready(), spike)
    report = spike.reports[-1]  # of the second epoch: in the first it may come too early
    assert report.epoch == 1
    assert (report.y == 100.0).any() and report.x.shape == (8, 6)
    place = int((report.y == 100.0).all(1).argmax())
    np.testing.assert_array_equal(report.x[place], X[BAD])
    assert report.cause == "batch"


def test_in_a_pipeline_that_runs_ahead_too():
    spike, model = LossSpike(window=10), ready()
    model.fit(pipeline(spoiled()), epochs=2, verbose=0, callbacks=[spike])
    report = spike.reports[-1]
    assert report.epoch == 1
    place = int((report.y == 100.0).all(1).argmax())
    np.testing.assert_array_equal(report.x[place], X[BAD])


def test_losses_are_those_of_train_on_batch():
    """With sample weights, a regularizer, and a last batch that is smaller."""
    spike, model, weights = LossSpike(), network(rate=0), np.linspace(0, 2, 124)
    start = Snapshot(model)
    model.fit(
        X, Y, sample_weight=weights, batch_size=8, epochs=2, shuffle=False, verbose=0,
        callbacks=[spike],
    )  # fmt: skip
    start.restore()
    losses = []
    for step in range(32):
        part = slice(8 * (step % 16), 8 * (step % 16 + 1))
        losses.append(
            model.train_on_batch(X[part], Y[part], weights[part], return_dict=True)["loss"]
        )
        model.reset_metrics()
    np.testing.assert_allclose(spike.losses, losses, rtol=1e-4)


def test_gradients_are_those_of_the_step_before_its_update():
    """Plain gradient descent with a rate of 1 moves the weights by just these."""

    class Weights(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.seen = [[array(v) for v in self.model.trainable_variables]]

        def on_train_batch_end(self, batch, logs=None):
            self.seen.append([array(v) for v in self.model.trainable_variables])

    model, weights = network(optimizer=keras.optimizers.SGD(1e-3)), Weights()
    spike = LossSpike(window=10)
    fit(model, weights, spike, epochs=1, shuffle=False)
    report = spike.reports[0]
    assert report.step == BAD // 8
    before, after = weights.seen[report.step], weights.seen[report.step + 1]
    moved = [
        (one.astype("float64") - other) / 1e-3 for one, other in zip(before, after, strict=True)
    ]
    wanted = by_layer(layer_names(model), moved)
    assert list(report.gradient_norms) == ["hidden", "norm", "out"]
    for layer, found in report.gradient_norms.items():
        assert found == pytest.approx(
            wanted[layer], rel=2e-3
        )  # the difference of the weights rounds


def test_the_loss_comes_out_once_more_at_the_kept_weights():
    """With the dropout masks of that step: else it would be another."""
    computed = []

    class Noted(Gradients):
        def __call__(self, *arguments):
            found = super().__call__(*arguments)
            computed.append(found[0])
            return found

    spike = LossSpike(window=10)
    model = ready()
    spike.set_model(model)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loss_spike, "Gradients", Noted)
        fit(model, spike, epochs=1, shuffle=False)
    assert computed[0] == pytest.approx(spike.reports[0].loss, rel=1e-5)
    assert computed[1] == spike.reports[0].previous_again


class BreaksWeights(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 14:
            variable = self.model.trainable_variables[-2]
            variable.assign(30.0 * variable)


def test_bad_weights_are_told_from_a_bad_batch():
    spike = LossSpike(window=10)
    fit(ready(), BreaksWeights(), spike, y=Y, epochs=1)
    report = spike.reports[0]
    assert (report.step, report.cause) == (15, "weights")
    assert report.previous_again > report.limit > report.previous_loss
    assert "Cause: the weights." in repr(report)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_is_a_jump_even_at_the_start(value):
    spike = LossSpike(window=50)
    fit(ready(), spike, y=spoiled(value), shuffle=False)
    assert spike.count == 1  # the weights stay NaN, and the loss with them: that is one jump
    report = spike.reports[0]
    assert report.step == BAD // 8 < 50
    assert not math.isfinite(report.loss)
    assert report.cause == "batch"
    assert not any(math.isfinite(norm) for norm in report.gradient_norms.values())
    assert math.isnan(spike.losses[report.step + 1])  # cannot be told until the next epoch


def test_a_bad_number_on_a_scaled_loss_is_got_over():
    """The loss scale drops the step; from the next epoch on losses are told again."""
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(1e-3))
    spike = LossSpike(window=10)
    fit(network(optimizer=optimizer), spike, y=spoiled(math.nan), shuffle=False)
    assert [report.step for report in spike.reports] == [11, 16 + 11]
    assert np.isfinite(spike.losses[16 : 16 + 11]).all()


def test_a_noisy_run_that_goes_well_gives_no_report():
    spike = LossSpike(window=20)
    fit(ready(), spike, y=Y, epochs=10)
    assert len(spike.losses) == 160
    assert spike.count == 0 and spike.reports == []


def test_stop_ends_the_training_after_the_step():
    spike = LossSpike(window=10, stop=True)
    fit(ready(), spike, shuffle=False)
    assert len(spike.losses) == BAD // 8 + 1


def test_without_gradients_no_variable_is_copied():
    spike = LossSpike(window=10, gradients=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loss_spike, "copies", None)
        fit(ready(), spike, epochs=1, shuffle=False)
    report = spike.reports[0]
    assert (report.y == 100.0).any()
    assert report.gradient_norms == {} and report.cause == "unknown"
    assert "gradients" not in repr(report)


def test_what_is_kept_does_not_grow_with_the_steps():
    spike = LossSpike(window=10, keep=2)
    y = Y.copy()
    y[[84, 100, 116]] = 1000.0
    fit(ready(), spike, y=y, epochs=1, shuffle=False)
    assert spike.count == 3
    assert [report.step for report in spike.reports] == [10, 12]
    assert spike._batch is spike._previous is None and spike._kept == {}


def test_reports_start_afresh_with_each_fit():
    spike, model = LossSpike(window=10), ready()
    fit(model, spike, epochs=1)
    fit(model, spike, y=Y, epochs=1)
    assert spike.reports == [] and len(spike.losses) == 16


class Raises(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 13:
            raise RuntimeError("mine")


def test_after_an_error_the_reports_are_there_and_the_next_fit_is_as_ever():
    model, spike = ready(), LossSpike(window=10)
    function = model.train_function
    with pytest.raises(RuntimeError, match="mine"):
        fit(model, spike, Raises(), shuffle=False)
    assert [report.step for report in spike.reports] == [11]
    count = len(spike.losses)
    spike._tap.armed = True  # as after an error in the data, between a beginning and its step
    fit(model, epochs=1)  # without the callback: what was left in place says nothing
    assert len(spike.losses) == count
    fit(model, spike, epochs=1)
    assert len(spike.losses) == 16
    assert model.train_function is function


def test_the_train_function_is_put_back():
    model = ready()
    function = model.train_function
    fit(model, LossSpike(), epochs=1)
    assert model.train_function is function and not isinstance(function, StepTap)


def test_data_of_unknown_length_have_no_step_that_was_not_made():
    data, spike, model = pipeline(Y).filter(lambda x, y: True), LossSpike(), ready()
    model.fit(data, epochs=2, verbose=0, callbacks=[spike])
    assert len(spike.losses) == 32 and np.isfinite(spike.losses).all()


def test_a_train_step_of_ones_own_is_taken_at_its_word():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, x):
            return self.dense(x)

        def train_step(self, *arguments):
            found = super().train_step(*arguments)
            logs = {"loss": ops.convert_to_tensor(7.0)}
            self_made = (logs, found[1]) if BACKEND == "jax" else logs
            self._loss_tracker.reset_state()
            return self_made

        def _update_metrics_variables(self, metrics_variables, *arguments):
            return {}, metrics_variables  # jax: the tracker is not updated

    model = Own()
    model(X[:1])
    model.compile("sgd", "mse", run_eagerly=True)
    spike = LossSpike()
    model.fit(X[:24], Y[:24, :1], batch_size=8, verbose=0, callbacks=[spike])
    assert list(spike.losses) == [7.0] * 3


def test_several_steps_an_execution_are_refused():
    """On torch by Keras itself, for all callbacks."""
    who = "must be 1 with the PyTorch" if BACKEND == "torch" else "LossSpike needs .*=1"
    with pytest.raises(ValueError, match=rf"{who}.*Received: steps_per_execution=2"):
        fit(network(steps_per_execution=2), LossSpike())


def test_two_at_once_are_refused_and_one_that_is_passed_by():
    with pytest.raises(ValueError, match="Pass one LossSpike"):
        fit(ready(), LossSpike(), LossSpike())
    model = network(optimizer=keras.optimizers.SGD(lambda: 0.01))
    with pytest.raises(ValueError, match="Name LossSpike after it"):
        fit(model, LossSpike(), LRFinder(steps=20))


def test_named_after_a_callback_that_renews_the_train_function_it_sees_all():
    model, spike = network(optimizer=keras.optimizers.SGD(lambda: 0.01)), LossSpike()
    fit(model, LRFinder(1e-5, 1e-3, steps=20), spike, y=Y)
    assert len(spike.losses) == 20 and np.isfinite(spike.losses).all()


@pytest.mark.skipif(BACKEND != "tensorflow", reason="the others build the model before training")
def test_a_model_without_variables_is_refused():
    model = keras.Sequential([keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"not built. Give it a keras.Input"):
        fit(model, LossSpike())


def test_training_stays_as_asynchronous_as_it_was():
    lists = keras.callbacks.CallbackList
    assert lists([LossSpike()])._async_train == lists([])._async_train


# False alarms. Million steps, simulated; the docstring's rates.
def alarms(losses, **arguments):
    detector = SpikeDetector(**arguments)
    return sum(detector.is_spike(float(loss)) for loss in losses)


@pytest.mark.parametrize(
    ("draw", "rate"),
    [
        (lambda g, n: 1 + 0.1 * g.normal(size=n), 1e-6),
        (lambda g, n: g.gamma(32, 1 / 32, n), 1e-6),
        (lambda g, n: g.gamma(8, 1 / 8, n), 1e-5),
        (lambda g, n: np.exp(0.5 * g.normal(size=n)), 4.6e-4),
        (lambda g, n: g.exponential(size=n), 1.2e-3),
    ],
)
def test_false_alarms_are_as_rare_as_stated(draw, rate):
    """5,000 steps: more alarms than this quantile of the stated rate have a chance of 1e-8."""
    from scipy.stats import poisson

    most = poisson.isf(1e-8, rate * 5_000)
    assert alarms(draw(np.random.default_rng(3), 5_000)) <= most


def test_the_limit_is_the_formula():
    detector, losses = SpikeDetector(window=10, threshold=3.0), rng.gamma(4, size=40)
    from scipy.stats import median_abs_deviation

    for count, loss in enumerate(losses):
        if count >= 10:
            recent = losses[count - 10 : count]
            spread = median_abs_deviation(recent, scale="normal")
            assert detector.limit == pytest.approx(np.median(recent) + 3 * spread, rel=1e-4)
        else:
            assert detector.limit == math.inf
        detector.is_spike(loss)


def test_flat_and_vanishing_losses_have_some_room():
    flat = SpikeDetector(window=10)
    assert [flat.is_spike(2.0) for _ in range(10)] == [False] * 10
    assert flat.limit == pytest.approx(2.2)
    small = SpikeDetector(window=10)
    for loss in [1.0] * 10 + [1e-6] * 10:
        small.is_spike(loss)
    assert small.limit == pytest.approx(0.01, rel=1e-3)
    below = SpikeDetector(window=10)
    for loss in [-5.0] * 10:
        below.is_spike(loss)
    assert below.limit == pytest.approx(-4.5)  # negative losses too


def test_a_loss_that_stays_up_is_one_jump():
    losses = [1.0, 1.1] * 15 + [5.0, 5.1] * 30 + [50.0] * 3 + [5.0] * 3 + [50.0]
    detector = SpikeDetector(window=10)
    assert [i for i, loss in enumerate(losses) if detector.is_spike(loss)] == [30, 90, 96]


def test_the_report_reads_as_words():
    spike = LossSpike(window=10)
    fit(ready(), spike, epochs=1, shuffle=False)
    text = repr(spike.reports[0])
    assert text.startswith("The loss jumped to ") and "at step 11 (epoch 0, batch 11);" in text
    assert "Cause: the batch. The batch before has a loss of" in text
    assert "Norms of the gradients before the update:\n  hidden: " in text
    assert spike.reports[0].expected < spike.reports[0].limit < spike.reports[0].loss


def test_the_plot_shows_losses_limit_and_jumps():
    spike = LossSpike(window=10)
    fit(ready(), spike, epochs=1, shuffle=False)
    ax = spike.plot()
    labels = [line.get_label() for line in ax.lines]
    assert labels[:2] == ["each batch", "limit"] and len(labels) == 3
    report = spike.reports[0]
    assert ax.lines[2].get_xdata() == [report.step] and ax.lines[2].get_ydata() == [report.loss]
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), spike.losses)
    plt.close(ax.figure)
    plt.close(LossSpike().plot().figure)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"threshold": 0}, "above 0. Received: threshold=0"),
        ({"threshold": math.nan}, "Received: threshold=nan"),
        ({"window": 9}, "`window` must be an integer, at least 10. Received: window=9"),
        ({"window": 20.5}, "Received: window=20.5"),
        ({"keep": 0}, "`keep` must be an integer, at least 1"),
    ],
)
def test_bad_arguments_are_named(arguments, words):
    with pytest.raises(ValueError) as caught:
        LossSpike(**arguments)
    assert words in str(caught.value)


@pytest.mark.parametrize("module", [loss_spike, spike_detector])
def test_examples_run(module):
    result = doctest.testmod(module)
    assert result.attempted >= 1
    assert not result.failed
