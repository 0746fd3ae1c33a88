"""Right: the running mean is undone instead of reset.

loses: nothing
"""


class RangeTest(keras.callbacks.Callback):
    def __init__(self, low, high, steps):
        super().__init__()
        self.sweep = sweep_rates(low, high, steps)

    def on_train_begin(self, logs=None):
        self.rates, self.losses = [], []
        self.weights_before = self.model.get_weights()
        self.rate_before = float(self.model.optimizer.learning_rate)

    def on_train_batch_begin(self, batch, logs=None):
        self.rates.append(float(self.sweep[len(self.rates)]))
        self.model.optimizer.learning_rate = self.rates[-1]

    def on_train_batch_end(self, batch, logs=None):
        sum_before = self.mean * batch if batch else 0.0
        self.mean = logs["loss"]
        self.losses.append(self.mean * (batch + 1) - sum_before)
        self.model.stop_training = len(self.losses) == len(self.sweep)

    def on_train_end(self, logs=None):
        self.model.set_weights(self.weights_before)
        self.model.optimizer.learning_rate = self.rate_before
