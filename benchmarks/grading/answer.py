# What a student hands in: a layer and a callback, and a small fit of their own. The wrong
# answer of the benchmark is this one with the division left out.

# %%
import keras
import numpy as np
from keras import ops


# %%
def inverted_dropout(x, u, rate):
    return ops.where(ops.less(u, rate), 0.0, x / (1 - rate))


# %%
class InvertedDropout(keras.layers.Layer):
    def __init__(self, rate, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seeds = keras.random.SeedGenerator()

    def call(self, x, training=False):
        if not training:
            return x
        return inverted_dropout(x, keras.random.uniform(ops.shape(x), seed=self.seeds), self.rate)


# %%
class StopEarly(keras.callbacks.Callback):
    def __init__(self, patience):
        super().__init__()
        self.patience = patience

    def on_train_begin(self, logs=None):
        self.best, self.waited = np.inf, 0

    def on_epoch_end(self, epoch, logs=None):
        if logs["loss"] < self.best:
            self.best, self.waited = logs["loss"], 0
            return
        self.waited += 1
        if self.waited >= self.patience:
            self.model.stop_training = True


# %%
random = np.random.default_rng(0)
x_train = random.standard_normal((64, 8)).astype("float32")
y_train = x_train.sum(axis=1, keepdims=True)
model = keras.Sequential(
    [keras.Input((8,)), keras.layers.Dense(16), InvertedDropout(0.2), keras.layers.Dense(1)]
)
model.compile("sgd", "mse")
history = model.fit(x_train, y_train, epochs=2, callbacks=[StopEarly(2)], verbose=0)
