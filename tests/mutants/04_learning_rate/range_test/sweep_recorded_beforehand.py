"""`rates` holds the whole sweep from the start, also the rates of steps that were never made because
the data ended first; note each rate when its step is made.

loses: rates_are_recorded
"""


class RangeTest(keras.callbacks.Callback):
    def __init__(self, low, high, steps):
        super().__init__()
        self.sweep = sweep_rates(low, high, steps)

    def on_train_begin(self, logs=None):
        self.rates, self.losses = list(self.sweep), []
        self.weights_before = self.model.get_weights()
        self.rate_before = float(self.model.optimizer.learning_rate)

    def on_train_batch_begin(self, batch, logs=None):
        self.model.reset_metrics()
        self.model.optimizer.learning_rate = self.rates[len(self.losses)]

    def on_train_batch_end(self, batch, logs=None):
        self.losses.append(logs["loss"])
        if len(self.losses) == len(self.sweep):
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        self.model.set_weights(self.weights_before)
        self.model.optimizer.learning_rate = self.rate_before
