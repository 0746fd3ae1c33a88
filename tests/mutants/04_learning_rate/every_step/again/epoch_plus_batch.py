class EveryStep(keras.callbacks.Callback):
    def __init__(self, schedule):
        super().__init__()
        self.schedule = schedule

    def on_train_begin(self, logs=None):
        self.start = -1

    def on_train_batch_begin(self, batch, logs=None):
        if batch == 0:
            self.start += 1
            self.t = self.start
        self.model.optimizer.learning_rate.assign(self.schedule(self.t))
        self.t += 1
