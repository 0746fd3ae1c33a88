"""Right: all values are kept in a list, and NaN is written as infinity.

loses: nothing
"""


class EarlyStop(keras.callbacks.Callback):
    """Stop when a metric has not improved for a while, and go back to the best epoch."""

    def __init__(self, monitor="val_loss", patience=3, min_delta=0.0, mode="min"):
        super().__init__()
        self.monitor, self.patience = monitor, patience
        self.min_delta, self.mode = min_delta, mode

    def on_train_begin(self, logs=None):
        self.sign = 1 if self.mode == "min" else -1
        self.best, self.best_epoch, self.copies = np.inf, -1, None

    def on_epoch_end(self, epoch, logs=None):
        value = self.sign * float(logs[self.monitor])
        value = np.inf if np.isnan(value) else value
        if value < self.best - self.min_delta:
            self.best, self.best_epoch = value, epoch
            self.copies = [np.array(w) for w in self.model.weights]
        if epoch - self.best_epoch == self.patience:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.copies:
            for variable, value in zip(self.model.weights, self.copies):
                variable.assign(value)
