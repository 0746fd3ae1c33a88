class EveryStep(keras.callbacks.Callback):
    def __init__(self, schedule):
        super().__init__()
        self.schedule = schedule
        self.done = []

    def on_train_batch_begin(self, batch, logs=None):
        self.model.optimizer.learning_rate.assign(self.schedule(len(self.done)))

    def on_train_batch_end(self, batch, logs=None):
        self.done.append(batch)
