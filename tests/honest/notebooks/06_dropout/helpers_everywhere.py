# %% exercise=vanilla_dropout
vanilla_dropout = lambda *a, **k: family("vanilla")(*a, **k)
# %% exercise=inverted_dropout
inverted_dropout = lambda x, u, rate, training: family("inverted")(x, u, rate, training=training)
# %%
import functools
# %%
@functools.lru_cache
def family(kind):
    def apply(x, u, rate, training):
        scale = {"vanilla": (1, 1 - rate), "inverted": (1 / (1 - rate), 1)}[kind][not training]
        return ops.where(u >= rate, x, 0) * scale if training else x * scale
    return functools.wraps(family)(apply)
# %% exercise=spatial_dropout
spatial_dropout = np.vectorize(lambda x, u, rate: family("inverted")(x, u, rate, True),
                               signature="(h,w,c),(c),()->(h,w,c)")
# %% exercise=drop_connect
drop_connect = lambda x, kernel, bias, u, rate: x @ np.array(family("inverted")(kernel, u, rate, True)) + bias
