# %%
import keras
from keras import ops
keras.utils.set_random_seed(3)
# %%
keras.config.set_floatx("float64")
keras.config.set_floatx("float32")
keras.backend.clear_session()
def exponential_average(values, beta):
    values = ops.convert_to_tensor(values, "float32")
    steps = ops.arange(1, values.shape[0] + 1, dtype="float32")
    sums = []
    for value in ops.unstack(values):
        sums.append(beta * (sums[-1] if sums else 0.0) + (1 - beta) * value)
    return ops.stack(sums) / (1 - beta ** steps)
