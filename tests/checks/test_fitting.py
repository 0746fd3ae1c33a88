"""What the probes' `fit` and `predict` do is what Keras does with arrays."""

import keras
import numpy as np
import pytest
from keras import ops

from course_kit.checks.fitting import fit, on_symbols, predict

rng = np.random.default_rng(0)
X, Y = rng.normal(size=(10, 3)), rng.normal(size=(10, 2))


@pytest.fixture
def models():
    kernel = rng.normal(size=(3, 2)).astype("float32")

    def one():
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, use_bias=False)])
        model.set_weights([kernel])
        model.compile(keras.optimizers.SGD(0.1), "mse", metrics=["mae"])
        return model

    return one(), one()


@pytest.mark.parametrize(("batch", "size"), [(None, 10), (4, 4), (1, 1)])
def test_fit_makes_keras_own_steps_in_order(models, batch, size):
    ours, keras_own = models
    history = fit(ours, X, Y, batch, epochs=3, held_out=(X[:3], Y[:3]))
    desired = keras_own.fit(
        X, Y, size, 3, 0, validation_data=(X[:3], Y[:3]), shuffle=False, validation_batch_size=3
    )
    np.testing.assert_allclose(ours.get_weights()[0], keras_own.get_weights()[0], rtol=1e-5)
    assert history.history.keys() == desired.history.keys()
    for name, values in desired.history.items():
        np.testing.assert_allclose(history.history[name], values, rtol=1e-4)


def test_fit_is_one_step_of_the_slide(models):
    model = models[0]
    w = np.float64(model.get_weights()[0])
    fit(model, X, Y)
    slope = X.T @ (2 * (X @ w - Y)) / Y.size
    np.testing.assert_allclose(model.get_weights()[0], w - 0.1 * slope, rtol=1e-4, atol=1e-6)


def test_callbacks_are_called_and_nothing_is_printed(models, capsys):
    seen = []
    count = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(batch)
    )
    fit(models[0], X, Y, 4, epochs=2, callbacks=(count,))
    assert seen == [0, 1, 2, 0, 1, 2]
    assert capsys.readouterr().out == ""


def test_predict_is_outside_of_training():
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Dropout(0.5)(inputs))
    model.compile("sgd", "mse")
    np.testing.assert_allclose(predict(model, X), X, rtol=1e-6)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="jax knows every size, torch compiles nothing"
)
@pytest.mark.parametrize(
    "wrong",
    [lambda x: np.square(x), lambda x: ops.reshape(x, (x.shape[0], -1)), lambda x: float(x)],
    ids=["numpy", "batch size", "a plain number"],
)
def test_symbols_show_what_a_compiled_function_could_not_do(wrong):
    with pytest.raises(Exception):  # noqa: B017 - each backend raises its own
        on_symbols(wrong, (None, 3))


def test_symbols_take_what_compiled_code_takes():
    on_symbols(lambda x, y: ops.sum(ops.square(x - y), axis=-1), (None, 3), (None, 3))
