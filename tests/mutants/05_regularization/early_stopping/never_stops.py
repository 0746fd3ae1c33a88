"""The training is never stopped: either the count of epochs without improvement never reaches
patience, or `self.model.stop_training` is not set to True when it does.

loses: stops_when_patience_is_lost, fit_is_stopped_and_mended
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
        gain = self.best - current if self.mode == "min" else current - self.best
        if gain > self.min_delta:
            self.best, self.wait = current, 0
            self.best_weights = self.model.get_weights()
        else:
            self.wait += 1
            if self.wait >= self.patience:
                self.stop_training = True

    def on_train_end(self, logs=None):
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)
