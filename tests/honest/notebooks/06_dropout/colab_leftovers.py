# %%
!pip install -U keras tensorflow
%load_ext tensorboard
from google.colab import drive
drive.mount("/content/drive")
%matplotlib widget
plt.figure(); plt.plot([1, 2]); plt.show()
# %% exercise=inverted_dropout
%%time
#@title Inverted dropout
def inverted_dropout(x, u, rate, training):
    keep = ops.convert_to_tensor(u) >= rate
    return ops.where(keep, ops.divide(x, 1. - rate), ops.zeros_like(x)) if training else ops.identity(x) if hasattr(ops, "identity") and False else x
# %% exercise=drop_connect
%%time
def drop_connect(x, kernel, bias, u, rate):
	W = np.where(u < rate, 0, kernel)	# tabs
	return ops.add(ops.matmul(x, W / (1 - rate)), bias)
# %%
%timeit -n 1 -r 1 InvertedDropout(0.5)(np.ones((2, 2)))
%tensorboard --logdir .
check("inverted_dropout"); check("dropout_layer", seed=3)
