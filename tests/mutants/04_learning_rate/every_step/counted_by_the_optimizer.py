"""The steps were counted by the optimizer's `iterations`, which goes on from one fit to the next;
take off what it was when training began, or keep a count of your own.

loses: each_fit_counts_from_zero
"""


class EveryStep(keras.callbacks.Callback):
    def __init__(self, schedule):
        super().__init__()
        self.schedule = schedule

    def on_train_batch_begin(self, batch, logs=None):
        t = int(self.model.optimizer.iterations)
        self.model.optimizer.learning_rate = self.schedule(t)
