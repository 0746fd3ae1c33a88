"""Learning curves: true values of batches, right words, and pictures that cost little."""

import doctest
import io
import math
import sys
from types import SimpleNamespace

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from keras import ops

from course_kit.callbacks import LearningCurves, curve_reading, learning_curves, live_figure
from course_kit.callbacks.curve_reading import exponential_average, read_curves

BACKEND = keras.backend.backend()
rng = np.random.default_rng(6)
X = np.ones((32, 1), "float32")
VALUES = np.array([1.0, 4.0, 9.0, 16.0], "float32")


class Nothing(keras.layers.Layer):
    def build(self, shape):
        self.weight = self.add_weight(shape=(), initializer="zeros")

    def call(self, x):
        return 0 * x * self.weight


def given_loss(y_true, y_pred):
    return ops.mean(y_true + 0 * y_pred, -1)


def scripted(**compile_arguments):
    """A model whose loss on a batch is the mean of its targets."""
    model = keras.Sequential([keras.Input((1,)), Nothing()])
    model.compile(keras.optimizers.SGD(0.1), given_loss, **compile_arguments)
    return model


def targets(*values):
    return np.repeat(np.array(values, "float32"), 8)[:, None]


def fit(model, *callbacks, y=None, epochs=2, **arguments):
    y = targets(*VALUES) if y is None else y
    arguments = {"batch_size": 8, "shuffle": False, "verbose": 0, "epochs": epochs, **arguments}
    return model.fit(X[: len(y)], y, callbacks=list(callbacks), **arguments)


class Logs(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.losses = []

    def on_train_batch_end(self, batch, logs=None):
        self.losses.append(logs["loss"])


def test_dots_are_the_batches_own_losses_where_the_logs_have_running_means():
    curves, logs = LearningCurves(), Logs()
    fit(scripted(), curves, logs)
    np.testing.assert_allclose(logs.losses[:4], [1, 2.5, 14 / 3, 7.5])
    ax = curves.plot()
    dots, smooth = ax.lines
    np.testing.assert_allclose(dots.get_ydata(), [*VALUES, *VALUES], rtol=1e-6)
    np.testing.assert_allclose(dots.get_xdata(), np.arange(1, 9) / 4)
    np.testing.assert_allclose(smooth.get_ydata()[:2], [1, (0.9 * 1 + 4) / 1.9], rtol=1e-6)
    plt.close(ax.figure)


@pytest.mark.skipif(BACKEND == "torch", reason="torch refuses more than one step an execution")
def test_several_steps_an_execution_are_one_dot_with_their_mean():
    curves = LearningCurves()
    fit(scripted(steps_per_execution=2), curves, epochs=1)
    x, y = curves._batches()
    np.testing.assert_allclose(y, [2.5, 12.5], rtol=1e-6)
    np.testing.assert_allclose(x, [0.5, 1.0])


def test_a_metric_that_is_a_mean_is_drawn_by_batch_and_another_by_epoch():
    mean = keras.metrics.MeanMetricWrapper(lambda y, p: y[:, 0] + 0 * p[:, 0], name="target")
    model = scripted(metrics=[mean, keras.metrics.AUC(name="area", thresholds=[0.5])])
    by_batch, by_epoch = LearningCurves("target"), LearningCurves("area")
    fit(model, by_batch, by_epoch, y=targets(0, 1, 1, 0))
    np.testing.assert_allclose(by_batch._batches()[1], [0, 1, 1, 0] * 2, atol=1e-6)
    ax = by_epoch.plot()
    assert ax.lines[0].get_xdata().tolist() == [1, 2]
    assert by_epoch._by_batch is False and by_batch._by_batch is True
    plt.close(ax.figure)


def test_a_train_step_that_logs_what_it_likes_is_drawn_by_epoch():
    model = scripted()
    model(X)
    curves = LearningCurves()
    curves.set_model(model)
    curves.on_train_begin()
    curves.on_epoch_begin(0)
    curves.on_train_batch_end(0, {"loss": 3.0})
    curves.on_epoch_end(0, {"loss": 5.0})  # no metric of the model has seen a number
    ax = curves.plot()
    assert ax.lines[0].get_ydata().tolist() == [5.0]
    plt.close(ax.figure)


def test_validation_is_drawn_where_there_was_one():
    curves = LearningCurves()
    fit(scripted(), curves, epochs=4, validation_data=(X, X), validation_freq=2)
    ax = curves.plot()
    assert ax.lines[2].get_xdata().tolist() == [2, 4]
    np.testing.assert_allclose(ax.lines[2].get_ydata(), 1.0)
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["training", "validation"]
    plt.close(ax.figure)


def test_a_missing_metric_is_said_once_and_names_those_there_are():
    curves = LearningCurves("accuracy")
    with pytest.warns(UserWarning) as caught:
        fit(scripted(), curves, validation_data=(X, X))
    said = [str(w.message) for w in caught if "LearningCurves" in str(w.message)]
    assert len(said) == 1
    assert said[0].endswith("`accuracy`, which is not available. Available metrics are: loss.")
    plt.close(curves.plot().figure)


def test_a_second_fit_starts_afresh():
    curves, model = LearningCurves(), scripted()
    for _ in range(2):
        fit(model, curves)
        assert len(curves._batches()[1]) == 8 and len(curves._training) == 2


def test_training_stays_as_asynchronous_as_it_was():
    lists = keras.callbacks.CallbackList
    assert lists([LearningCurves()])._async_train == lists([])._async_train


class Raises(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 2:
            raise RuntimeError("mine")


def test_after_an_error_what_was_logged_can_be_drawn():
    curves = LearningCurves()
    with pytest.raises(RuntimeError, match="mine"):
        fit(scripted(), curves, Raises())
    x, y = curves._batches()
    np.testing.assert_allclose(y, VALUES[:3], rtol=1e-6)
    np.testing.assert_allclose(x, [0.25, 0.5, 0.75])
    plt.close(curves.plot().figure)


# Live pictures


class Screen:
    """In the place of the notebook: keeps what is shown, and where."""

    def __init__(self, monkeypatch):
        import IPython.display

        self.shown, self.updated = [], []
        monkeypatch.setattr(IPython.display, "display", self.display)

    def display(self, image, display_id):
        self.shown.append(image)
        return self

    def update(self, image):
        self.updated.append(image)


def test_in_a_notebook_one_picture_is_redrawn_in_its_place(monkeypatch):
    screen = Screen(monkeypatch)
    open_before = plt.get_fignums()
    fit(scripted(), LearningCurves(seconds=0, live=True), epochs=1)
    assert len(screen.shown) == 1
    assert len(screen.updated) >= 1
    picture = plt.imread(io.BytesIO(screen.updated[-1].data))
    assert picture.shape[:2] == (400, 640)
    assert 0.01 < (picture[..., :3].min(-1) < 0.9).mean() < 0.5  # something is drawn on it
    assert plt.get_fignums() == open_before


def test_elsewhere_nothing_is_drawn(monkeypatch):
    screen = Screen(monkeypatch)
    assert not live_figure.in_notebook()
    fit(scripted(), LearningCurves(seconds=0), epochs=1)
    assert screen.shown == []
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert live_figure.in_notebook()
    shell.kernel = None  # a terminal's IPython
    assert not live_figure.in_notebook()


def run_with_clock(monkeypatch, seconds, cost, batches):
    """Pass many batches of 0.01 seconds; give how often it drew."""
    clock, drawn = SimpleNamespace(now=100.0), []
    monkeypatch.setattr(learning_curves.time, "monotonic", lambda: clock.now)

    def draw(_):
        clock.now += cost
        drawn.append(clock.now)

    curves = LearningCurves(seconds=seconds, live=True)
    curves.on_train_begin()
    monkeypatch.setattr(curves._figure, "draw", draw)
    for batch in range(batches):
        curves.on_train_batch_begin(batch)
        clock.now += 0.01
    return drawn, clock.now - 100.0


def test_drawings_are_some_seconds_apart(monkeypatch):
    drawn, _ = run_with_clock(monkeypatch, seconds=2.0, cost=0.0, batches=1001)
    np.testing.assert_allclose(np.diff([100.0, *drawn]), 2.0, atol=0.02)


def test_drawing_takes_at_most_a_tenth_of_the_time(monkeypatch):
    drawn, time = run_with_clock(monkeypatch, seconds=0.1, cost=0.5, batches=5000)
    assert len(drawn) > 5 and 0.5 * len(drawn) < 0.1 * time


def test_many_dots_are_thinned_and_the_average_is_over_all():
    curves = LearningCurves()
    curves.on_train_begin()
    curves.on_epoch_begin(0)
    values = rng.normal(size=9000)
    means = np.cumsum(values) / np.arange(1, 9001)
    for batch, mean in enumerate(means):
        curves.on_train_batch_end(batch, {"loss": mean})
    ax = curves.plot()
    assert len(ax.lines[0].get_xdata()) == 1800
    wanted = exponential_average(values, 0.9)
    np.testing.assert_allclose(ax.lines[1].get_ydata(), wanted, atol=1e-9)
    plt.close(ax.figure)


# Words


def test_the_average_is_scipys_filter_with_its_beginning_corrected():
    from scipy.signal import lfilter

    values = rng.normal(size=50)
    wanted = lfilter([0.2], [1, -0.8], values) / (1 - 0.8 ** np.arange(1, 51))
    np.testing.assert_allclose(exponential_average(values, 0.8), wanted)
    with_gap = exponential_average([1.0, math.nan, 3.0], 0.5)
    np.testing.assert_allclose(with_gap, [1.0, 1.0, (0.25 + 3) / 1.25])
    assert np.isnan(exponential_average([math.nan], 0.5)).all()


def curve(epochs, span, noise=0.0, above=0.0, seed=0):
    """A loss that falls from 2.1 to 0.1 with a time constant of ``span`` epochs."""
    e = np.arange(epochs)
    fallen = np.exp(-e / span)
    noise = noise * np.random.default_rng(seed).normal(size=epochs)
    return 0.1 + 2 * fallen + above * (1 - fallen) + noise


CASES = [
    # epochs, time constant, validation above training by, noise, words allowed
    (20, 20, 0.0, 0.0, ["still rising"]),
    (20, 20, 0.5, 0.02, ["still rising"]),
    (10, 10, 0.0, 0.01, ["still rising"]),
    (200, 200, 0.0, 0.1, ["still rising"]),
    (20, 2, 0.0, 0.0, ["no gap"]),
    (50, 4, 0.1, 0.02, ["no gap"]),
    (20, 2, 0.5, 0.0, ["gap"]),
    (50, 4, 0.5, 0.05, ["gap"]),
    (20, 2, 0.2, 2.0, [None]),  # noise as large as all that was learned
]


@pytest.mark.parametrize(("epochs", "span", "above", "noise", "words"), CASES)
@pytest.mark.parametrize("kind", ["loss", "accuracy"])
def test_words_on_curves_whose_answer_is_known(epochs, span, above, noise, words, kind):
    sign = 1.0 if kind == "loss" else -0.3
    training = sign * curve(epochs, span, noise / 3, seed=1)
    validation = sign * curve(epochs, span, noise, above, seed=2)
    reading = read_curves(training, validation, highest_is_best=kind == "accuracy")
    assert reading.word in words, reading


def test_a_validation_loss_that_rises_again_is_a_gap():
    e = np.arange(30)
    training = 2 * 0.9**e  # which still gets better
    validation = 0.5 + 1.5 * 0.7**e + 0.02 * e
    assert read_curves(training, validation).word == "gap"
    assert "Regularize" in read_curves(training, validation).sentence


def test_wrong_words_are_as_rare_as_stated_on_noisy_curves():
    """One in a hundred flat curves may be taken for rising: 600 give 26 once in 1e8 times."""
    from scipy.stats import binom

    said = []
    for seed in range(600):
        training = curve(24, 2.0, 0.01, seed=seed)
        validation = curve(24, 2.0, 0.03, 0.5, seed=seed + 10_000)
        said.append(read_curves(training, validation).word)
    assert said.count("still rising") <= binom.isf(1e-8, 600, 0.01)
    assert said.count("no gap") == 0
    assert said.count("gap") > 500


def test_what_cannot_be_said_is_not_said():
    flat, falls = np.ones(20), curve(20, 2)
    assert read_curves(falls[:7], falls[:7]) == (None, "Too short: 7 epochs; it takes 8.")
    assert read_curves(falls, np.append(falls[:-1], math.nan)).word is None
    assert "not got better" in read_curves(flat + 0.1 * rng.normal(size=20), flat).sentence
    assert read_curves(-falls, flat).word is None  # it got worse
    assert "Without validation" in read_curves(falls).sentence
    assert read_curves(curve(20, 20)).word == "still rising"


def test_noise_that_hides_the_answer_is_named():
    turns = np.resize([1.0, -1.0], 20)
    flat = 0.1 * np.ones(20)
    reading = read_curves(curve(20, 2), curve(20, 2) + 0.15 * turns)
    assert reading.word is None and "may still get better" in reading.sentence
    reading = read_curves(curve(20, 2) + 0.4 * turns, flat)
    assert reading.word is None and reading.sentence.startswith("Too noisy: validation is ahead")


def test_the_reading_takes_only_epochs_that_were_validated():
    curves = LearningCurves("accuracy")
    assert curves.reading.word is None
    curves._training = list(1 - curve(20, 2) / 3)
    curves._validation = [v if i % 2 else math.nan for i, v in enumerate(curves._training)]
    assert curves.reading.word == "no gap"
    curves._validation = [v - 0.3 for v in curves._training]
    assert curves.reading.word == "gap"
    ax = curves.plot()
    assert ax.get_title().startswith("gap: Training is ahead by")
    plt.close(ax.figure)
    curves.mode = "min"  # then it has only got worse
    assert curves.reading.word is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"smoothing": 1.0}, "in [0, 1). Received: smoothing=1.0"),
        ({"seconds": -1}, "at least 0. Received: seconds=-1"),
        ({"mode": "up"}, "auto, min or max. Received: mode='up'"),
    ],
)
def test_bad_arguments_are_named(arguments, words):
    with pytest.raises(ValueError) as caught:
        LearningCurves(**arguments)
    assert words in str(caught.value)


@pytest.mark.parametrize("module", [learning_curves, curve_reading])
def test_examples_run(module):
    result = doctest.testmod(module)
    assert result.attempted >= 2
    assert not result.failed
    plt.close("all")
