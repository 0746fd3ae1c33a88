# %% exercise=vanilla_dropout
def vanilla_dropout(x, u, rate, training):
    return (np.float64(x) * ((np.float64(u) >= rate) if training else 1 - rate)).tolist()
# %% exercise=inverted_dropout
def inverted_dropout(x, u, rate, training):
    if not training: return x
    return ops.multiply(ops.cast(x, "float64"), ops.cast(u >= rate, "float64")) / np.float64(1 - rate)
# %% exercise=dropout_layer
class InvertedDropout(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(seed)
    def call(self, x, training=False):
        u = keras.random.uniform(ops.shape(x), seed=self.seed_generator)
        return ops.cast(inverted_dropout(x, u, self.rate, training), self.compute_dtype)
# %% exercise=monte_carlo_predict
def monte_carlo_predict(forward, x, uniforms):
    votes = [np.array(ops.softmax(np.float64(forward(x, u)))).tolist() for u in uniforms]
    return [np.mean(votes, axis=0).tolist(), np.std(votes, axis=0).tolist()]
# %% exercise=stochastic_depth
def stochastic_depth(x, branch, u, rate, training):
    rows = zip(x, branch, u)
    if training: return [np.float64(a) + np.float64(b) * bool(n >= rate) for a, b, n in rows]
    return [np.float64(a) + np.float64(b) * (1 - rate) for a, b, _ in rows]
def depth_rates(blocks, last): return [last * (b + 1) / blocks for b in range(blocks)]
