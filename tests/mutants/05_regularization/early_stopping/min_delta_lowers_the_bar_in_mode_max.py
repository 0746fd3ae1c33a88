"""In mode "max" min_delta is taken off the best, so that even a lower value counts as an
improvement: there the value must be above best + min_delta.

loses: highest_is_best_in_mode_max
"""


class EarlyStop(keras.callbacks.Callback):
    """Stop when a metric has not improved for a while, and go back to the best epoch."""

    def __init__(self, monitor="val_loss", patience=3, min_delta=0.0, mode="min"):
        super().__init__()
        self.monitor, self.patience = monitor, patience
        self.min_delta, self.mode = min_delta, mode

    def on_train_begin(self, logs=None):
        self.best = np.inf if self.mode == "min" else -np.inf
        self.best_weights, self.wait = None, 0

    def on_epoch_end(self, epoch, logs=None):
        current = logs[self.monitor]
        smaller = current < self.best - self.min_delta
        if smaller if self.mode == "min" else current > self.best - self.min_delta:
            self.best, self.wait = current, 0
            self.best_weights = self.model.get_weights()
        else:
            self.wait += 1
            if self.wait >= self.patience:
                self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)
