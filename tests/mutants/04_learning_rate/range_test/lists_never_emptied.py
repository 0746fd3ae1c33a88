"""The lists were made once, with the callback, so that a second search goes on with those of the
first; empty them when training begins.

loses: second_search_starts_afresh
"""


class RangeTest(keras.callbacks.Callback):
    def __init__(self, low, high, steps):
        super().__init__()
        self.sweep = sweep_rates(low, high, steps)
        self.rates, self.losses = [], []

    def on_train_begin(self, logs=None):
        self.weights_before = self.model.get_weights()
        self.rate_before = float(self.model.optimizer.learning_rate)

    def on_train_batch_begin(self, batch, logs=None):
        self.model.reset_metrics()
        self.rates.append(float(self.sweep[len(self.rates) % len(self.sweep)]))
        self.model.optimizer.learning_rate = self.rates[-1]

    def on_train_batch_end(self, batch, logs=None):
        self.losses.append(logs["loss"])
        if len(self.losses) % len(self.sweep) == 0:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        self.model.set_weights(self.weights_before)
        self.model.optimizer.learning_rate = self.rate_before
