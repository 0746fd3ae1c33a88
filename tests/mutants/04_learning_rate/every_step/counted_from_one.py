"""The count was raised before it was used, so that the first step has the rate of t = 1; t starts
at 0.

loses: three_steps_by_hand, each_step_has_its_rate, one_batch_an_epoch
"""


class EveryStep(keras.callbacks.Callback):
    def __init__(self, schedule):
        super().__init__()
        self.schedule = schedule

    def on_train_begin(self, logs=None):
        self.t = 0


    def on_train_batch_begin(self, batch, logs=None):
        self.t += 1
        self.model.optimizer.learning_rate = self.schedule(self.t)
