"""Early stopping: each place where Keras' own goes wrong, and what must stay as it is."""

import warnings

import keras
import numpy as np
import pytest

from course_kit.callbacks import EarlyStopping

NAN = float("nan")


def array(tensor):
    return np.array(keras.ops.convert_to_numpy(tensor))


def small_model(optimizer="sgd", **compile_arguments):
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(3, use_bias=False),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer, "mse", **compile_arguments)
    return model


def data():
    rng = np.random.default_rng(2)
    return rng.normal(size=(16, 4)).astype("float32"), rng.normal(size=(16, 1)).astype("float32")


class Script(keras.callbacks.Callback):
    """Put given values in the logs, and remember the state at the end of each epoch."""

    def __init__(self, values):
        super().__init__()
        self.values = values
        self.weights, self.optimizer, self.rates = [], [], []

    def on_epoch_end(self, epoch, logs=None):
        logs["scripted"] = self.values[epoch]
        self.weights.append([array(w) for w in self.model.weights])
        self.optimizer.append([array(v) for v in self.model.optimizer.variables])
        self.rates.append(float(self.model.optimizer.learning_rate))


def fit(model, values, stopping, *more, **arguments):
    """Train with a metric that takes the given values; return the script and the history."""
    script = Script(values)
    x, y = data()
    arguments = {"epochs": len(values), "batch_size": 8, "verbose": 0, **arguments}
    history = model.fit(x, y, callbacks=[script, stopping, *more], **arguments)
    return script, history


def watch(**arguments):
    return EarlyStopping("scripted", mode="min", **arguments)


def assert_same(variables, arrays):
    for variable, wanted in zip(variables, arrays, strict=True):
        np.testing.assert_array_equal(array(variable), wanted)


def run_alone(stopping, values):
    """Drive the callback without training: how many epochs does it allow?"""

    class Standin:
        stop_training = False

        def get_weights(self):
            return "weights"

        def set_weights(self, weights):
            self.got = weights

    stopping.set_model(Standin())
    stopping.on_train_begin()
    for epoch, value in enumerate(values):
        stopping.on_epoch_end(epoch, {"scripted": value})
        if stopping.model.stop_training:
            return epoch + 1
    return len(values)


def test_nan_in_the_first_epoch_does_not_poison_best():
    model, stopping = small_model(), watch(patience=3, restore_best_weights=True)
    script, history = fit(model, [NAN, 3.0, 2.0, 1.0, 1.5], stopping)
    assert len(history.epoch) == 5
    assert stopping.best == 1.0 and stopping.best_epoch == 3
    assert_same(model.weights, script.weights[3])


def test_nan_later_costs_patience_and_is_never_best():
    stopping = watch(patience=2)
    assert run_alone(stopping, [3.0, NAN, 2.0, NAN, NAN, 1.0]) == 5
    assert stopping.best == 2.0


def test_a_model_that_has_only_weights_gets_those_of_its_best_epoch():
    """Not a Keras model: then `get_weights` and `set_weights` are all there is."""

    class Standin:
        stop_training, epoch = False, -1

        def get_weights(self):
            return [f"weights of epoch {self.epoch}"]

        def set_weights(self, weights):
            self.got = weights

    model, stopping = Standin(), watch(patience=2, restore_best_weights=True)
    stopping.set_model(model)
    stopping.on_train_begin()
    for model.epoch, value in enumerate([3.0, 1.0, 2.0, 2.0]):
        stopping.on_epoch_end(model.epoch, {"scripted": value})
    assert model.stop_training
    stopping.on_train_end()
    assert model.got == ["weights of epoch 1"]


class Raises(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if epoch == 3:
            raise RuntimeError("mine")


def test_after_an_error_the_best_epoch_can_be_had_by_hand():
    """`fit` that raises ends no callback."""
    model, stopping = small_model(), watch(patience=9, restore_best_weights=True)
    script = Script([3.0, 1.0, 2.0, 2.0])
    x, y = data()
    with pytest.raises(RuntimeError, match="mine"):
        model.fit(x, y, epochs=4, verbose=0, callbacks=[script, stopping, Raises()])
    assert_same(model.weights, script.weights[3])
    stopping.on_train_end()
    assert_same(model.weights, script.weights[1])


def test_nan_in_every_epoch_is_said():
    stopping = watch(patience=9, restore_best_weights=True)
    model = small_model()
    with pytest.warns(UserWarning, match="no weights: `scripted` was NaN in every epoch"):
        script, _ = fit(model, [NAN, NAN], stopping)
    assert_same(model.weights, script.weights[-1])


def test_baseline_never_reached_stops_while_the_metric_improves():
    stopping = watch(patience=3, baseline=0.5)
    assert run_alone(stopping, [9.0, 8.0, 7.0, 6.0, 5.0, 4.0]) == 3


def test_baseline_once_reached_is_no_longer_asked_for():
    stopping = watch(patience=3, baseline=8.5)
    assert run_alone(stopping, [9.0, 8.0, 7.0, 6.0, 6.0, 6.0, 6.0, 6.0]) == 7


@pytest.mark.parametrize("patience", [0, 1, 2, 3])
@pytest.mark.parametrize("baseline", [None, 20.0])
@pytest.mark.parametrize("min_delta", [0, 0.15])
def test_otherwise_stops_where_keras_stops(patience, baseline, min_delta):
    values = [10.0, 9.0, 8.0, 9.0, 8.9, 7.9, 7.7, 8.6, 8.5, 8.5, 8.5, 8.5]
    settings = {"patience": patience, "baseline": baseline, "min_delta": min_delta}
    theirs = keras.callbacks.EarlyStopping("scripted", mode="min", **settings)
    ours = watch(**settings)
    assert run_alone(ours, values) == run_alone(theirs, values)
    assert ours.best == theirs.best and ours.best_epoch == theirs.best_epoch


def test_best_epoch_comes_back_to_the_bit():
    model, stopping = small_model("adam"), watch(patience=2, restore_best_weights=True)
    script, _ = fit(model, [3.0, 2.0, 1.0, 2.0, 3.0], stopping)
    assert_same(model.weights, script.weights[2])
    assert_same(model.optimizer.variables, script.optimizer[-1])


def test_optimizer_state_and_learning_rate_come_back():
    model = small_model(keras.optimizers.Adam(0.1))
    stopping = watch(patience=4, restore_best_weights=True, restore_optimizer=True)
    plateau = keras.callbacks.ReduceLROnPlateau("scripted", factor=0.1, patience=1, mode="min")
    script, _ = fit(model, [3.0, 2.0, 2.5, 2.5, 2.5, 2.5], stopping, plateau)
    assert script.rates[-1] < 0.001
    assert_same(model.weights, script.weights[1])
    assert_same(model.optimizer.variables, script.optimizer[1])
    assert float(model.optimizer.learning_rate) == pytest.approx(0.1)
    assert int(model.optimizer.iterations) == 4


def cut_off(model, epochs):
    """The oracle for going back to an epoch is Keras: the same fit, ended there."""
    x, y = data()
    model.fit(x, y, epochs=epochs, batch_size=8, verbose=0, shuffle=False)
    return model


def test_training_goes_on_from_the_best_epoch_as_if_it_had_ended_there():
    stopped, cut = small_model("adam"), cut_off(small_model("adam"), 2)
    stopping = watch(patience=2, restore_best_weights=True, restore_optimizer=True)
    fit(stopped, [3.0, 2.0, 2.5, 2.5], stopping, shuffle=False)
    cut_off(stopped, 2), cut_off(cut, 2)
    assert_same(stopped.weights, [array(w) for w in cut.weights])


def test_restoring_the_optimizer_without_the_weights_has_no_meaning():
    with pytest.raises(ValueError, match="needs `restore_best_weights=True`"):
        EarlyStopping(restore_optimizer=True)


def averaging(wrapped=False):
    optimizer = keras.optimizers.Adam(0.05, use_ema=True, ema_momentum=0.5)
    if wrapped:
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    return small_model(optimizer)


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("restore_optimizer", [False, True])
def test_averages_of_the_best_epoch_come_back_not_raw_weights(restore_optimizer, wrapped):
    model, cut = averaging(wrapped), cut_off(averaging(wrapped), 2)
    stopping = watch(patience=2, restore_best_weights=True, restore_optimizer=restore_optimizer)
    script, _ = fit(model, [3.0, 2.0, 2.5, 2.5], stopping, shuffle=False)
    assert_same(model.weights, [array(w) for w in cut.weights])
    assert not np.allclose(array(model.weights[0]), script.weights[1][0])
    assert_same(model.optimizer.variables, script.optimizer[1 if restore_optimizer else -1])


@pytest.mark.parametrize("restore", [False, True])
def test_swapped_averages_survive_an_early_stop(restore):
    """Keras' SwapEMAWeights settles only in the last epoch that was planned."""
    model, cut = averaging(), cut_off(averaging(), 2 if restore else 4)
    stopping = watch(patience=2, restore_best_weights=restore)
    swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
    _, history = fit(model, [3.0, 2.0, 2.5, 2.5, 9.0, 9.0], stopping, swap, shuffle=False)
    assert len(history.epoch) == 4
    for variable, wanted in zip(model.weights, cut.weights, strict=True):
        # TensorFlow swaps by adding and subtracting, which rounds.
        np.testing.assert_allclose(array(variable), array(wanted), rtol=1e-4, atol=1e-6)


def test_each_fit_starts_afresh_by_default():
    stopping = watch(patience=5)
    run_alone(stopping, [1.0])
    run_alone(stopping, [5.0])
    assert stopping.best == 5.0


def test_resume_keeps_best_and_its_weights_across_fits():
    model, stopping = small_model(), watch(patience=3, resume=True, restore_best_weights=True)
    first, _ = fit(model, [3.0, 1.0, 2.0], stopping)
    fit(model, [4.0, 4.0], stopping)
    assert stopping.best == 1.0
    assert_same(model.weights, first.weights[1])
    fit(model, [4.0, 4.0], stopping)  # jax: the copy was not given away by the last fit
    assert_same(model.weights, first.weights[1])


def test_resume_goes_on_counting_epochs_without_improvement():
    values = [3.0, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0]
    whole = run_alone(watch(patience=3), values)
    stopping = watch(patience=3, resume=True)
    assert run_alone(stopping, values[:3]) == 3
    assert 3 + run_alone(stopping, values[3:]) == whole == 5


def test_resume_after_a_stop_has_new_patience():
    stopping = watch(patience=3, resume=True)
    assert run_alone(stopping, [1.0, 2.0, 2.0, 2.0, 2.0]) == 4
    assert run_alone(stopping, [2.0, 2.0, 2.0, 2.0]) == 3
    assert stopping.best == 1.0


def test_warm_up_beyond_the_last_epoch_is_said():
    model = small_model()
    stopping = watch(restore_best_weights=True, start_from_epoch=7)
    with pytest.warns(UserWarning, match="after epoch 2, within the warm-up of start_from_epoch=7"):
        script, _ = fit(model, [1.0, 2.0], stopping)
    assert_same(model.weights, script.weights[-1])


def test_missing_metric_names_the_ones_there_are():
    stopping = EarlyStopping("val_loss")
    stopping.set_model(small_model())
    stopping.on_train_begin()
    with pytest.warns(UserWarning) as caught:
        stopping.on_epoch_end(0, {"loss": 1.0, "mse": 1.0})
    assert "`val_loss` which is not available. Available metrics are: loss,mse. Pass" in str(
        caught[0].message
    )
    assert "validation_data" in str(caught[0].message)


def test_unknown_metric_names_the_ones_there_are():
    stopping = EarlyStopping("accuracy")
    stopping.set_model(small_model())
    stopping.on_train_begin()
    with pytest.raises(ValueError, match=r"monitor=accuracy.*Available metrics are: loss"):
        stopping.on_epoch_end(0, {"loss": 1.0})


def test_nothing_is_said_when_all_is_well():
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        fit(small_model(), [3.0, 2.0], watch(patience=1, restore_best_weights=True))


def test_verbose_says_what_keras_says(capsys):
    stopping = watch(patience=1, restore_best_weights=True, verbose=1)
    fit(small_model(), [1.0, 2.0, 3.0], stopping)
    said = capsys.readouterr().out
    assert "Epoch 2: early stopping" in said
    assert "Restoring model weights from the end of the best epoch: 1." in said


@pytest.mark.parametrize("jit_compile", [False, True])
def test_copy_is_untouched_by_a_hundred_updates(jit_compile):
    model = small_model(keras.optimizers.Adam(0.1), jit_compile=jit_compile)
    x, y = data()
    model.fit(x, y, verbose=0)
    stopping = watch(patience=0, restore_best_weights=True, restore_optimizer=True)
    stopping.set_model(model)
    stopping.on_train_begin()
    before = [array(v) for v in [*model.weights, *model.optimizer.variables]]
    stopping.on_epoch_end(0, {"scripted": 1.0})
    model.fit(x, y, epochs=50, batch_size=8, verbose=0)  # a hundred steps
    for variable in model.weights:
        for _ in range(100):
            variable.assign_add(keras.ops.ones(variable.shape))
    for variable, old in zip(model.weights, before, strict=False):
        assert not np.array_equal(array(variable), old)
    stopping.on_train_end()
    assert_same([*model.weights, *model.optimizer.variables], before)


def test_copy_makes_no_trip_through_numpy(monkeypatch):
    model, stopping = small_model(), watch(patience=1, restore_best_weights=True)

    def refuse(*_):
        raise AssertionError("went through NumPy")

    monkeypatch.setattr(type(model), "get_weights", refuse)
    monkeypatch.setattr(type(model), "set_weights", refuse)
    monkeypatch.setattr(keras.Variable, "numpy", refuse)
    stopping.set_model(model)
    stopping.on_train_begin()
    stopping.on_epoch_end(0, {"scripted": 1.0})
    stopping.on_train_end()
    assert all(keras.ops.is_tensor(w) for w in stopping.best_weights)
