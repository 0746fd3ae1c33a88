"""The training went on when the sweep was over; set self.model.stop_training after the last step.

loses: search_ends_after_its_steps
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
        self.model.reset_metrics()
        step = min(len(self.rates), len(self.sweep) - 1)
        self.rates.append(float(self.sweep[step]))
        self.model.optimizer.learning_rate = self.rates[-1]

    def on_train_batch_end(self, batch, logs=None):
        self.losses.append(logs["loss"])

    def on_train_end(self, logs=None):
        self.model.set_weights(self.weights_before)
        self.model.optimizer.learning_rate = self.rate_before
