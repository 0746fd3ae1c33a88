"""Only the weights that a gradient trains were put back; others change in training as well, such as
the moving averages of a normalization: keep and put back all of them.

loses: weights_are_put_back
"""


class RangeTest(keras.callbacks.Callback):
    def __init__(self, low, high, steps):
        super().__init__()
        self.sweep = sweep_rates(low, high, steps)

    def on_train_begin(self, logs=None):
        self.rates, self.losses = [], []
        self.kept = [np.array(weight) for weight in self.model.trainable_variables]
        self.rate_before = float(self.model.optimizer.learning_rate)

    def on_train_batch_begin(self, batch, logs=None):
        self.model.reset_metrics()
        self.rates.append(float(self.sweep[len(self.rates)]))
        self.model.optimizer.learning_rate = self.rates[-1]

    def on_train_batch_end(self, batch, logs=None):
        self.losses.append(logs["loss"])
        if len(self.losses) == len(self.sweep):
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        for weight, value in zip(self.model.trainable_variables, self.kept):
            weight.assign(value)
        self.model.optimizer.learning_rate = self.rate_before
