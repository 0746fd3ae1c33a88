class EveryStep(keras.callbacks.Callback):
    def __init__(self, schedule):
        super().__init__()
        self.schedule = schedule

    def on_train_begin(self, logs=None):
        self.made = []

    def on_train_batch_end(self, batch, logs=None):
        self.made.append(batch)
        rate = self.schedule(len(self.made))
        self.model.optimizer.learning_rate.assign(rate)
