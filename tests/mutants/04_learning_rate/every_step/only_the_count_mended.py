"""The steps of all epochs are counted now, but the rate is still set after a step, so that each
step has the rate of the one before; set it just before the step.

loses: three_steps_by_hand, each_step_has_its_rate, one_batch_an_epoch
"""


class EveryStep(keras.callbacks.Callback):
    def __init__(self, schedule):
        super().__init__()
        self.schedule = schedule

    def on_train_begin(self, logs=None):
        self.t = 0


    def on_train_batch_end(self, batch, logs=None):
        self.model.optimizer.learning_rate = self.schedule(self.t)
        self.t += 1
