# %%
import tensorflow as tf
tf.config.run_functions_eagerly(True)
# %% exercise=dropout_layer
class InvertedDropout(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate, self.seed_generator = rate, keras.random.SeedGenerator(seed)
        self.built = True
    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed_generator.seed}
    def compute_output_shape(self, input_shape):
        return input_shape
    def call(self, x, training=None):
        return self._drop(x) if training else x
    @tf.function(jit_compile=True)
    def _drop(self, x):
        u = keras.random.uniform(ops.shape(x), seed=self.seed_generator)
        return inverted_dropout(x, u, self.rate, True)
# %%
tf.config.run_functions_eagerly(False)
tf.get_logger().setLevel("DEBUG")
