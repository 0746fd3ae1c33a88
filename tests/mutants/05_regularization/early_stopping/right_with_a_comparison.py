"""Right: np.less or np.greater is chosen once, and the patience is counted down.

loses: nothing
"""


class EarlyStop(keras.callbacks.Callback):
    """Stop when a metric has not improved for a while, and go back to the best epoch."""

    def __init__(self, monitor="val_loss", patience=3, min_delta=0.0, mode="min"):
        super().__init__()
        self.monitor, self.patience = monitor, patience
        self.min_delta, self.mode = min_delta, mode

        self.better = np.less if mode == "min" else np.greater
        self.margin = min_delta if mode == "min" else -min_delta

    def on_train_begin(self, logs=None):
        self.best, self.kept, self.left = None, None, self.patience

    def on_epoch_end(self, epoch, logs=None):
        current = logs[self.monitor]
        usable = not np.isnan(current)
        if usable and (self.best is None or self.better(current + self.margin, self.best)):
            self.best, self.left = current, self.patience
            self.kept = self.model.get_weights()
            return
        self.left -= 1
        if self.left == 0:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.kept is not None:
            self.model.set_weights(self.kept)
