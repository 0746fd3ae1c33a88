"""The weights of the first layer alone were kept and put back: the best epoch is one of all
layers.

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
            self.best_weights = self.model.layers[0].get_weights()
        else:
            self.wait += 1
            if self.wait >= self.patience:
                self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.best_weights is not None:
            self.model.layers[0].set_weights(self.best_weights)
