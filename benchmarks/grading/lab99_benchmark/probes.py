"""What the benchmark's claims ask of a notebook.

Keras is imported where it is used: the judge knows these functions too, and needs none.
"""

import numpy as np


def forward(notebook, x, u, rate):
    return notebook.inverted_dropout(x, u, rate)


def predicted(notebook, x, rate):
    return notebook.InvertedDropout(rate)(x, training=False)


def trained(notebook, x, rate):
    return notebook.InvertedDropout(rate)(x, training=True)


def stopped_at(notebook, losses, patience):
    """The epoch, counted from 0, after which the callback stops; -1 if it never does."""
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    callback = notebook.StopEarly(patience=patience)
    callback.set_model(model)
    callback.on_train_begin()
    model.stop_training = False
    for epoch, loss in enumerate(losses):
        callback.on_epoch_end(epoch, {"loss": float(loss)})
        if model.stop_training:
            return np.array(epoch)
    return np.array(-1)


def epochs_of_a_fit(notebook, x, patience):
    """How many epochs a fit lasts whose loss never changes."""
    import keras

    model = keras.Sequential([keras.Input((x.shape[1],)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    stopping = notebook.StopEarly(patience=patience)
    # In order: a mean over batches in another order differs by a rounding.
    history = model.fit(x, x[:, :1], epochs=8, callbacks=[stopping], shuffle=False, verbose=0)
    return np.array(len(history.epoch))
