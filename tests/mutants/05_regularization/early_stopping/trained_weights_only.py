"""Only the weights that the optimizer trains were kept: others change in a fit as well, such as
the moving averages of a normalization, and `get_weights` gives them all.

loses: best_weights_come_back
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
            self.best_weights = [w.numpy() for w in self.model.trainable_variables]
        else:
            self.wait += 1
            if self.wait >= self.patience:
                self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.best_weights is not None:
            for variable, value in zip(self.model.trainable_variables, self.best_weights):
                variable.assign(value)
