class RangeTest(keras.callbacks.Callback):
    def __init__(self, low, high, steps):
        super().__init__()
        self.sweep = sweep_rates(low, high, steps)

    def on_train_begin(self, logs=None):
        self.step, self.rates, self.losses = 0, [], []
        self.kept = [np.array(w) for w in self.model.weights]
        self.old_rate = np.array(self.model.optimizer.learning_rate)

    def on_train_batch_begin(self, batch, logs=None):
        self.model.optimizer.learning_rate.assign(self.sweep[self.step])
        for metric in self.model.metrics:
            metric.reset_state()

    def on_train_batch_end(self, batch, logs=None):
        self.losses += [float(logs["loss"])]
        self.step += 1
        self.model.stop_training = self.step >= len(self.sweep)

    def on_train_end(self, logs=None):
        for variable, value in zip(self.model.weights, self.kept):
            variable.assign(value)
        self.model.optimizer.learning_rate.assign(self.old_rate)
        self.rates = self.sweep
