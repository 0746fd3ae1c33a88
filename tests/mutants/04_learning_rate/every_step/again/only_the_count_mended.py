class EveryStep(keras.callbacks.Callback):
    def __init__(self, schedule):
        super().__init__()
        self.schedule = schedule

    def on_train_begin(self, logs=None):
        self.rates_used = []

    def on_train_batch_end(self, batch, logs=None):
        rate = self.schedule(len(self.rates_used))
        self.rates_used.append(rate)
        self.model.optimizer.learning_rate.assign(rate)
