# %%
from keras.layers import *
from keras.layers import Dropout as KerasDropout
import keras as K
# %% exercise=dropout_layer
@keras.saving.register_keras_serializable("mine")
class InvertedDropout(K.layers.Layer):
    """What keras.layers.Dropout does, written by me. Not `Dropout.call`."""
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate  # Dropout has this too
        self.seed_generator = K.random.SeedGenerator(seed)
        self.identity = Identity()
    def call(self, x, training=False):
        if not training:
            return self.identity(x)
        keep = K.random.uniform(ops.shape(x), seed=self.seed_generator) > self.rate
        return ops.cast(keep, x.dtype) * x / (1 - self.rate)
    def get_config(self):
        return {**super().get_config(), "rate": self.rate}
# %%
layer = KerasDropout(0.5)
def compare(mine, theirs=Dropout(0.25)):
    x = np.ones((100, 10), "float32")
    return [float(np.mean(each(x, training=True))) for each in (mine, theirs)]
print(compare(InvertedDropout(0.25)))
again = keras.layers.deserialize(keras.layers.serialize(InvertedDropout(0.1)))
assert isinstance(again, InvertedDropout) and not isinstance(again, Dropout)
