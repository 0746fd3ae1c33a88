class EveryStep(keras.callbacks.Callback):
    def __init__(self, schedule):
        super().__init__()
        self.schedule = schedule

    def on_epoch_begin(self, epoch, logs=None):
        self.t = 0

    def on_train_batch_begin(self, batch, logs=None):
        rate = float(self.schedule(self.t))
        self.model.optimizer.learning_rate.assign(rate)
        self.t = self.t + 1
