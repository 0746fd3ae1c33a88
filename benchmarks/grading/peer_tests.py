"""The eight tests as an instructor writes them for nbgrader and for otter-grader.

Each takes the names it needs from the student's notebook. They ask what the claims of
lab99_benchmark ask, of arrays of the same size.
"""

import keras
import numpy as np


def survivors_are_scaled(inverted_dropout):
    random = np.random.default_rng(1)
    x, u = random.standard_normal((64, 32)).astype("float32"), random.random((64, 32))
    y = inverted_dropout(x, u.astype("float32"), 0.3)
    assert np.allclose(y, np.where(u >= 0.3, x / 0.7, 0.0), rtol=1e-4, atol=1e-5)


def rate_zero_changes_nothing(inverted_dropout):
    random = np.random.default_rng(2)
    x, u = random.standard_normal((64, 32)).astype("float32"), random.random((64, 32))
    assert np.allclose(inverted_dropout(x, u.astype("float32"), 0.0), x, rtol=1e-4, atol=1e-5)


def pictures_are_dropped_alike(inverted_dropout):
    random = np.random.default_rng(3)
    x, u = random.standard_normal((4, 8, 8, 3)).astype("float32"), random.random((4, 8, 8, 3))
    y = inverted_dropout(x, u.astype("float32"), 0.6)
    assert np.allclose(y, np.where(u >= 0.6, x / 0.4, 0.0), rtol=1e-4, atol=1e-5)


def prediction_changes_nothing(InvertedDropout):
    x = np.random.default_rng(4).standard_normal((64, 32)).astype("float32")
    assert np.allclose(InvertedDropout(0.3)(x, training=False), x, rtol=1e-4, atol=1e-5)


def training_drops_the_rate(InvertedDropout):
    y = np.asarray(InvertedDropout(0.3)(np.ones((200, 100), "float32"), training=True))
    assert np.allclose(np.max(y), 1 / 0.7, rtol=1e-4)
    assert abs(np.mean(y == 0) - 0.3) < 0.02


def stops_after_patience(StopEarly):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    callback = StopEarly(patience=3)
    callback.set_model(model)
    callback.on_train_begin()
    model.stop_training = False
    for epoch, loss in enumerate([3.0, 2.0, 2.5, 2.1, 2.2, 2.3]):
        callback.on_epoch_end(epoch, {"loss": loss})
        if model.stop_training:
            break
    assert epoch == 4


def improvement_starts_anew(StopEarly):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    callback = StopEarly(patience=2)
    callback.set_model(model)
    callback.on_train_begin()
    model.stop_training = False
    for epoch, loss in enumerate([3.0, 3.5, 2.0, 2.5, 1.0, 1.5, 1.2, 1.1]):
        callback.on_epoch_end(epoch, {"loss": loss})
        if model.stop_training:
            break
    assert epoch == 6


def stops_a_fit(StopEarly):
    x = np.random.default_rng(5).standard_normal((32, 4)).astype("float32")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    history = model.fit(
        x, x[:, :1], epochs=8, callbacks=[StopEarly(patience=2)], shuffle=False, verbose=0
    )
    assert len(history.epoch) == 3
