class EarlyStop(keras.callbacks.Callback):
    """Stop when a metric has not improved for a while, and go back to the best epoch."""

    def __init__(self, monitor="val_loss", patience=3, min_delta=0.0, mode="min"):
        super().__init__()
        self.monitor, self.patience = monitor, patience
        self.min_delta, self.mode = min_delta, mode

    def on_train_begin(self, logs=None):
        self.sign = -1.0 if self.mode == "max" else 1.0
        self.record, self.kept, self.best_epoch = float("inf"), [], -1

    def on_epoch_end(self, epoch, logs=None):
        value = self.sign * float(logs[self.monitor])
        if value + self.min_delta < self.record:
            self.record, self.best_epoch = value, epoch
            self.kept = [np.array(w) for w in self.model.weights if w.trainable]
        elif epoch - self.best_epoch >= self.patience:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        for variable, value in zip(self.model.trainable_weights, self.kept):
            variable.assign(value)
