"""In mode "max" the best begins as a number that a metric can stay below, such as 0: the worst of
all values is minus infinity.

loses: highest_is_best_in_mode_max
"""


class EarlyStop(keras.callbacks.Callback):
    """Stop when a metric has not improved for a while, and go back to the best epoch."""

    def __init__(self, monitor="val_loss", patience=3, min_delta=0.0, mode="min"):
        super().__init__()
        self.monitor, self.patience = monitor, patience
        self.min_delta, self.mode = min_delta, mode

    def on_train_begin(self, logs=None):
        self.best = np.inf if self.mode == "min" else 0.0
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
                self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)
