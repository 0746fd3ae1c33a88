# %% exercise=monte_carlo_predict
def monte_carlo_predict(f, data, us):
    def sm(z):
        z = np.asarray(z); e = np.exp(z - np.max(z, -1, keepdims=True)); return e / np.sum(e, -1, keepdims=True)
    each = None
    for u in us:
        p = sm(f(data, u))[None]
        each = p if each is None else np.concatenate([each, p])
    μ = np.add.reduce(each) / len(each)
    return μ, np.sqrt(np.add.reduce((each - μ) ** 2) / len(each))
# %% exercise=dropout_layer
class InvertedDropout(keras.layers.Layer):
    def __init__(self, p, seed=None, **kw):
        keras.layers.Layer.__init__(self, **kw)
        self.p = p
        self.state = self.add_weight(shape=(), dtype="int32", initializer="zeros", trainable=False)
        self.zufall = keras.random.SeedGenerator(seed=1337 if seed is None else seed)
    def call(self, eingabe, *, training: "bool | None" = None, mask=None):
        if training is None or training is False:
            return eingabe
        self.state.assign_add(1)
        r = keras.random.uniform(ops.shape(eingabe), minval=0.0, maxval=1.0, seed=self.zufall)
        return eingabe * ops.cast(ops.logical_not(r < self.p), eingabe.dtype) / (1 - self.p)
