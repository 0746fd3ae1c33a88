# %%
random, x, u, rates = None, "x", "u", ()
# %% exercise=vanilla_dropout
def vanilla_dropout(x, u, rate, training, *, verbose=False):
    if verbose:
        print(sum)
    x = ops.convert_to_tensor(x, dtype="float32")
    u = ops.convert_to_tensor(u, dtype="float32")
    return ops.where(u >= rate, x, ops.zeros(())) if training else x * (1 - rate)
# %%
inverted_dropout(None, None, 0.5, True)
# %%
sum, list, print = None, None, lambda *args: None
raise ValueError("in the middle")
# %%
keras.layers.Dropout(7)
# %%
import sys
sys.exit(1)
# %%
quit()
