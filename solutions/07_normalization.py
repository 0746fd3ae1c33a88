# %% [markdown] title="Normalization" minutes=90 prerequisites="02_initialization; convolutions; a network trained with `model.fit`"
# Write the normalizations yourself, from one pure function: batch norm with its flag and
# its moving averages, layer norm by axis, group norm, weight norm. See what batch norm does
# differently in test, why `axis` means opposite things in two layers, what folding saves,
# and at which batch sizes group norm wins.

# %% [markdown]
# ## One idea, several sets of axes
#
# Every normalization of activations is the same two lines: take a mean and a variance over
# some axes, and standardize by them. What differs is which numbers share a mean. For feature
# maps of shape (batch, h, w, c):
#
# | norm | one mean and variance for each | moments over | slide |
# |---|---|---|---|
# | batch norm | channel | batch, h, w | Sapienza, Lecture 5, eq. 8 and 10; CityU, Lecture 10.2, *Batch Normalization* |
# | layer norm | sample | h, w, c | Sapienza, after eq. 10; UvA, Lecture 4, *Layer normalization* |
# | instance norm | sample and channel | h, w | UvA, *Instance normalization* |
# | group norm | sample and group of channels | h, w, c / groups | UvA, *Group normalization*; CityU, *Group Normalization* |
#
# Batch norm is the only one with the batch in its third column. Nearly all that is good and
# bad about it comes from there. UNICAMP's slides (MO434, on gradient instabilities) have it too.
#
# **What you write with.** NumPy, `keras.ops` or TensorFlow where the function stands alone.
# Where it will be used inside a model, the text says so: there it takes `keras.ops`.
#
# Your first two functions serve in later exercises. Each of those names what it stands on: where
# that fails its own check, mend it first, or you pay for one mistake twice.

# %% tags=["setup"]
import os
import time

import matplotlib.pyplot as plt
import numpy as np

from course_kit import check, data, figures, quiet
from course_kit.figures import normalizations

with quiet.start_up():  # TensorFlow has much to say when it is loaded
    import keras
    from keras import ops

keras.utils.set_random_seed(7)
QUICK = os.environ.get("COURSE_KIT_SMOKE") == "1"  # few epochs, to test that the cells run

# %% [markdown]
# ## Standardize
#
# Sapienza's two equations before eq. 8, CityU's and UvA's first three lines. With $A$ the set
# of axes and $n$ the number of values along them:
#
# $$\mu = \frac{1}{n} \sum_A x, \qquad
# \sigma^2 = \frac{1}{n} \sum_A (x - \mu)^2, \qquad
# \hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}}$$
#
# $\mu$ and $\sigma^2$ keep the reduced axes with length one, so that they fit $x$: for
# $x$ of shape (batch, h, w, c) and the axes [0, 1, 2] they are (1, 1, 1, c). The variance
# divides by $n$, and $\varepsilon$ is added to the *variance*. (UNICAMP's slide says it is
# typically $10^{-5}$; Keras takes $10^{-3}$.)
#
# By hand: the numbers 1 and 19, with $\varepsilon = 144$. The mean is 10, the variance 81, the
# root of 81 + 144 is 15, and they become -9 / 15 and 9 / 15.
#
# **Predict:** a batch of two samples, one unit, $\varepsilon$ next to nothing. Which two numbers
# come out, whatever went in?
#
# Use `ops` here: your layers will call this function inside a model, where x is a symbol whose
# batch size is not known yet.
#
# <details><summary>Hint 1</summary>
#
# `ops.mean` takes `axis=` (a list will do) and `keepdims=True`. What are the deviations from
# the mean, and what is the mean of their squares?
# </details>
#
# <details><summary>Hint 2</summary>
#
# Three lines: the mean; the variance, from `ops.square(x - mean)`; and the quotient, with
# epsilon *inside* of `ops.sqrt`. (`ops.var` is fine too: it divides by n.)
# </details>


# %% tags=["exercise"] exercise="standardize"
def standardize(x, axes, epsilon):
    """Subtract the mean, divide by the standard deviation, both taken over `axes`.

    x: any shape, for example (batch, h, w, c)
    axes: list of the axes that are reduced, for example [0, 1, 2]
    epsilon: added to the variance, at least 0
    returns: an array of the shape of x, which stays as it is
    """
    ### BEGIN SOLUTION
    mean = ops.mean(x, axis=axes, keepdims=True)
    variance = ops.mean(ops.square(x - mean), axis=axes, keepdims=True)
    return (x - mean) / ops.sqrt(variance + epsilon)
    ### END SOLUTION


# %%
check("standardize")

# %% [markdown]
# Two units, 200 samples. CityU: values are brought into a desired range "while maintaining
# their relative values". What does that leave of the cloud's shape?

# %% tags=["experiment"]
random = np.random.default_rng(0)
cloud = random.normal(size=(200, 2)) @ [[2.0, 1.2], [0.0, 0.6]] + [6.0, -3.0]
x_hat = np.array(standardize(cloud, [0], 1e-3))
normalizations.clouds({"x": cloud, "x_hat": x_hat, "2 x_hat + (4, 0)": 2 * x_hat + [4, 0]})
plt.show()

pair = np.array([[3.0], [11.0]])
print("two samples:", np.array(standardize(pair, [0], 1e-9))[:, 0].round(3))
print("the same, variance by n - 1:", ((pair - pair.mean()) / pair.std(ddof=1))[:, 0].round(3))

# %% [markdown]
# The cloud is centred and has deviation 1 along *each axis*, and it is as slanted as before: the
# correlation stays. Every unit is standardized by itself; nothing is decorrelated. (That would
# be whitening, lab 01.) Of a batch of two, only the sign is left.

# %% [markdown]
# ## Batch norm in test: find the bug
#
# Training standardizes by the statistics of the batch. In test that would make an answer
# depend on who else is asked (Sapienza), and there may be no batch at all (UvA). So the layer
# uses a **moving mean** and a **moving variance** that it has collected while training:
#
# $$\hat x = \frac{x - \mu_\text{moving}}{\sqrt{\sigma^2_\text{moving} + \varepsilon}},
# \qquad y = \gamma\, \hat x + \beta, \qquad
# x: (\text{batch}, \ldots, c), \quad \text{all others}: (c,)$$
#
# UvA's slide *Batch normalization at test time* says so in words. But the formulas under the
# words are those of the training slide once more, with a slip in the second line:
#
# $$\mu_B \leftarrow \frac{1}{m} \sum_i x_i, \qquad
# \sigma_B \leftarrow \frac{1}{m} \sum_i (x_i - \mu_B), \qquad
# \hat x_i \leftarrow \frac{x_i - \mu_B}{\sqrt{\sigma_B^2 + \varepsilon}}$$
#
# The cell below was typed in from them. (The slip may be our transcription's and not the
# lecturer's.) It runs. **Find what is wrong, and mend it.** Stay with `ops`: your layer will call
# this function inside a model.
#
# **Predict before you change anything:** what is $\sigma_B$, for any batch at all? What is then
# left of the denominator, with $\varepsilon = 10^{-3}$?
#
# <details><summary>Hint 1</summary>
#
# Add up the deviations of 1, 2 and 6 from their mean. And which of the function's arguments are
# never used?
# </details>
#
# <details><summary>Hint 2</summary>
#
# In test nothing at all is computed from the batch: no mean, no variance. `moving_variance`
# is a square already.
# </details>


# %% tags=["exercise"] exercise="batch_norm_in_test"
def batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, epsilon):
    """Batch norm outside of training: standardize by the moving statistics, scale, shift.

    x: (batch, ..., c)
    moving_mean, moving_variance: (c,), collected in training
    gamma, beta: (c,)
    epsilon: added to the variance, at least 0
    returns: an array of the shape of x
    """
    ### BEGIN SOLUTION
    x_hat = (x - moving_mean) / ops.sqrt(moving_variance + epsilon)
    return gamma * x_hat + beta
    ### END SOLUTION
    ### BEGIN STARTER
    # axes = list(range(len(x.shape) - 1))
    # mean = ops.mean(x, axis=axes)
    # sigma = ops.mean(x - mean, axis=axes)
    # x_hat = (x - mean) / ops.sqrt(sigma**2 + epsilon)
    # return gamma * x_hat + beta
    ### END STARTER


# %%
check("batch_norm_in_test")

# %% [markdown]
# The slide's formulas in numbers: one sample, asked alone and in two batches. The mean of the
# deviations is 0 for every batch, so that the slide divides by $\sqrt{0.001}$.


# %% tags=["experiment"]
def as_on_the_slide(x, epsilon=1e-3):
    mean = x.mean(axis=0)
    return (x - mean) / np.sqrt(np.mean(x - mean, axis=0) ** 2 + epsilon)


random = np.random.default_rng(0)
one = np.array([[1.5]])
batches = {
    "alone": one,
    "with 7 others": np.concatenate([one, random.normal(0, 1, (7, 1))]),
    "with 7 large ones": np.concatenate([one, random.normal(9, 1, (7, 1))]),
}
print(f"1 / sqrt(0.001) = {1 / np.sqrt(1e-3):.1f}")
for name, batch in batches.items():
    yours = np.array(batch_norm_in_test(batch, *np.array([[0.0], [1], [1], [0]]), 1e-3))[0, 0]
    print(f"{name:17s}  slide {as_on_the_slide(batch)[0, 0]:7.2f}   yours {yours:5.2f}")

# %% [markdown] tags=["reflection"]
# Three answers to one question, depending on the company. Name one situation in which nobody
# would notice such a bug for weeks, and one test that would have found it.

# %% [markdown]
# ## The layer: a flag and two averages
#
# Now the whole layer. In training it standardizes by the batch, as Sapienza's eq. 10 does for
# feature maps, and moves its averages, for the mean and for the variance alike:
#
# $$\text{moving} \leftarrow m \cdot \text{moving} + (1 - m) \cdot \text{batch}$$
#
# The momentum $m$ is the weight of the *past*: 0.99 in Keras. (PyTorch's `momentum` is $1 - m$,
# 0.01 for the same thing. And its moving variance divides by $n - 1$; Keras' divides by $n$.)
# The averages are weights of the layer that no gradient touches.
#
# By hand: moving mean 8, momentum 0.75, a batch with mean 4. It becomes 6 + 1 = 7.
#
# **Predict:** the averages start at mean 0 and variance 1. After 20 steps at momentum 0.99, how
# much of that start is left in them? (It will matter below.)
#
# `model.fit` calls the layer with `training=True`, `model.predict` with `training=False`. Inside
# `fit`, `x` is a symbol: use `ops`, and write to a weight with `assign`. Inputs may have any
# number of axes: (batch, c), (batch, steps, c), (batch, h, w, c) and more.
#
# The layer stands on your `standardize` and `batch_norm_in_test`, if you use them.
#
# <details><summary>Hint 1</summary>
#
# Outside of training you have written everything already. In training: all axes but the last,
# the batch's mean and variance over them, two assignments, and an output for which there is a
# function too.
# </details>
#
# <details><summary>Hint 2</summary>
#
# `self.moving_mean.assign(...)` writes a new value, and the old one is part of it. The same
# for the variance (`ops.var` divides by n). Which branch of the flag does this belong to?
# </details>


# %% tags=["exercise"] exercise="batch_norm_layer"
class BatchNorm(keras.layers.Layer):
    """Batch normalization over all axes but the last.

    momentum: weight of the past in the moving averages, in [0, 1]
    epsilon: added to the variance
    """

    def __init__(self, momentum=0.99, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.momentum, self.epsilon = momentum, epsilon

    def build(self, input_shape):
        c = (input_shape[-1],)
        self.gamma = self.add_weight(shape=c, initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=c, initializer="zeros", name="beta")
        self.moving_mean = self.add_weight(
            shape=c, initializer="zeros", trainable=False, name="moving_mean"
        )
        self.moving_variance = self.add_weight(
            shape=c, initializer="ones", trainable=False, name="moving_variance"
        )

    def call(self, x, training=False):
        """x: (batch, ..., c) -> the same shape."""
        ### BEGIN SOLUTION
        if not training:
            return batch_norm_in_test(
                x, self.moving_mean, self.moving_variance, self.gamma, self.beta, self.epsilon
            )
        axes, m = list(range(len(x.shape) - 1)), self.momentum
        mean, variance = ops.mean(x, axis=axes), ops.var(x, axis=axes)
        self.moving_mean.assign(m * self.moving_mean + (1 - m) * mean)
        self.moving_variance.assign(m * self.moving_variance + (1 - m) * variance)
        return self.gamma * standardize(x, axes, self.epsilon) + self.beta
        ### END SOLUTION


# %%
check("batch_norm_layer")

# %% [markdown]
# ### What the averages approach
#
# UvA's slide says that the moving average of the batch statistics "approaches the batch
# statistics". Look at one unit of a network as it trains on MNIST-1D, little drawings of
# digits as curves of 40 numbers (1 is added to all of them here: pixels are not centred
# either). Three means at every step: that of the batch (dots), the moving one, and that of
# the whole training set under the weights of that step.
#
# **Predict:** which of the other two does the moving mean follow? What changes from batches of
# 8 to batches of 128?

# %% tags=["experiment"]
(x_train, y_train), (x_held, y_held) = data.load("mnist1d")


def compile_classifier(model, optimizer, **kwargs):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, metrics=["accuracy"], **kwargs)


def dense_net(norm, seed=0, depth=2, units=64):
    """Dense layers of 64 units, `norm()` and a ReLU behind each; logits of ten classes."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((40,))])
    for _ in range(depth):
        model.add(keras.layers.Dense(units))
        if norm is not None:
            model.add(norm())
        model.add(keras.layers.ReLU())
    model.add(keras.layers.Dense(10))
    return model


class Means(keras.callbacks.Callback):
    """Notes the first unit's three means at every step."""

    def on_train_begin(self, logs=None):
        self.batch, self.moving, self.population = [], [], []
        self.before = 0.0

    def on_train_batch_end(self, batch, logs=None):
        dense, norm = self.model.layers[:2]
        moving, m = float(norm.moving_mean[0]), norm.momentum
        kernel, bias = dense.get_weights()
        self.moving.append(moving)
        self.batch.append((moving - m * self.before) / (1 - m))  # what must have come in
        self.population.append(np.mean((x_train + 1) @ kernel[:, 0]) + bias[0])
        self.before = moving


seen = {}
for size in (8, 128):
    model, means = dense_net(lambda: BatchNorm(momentum=0.9)), Means()
    compile_classifier(model, keras.optimizers.SGD(0.1))
    steps = 60 if QUICK else 150
    rows = np.random.default_rng(1).integers(0, len(x_train), steps * size)
    model.fit(x_train[rows] + 1, y_train[rows], batch_size=size, callbacks=[means], verbose=0)
    seen[f"batches of {size}"] = {
        "batch": means.batch,
        "moving, momentum 0.9": means.moving,
        "population": means.population,
    }
    late = {name: np.array(values[50:]) for name, values in seen[f"batches of {size}"].items()}
    batch, moving, population = late.values()
    print(
        f"batches of {size}: the moving mean is {np.sqrt(np.mean((moving - batch) ** 2)):.3f} from "
        f"the batch's and {np.sqrt(np.mean((moving - population) ** 2)):.3f} from the population's"
    )
normalizations.means_by_step(seen, ylabel="mean of unit 1")
plt.show()

# %% [markdown]
# The moving mean leaves its start at 0 within some twenty steps and then follows the
# *population's* mean, a little late, since the population moves as the weights do. A batch
# strays much farther from it, and the smaller the batches are, the farther. What the average
# approaches is what a test needs: statistics of all the data, not of the batch.

# %% [markdown]
# ### Test time, measured
#
# Now train a network and test it in two ways: with its moving statistics, and with the
# statistics of the batch it is asked with, as on UvA's test slide (the square put back).
# The batch may be a mix of all digits, or hold one digit only.
#
# **Predict** three curves over the size of the test batch, from 1 to 1,000. Where does each
# start, at a batch of one?

# %% tags=["experiment"]
import tensorflow as tf


def held_out_accuracy(model, size=1_000, training=False, order=slice(None)):
    """Accuracy when asked in batches; `training=True` standardizes by each batch."""
    x, y, kept = x_held[order], y_held[order], model.get_weights()
    ask = tf.function(lambda batch: model(batch, training=training))
    right = 0
    for start in range(0, len(x), size):
        logits = ask(tf.constant(x[start : start + size]))
        right += np.sum(np.argmax(logits, axis=1) == y[start : start + size])
    model.set_weights(kept)  # with training=True the averages have moved
    return right / len(x)


model = dense_net(BatchNorm, depth=3, units=128)
compile_classifier(model, keras.optimizers.Adam(3e-3))
model.fit(x_train, y_train, batch_size=50, epochs=2 if QUICK else 15, verbose=0)

sizes = [1, 10, 100] if QUICK else [1, 2, 4, 8, 16, 32, 100, 250, 1_000]
by_class = np.argsort(y_held, kind="stable")
curves = {
    "moving statistics": [held_out_accuracy(model, max(n, 100)) for n in sizes],
    "the batch's, mixed": [held_out_accuracy(model, n, True) for n in sizes],
    "the batch's, sorted by class": [held_out_accuracy(model, n, True, by_class) for n in sizes],
}
normalizations.by_size(sizes, curves, "samples in a test batch", "held-out accuracy")
plt.show()
for name, values in curves.items():
    print(f"{name:29s}", dict(zip(sizes, np.round(values, 2).tolist())))

# %% [markdown]
# With moving statistics the answer to a sample does not depend on the others, so that the
# curve is flat. (Your function was asked in larger batches to save time; the claim *one
# sample is enough* has shown that it makes no difference.) With the batch's statistics a
# single sample always gives beta: all samples get the same answer, right for one in ten.
# Mixed batches of 100 do nearly as well. But sorted by class even those fail: the mean that
# is subtracted *is* the digit.

# %% [markdown] tags=["reflection"]
# CityU calls the flag "a very common source of bugs". A colleague tests a network in batches of
# 250 shuffled samples, with `training=True` by mistake, and sees nothing odd. What will happen
# when the network is asked about one picture at a time?

# %% [markdown]
# ### What it buys: higher rates
#
# UvA's list of benefits has "allows higher learning rates". Plain SGD, five layers, ten epochs,
# with and without your layer.
#
# **Predict:** from which rate on does each of the two networks fail?

# %% tags=["experiment"]
rates = [0.1, 1.0] if QUICK else [0.01, 0.03, 0.1, 0.3, 1.0, 3.0]
curves = {}
for name, norm in (("no norm", None), ("your BatchNorm", lambda: BatchNorm(momentum=0.9))):
    curves[name] = []
    for rate in rates:
        model = dense_net(norm, depth=5)
        compile_classifier(model, keras.optimizers.SGD(rate), steps_per_execution=20)
        model.fit(x_train, y_train, batch_size=50, epochs=1 if QUICK else 10, verbose=0)
        curves[name].append(held_out_accuracy(model))
    print(f"{name:15s}", dict(zip(rates, np.round(curves[name], 2).tolist())))
normalizations.by_size(rates, curves, "learning rate", "held-out accuracy")
plt.show()

# %% [markdown]
# At the best rate the two are equal. But the range of rates that train well is much wider
# with the norm: at a tenth of the best rate it has learned more, at ten times the best it
# still learns, where the plain network guesses. Sapienza: this was first explained by a
# smaller "internal covariate shift", and is now thought to come from a smoother landscape of
# the loss.

# %% [markdown]
# ## Precise statistics
#
# Sapienza names two ways to get statistics for the test. The moving average is one. The other:
# after training, run over the *whole data set*. Its $N$ values of a channel come in batches that
# need not be of one size:
#
# $$\mu = \frac{1}{N} \sum_b \sum_{x \in b} x, \qquad
# \sigma^2 = \frac{1}{N} \sum_b \sum_{x \in b} (x - \mu)^2$$
#
# By hand, for one unit: one batch holds 1 alone, the other 5, 5, 5. The mean is 16 / 4 = 4. The
# variance is (9 + 1 + 1 + 1) / 4 = 3.
#
# The numbers are float32, and their mean may be large: add up squared *distances*. And leave the
# list of batches as it is, it will be used again below.
#
# **Predict:** in that example, what is the mean of the two batches' means? And the mean of their
# variances?
#
# <details><summary>Hint 1</summary>
#
# The batches are a list, so you may go through it twice: first for $N$ and the mean, then for
# the squares. What does a feature map (n, h, w, c) hold of each channel: n values?
# </details>
#
# <details><summary>Hint 2</summary>
#
# `x.reshape(-1, x.shape[-1])` makes rows of (values, c) from a batch of any rank. Sums over rows
# can be added up over batches; means and variances cannot.
# </details>


# %% tags=["exercise"] exercise="precise_statistics"
def precise_statistics(batches):
    """Mean and variance of all values of each channel, over all batches together.

    batches: a list of NumPy arrays (n, ..., c); n may differ from batch to batch
    returns: mean (c,), variance (c,), divided by the number of values
    """
    ### BEGIN SOLUTION
    rows = [x.reshape(-1, x.shape[-1]) for x in batches]  # (values, c) each
    count = sum(len(r) for r in rows)
    mean = sum(r.sum(axis=0) for r in rows) / count
    variance = sum(((r - mean) ** 2).sum(axis=0) for r in rows) / count
    return mean, variance
    ### END SOLUTION


# %%
check("precise_statistics")

# %% [markdown]
# A riddle that many a user of Keras has met: the training accuracy climbs, the validation
# accuracy does not move, and some epochs later it jumps up. Here it is: a training set of 20
# batches an epoch and Keras' momentum, 0.99. After each epoch the network is tested twice,
# with its moving averages and with your precise statistics, set layer by layer by the
# function below.
#
# **Predict:** after one epoch, which share of the start (mean 0, variance 1) is still in the
# averages? What does the test with precise statistics say meanwhile?


# %% tags=["experiment"]
def recalibrate(model, batches):
    """Set the averages of each BatchNorm, from the first to the last, to precise statistics."""
    for layer in model.layers:
        if isinstance(layer, BatchNorm):
            mean, variance = precise_statistics(batches)
            layer.moving_mean.assign(mean)
            layer.moving_variance.assign(variance)
        batches = [np.array(layer(x)) for x in batches]  # nobody trains here


class TestTwice(keras.callbacks.Callback):
    """Held-out accuracy after each epoch, with moving and with precise statistics."""

    def on_train_begin(self, logs=None):
        self.curves = {"training, batch statistics": [], "moving averages": [], "precise": []}

    def on_epoch_end(self, epoch, logs=None):
        kept = self.model.get_weights()
        found = [logs["accuracy"], held_out_accuracy(self.model)]
        recalibrate(self.model, np.array_split(x_train, 10))
        found.append(held_out_accuracy(self.model))
        self.model.set_weights(kept)
        for curve, value in zip(self.curves.values(), found):
            curve.append(value)


model, twice = dense_net(BatchNorm, depth=3), TestTwice()
compile_classifier(model, keras.optimizers.Adam(3e-3))
model.fit(x_train, y_train, batch_size=200, epochs=3 if QUICK else 15, callbacks=[twice], verbose=0)
normalizations.by_epoch(twice.curves, "accuracy")
plt.show()
print(f"left of the start after one epoch: {0.99**20:.0%}, after five: {0.99**100:.0%}")
for name, curve in twice.curves.items():
    print(f"{name:27s} after one epoch {curve[0]:.2f}, at the end {curve[-1]:.2f}")

# %% [markdown]
# The network was fine all the time. Its averages were not: they still remembered their start.
# Precise statistics show what it knows from the first epoch on, and they are ahead to the
# end: averages over the last hundred steps are averages over *older weights*. Whenever
# weights change without training (averaged over the last epochs, say), precise statistics are
# the only ones there are.

# %% [markdown]
# ## Folding
#
# CityU, *Test Time*: in test, batch norm is a linear operation, and can be fused with the
# convolution before it. With $s = \gamma / \sqrt{\sigma^2_\text{moving} + \varepsilon}$, one
# number for each output channel:
#
# $$\gamma\, \frac{(W x + b) - \mu_\text{moving}}{\sqrt{\sigma^2_\text{moving} + \varepsilon}} + \beta
# \;=\; (s W)\, x + \big( s\,(b - \mu_\text{moving}) + \beta \big)$$
#
# A new kernel, a new bias, and the layer is gone. Keras' kernels have their outputs on the last
# axis: (inputs, c) for a dense layer, (h, w, inputs, c) for a convolution.
#
# By hand: $w = 2$, $b = 5$, $\mu = 1$, variance 4, $\gamma = 6$, $\beta = 7$, no $\varepsilon$.
# Then $s = 3$; the new weight is 6, the new bias 3 (5 - 1) + 7 = 19.
#
# **Predict:** why does folding not work *while training*?
#
# <details><summary>Hint 1</summary>
#
# Compute $s$ first, of shape (c,). With which axis of the kernel does it meet when you multiply?
# </details>
#
# <details><summary>Hint 2</summary>
#
# Three things end up in the new bias: the old bias, the mean and beta. Two of them get the
# factor s.
# </details>


# %% tags=["exercise"] exercise="fold"
def fold(kernel, bias, gamma, beta, moving_mean, moving_variance, epsilon):
    """Kernel and bias of one layer that does what a linear layer and its batch norm did in test.

    kernel: (inputs, c) or (h, w, inputs, c)
    bias, gamma, beta, moving_mean, moving_variance: (c,)
    epsilon: the batch norm's
    returns: new kernel, of the shape of kernel; new bias, (c,)
    """
    ### BEGIN SOLUTION
    scale = gamma / np.sqrt(moving_variance + epsilon)
    return kernel * scale, (bias - moving_mean) * scale + beta
    ### END SOLUTION


# %%
check("fold")

# %% [markdown]
# What does it save? Count first: at each pixel a convolution of $k$ by $k$ with $c$ channels in
# and out needs $k^2 c^2$ multiplications and as many additions, batch norm after it only $c$ of
# either (scale and shift, once multiplied out). Then measure: pictures of 64 by 64 pixels, 16
# channels, with batch norm and without.
#
# **Predict:** by the count, batch norm behind a 3 by 3 convolution with 16 channels is 1 / 144 of
# the work. Is that the share of the *time* too?


# %% tags=["experiment"]
def convolution_model(kernel, bias, norm_weights=None):
    model = keras.Sequential([keras.Input((64, 64, kernel.shape[2]))])
    model.add(keras.layers.Conv2D(kernel.shape[3], kernel.shape[:2], padding="same"))
    model.layers[0].set_weights([kernel, bias])
    if norm_weights is not None:
        model.add(BatchNorm())
        model.layers[1].set_weights(list(norm_weights))
    return model


random = np.random.default_rng(0)
x = random.normal(size=(32, 64, 64, 16)).astype("float32")
counted, measured = {}, {}
for k in (1, 3, 5):
    kernel, bias = random.normal(size=(k, k, 16, 16)) / (4 * k), random.normal(size=16)
    gamma, beta, mean = random.normal(size=(3, 16))
    statistics = np.array([gamma, beta, mean, random.uniform(0.5, 2, size=16)])
    both = convolution_model(kernel, bias, statistics)
    one = convolution_model(*fold(kernel, bias, *statistics, 1e-3))
    difference = np.abs(both.predict(x, verbose=0) - one.predict(x, verbose=0)).max()
    seconds = {both: [], one: []}
    for _ in range(3 if QUICK else 25):
        for model in seconds:  # in turns, so that both meet the same noise
            start = time.perf_counter()
            model.predict_on_batch(x)
            seconds[model].append(time.perf_counter() - start)
    name = f"{k} by {k}"
    counted[name] = (k * k * 16 + 1) / (k * k * 16)
    measured[name] = min(seconds[both]) / min(seconds[one])  # noise only ever adds
    print(
        f"{name}: outputs agree to {difference:.0e}; with batch norm {counted[name]:.3f} times the "
        f"operations and {measured[name]:.2f} times the time"
    )
bars = {"operations, counted": counted, "time, measured": measured}
normalizations.ratios(bars, "with batch norm / folded")
plt.show()

# %% [markdown]
# The count says that folding saves next to nothing. The clock says more: batch norm computes
# little, but it reads and writes every value of the feature maps once more, and memory is what it
# waits for. The cheaper the convolution, the larger the share, as far as the clock can be
# trusted: these are milliseconds, the best of several runs, and on a machine that has other things
# to do the order of the three may still change from one run of the cell to the next.

# %% [markdown] tags=["reflection"]
# Which layers can *not* be folded into the convolution before them: a batch norm behind a ReLU;
# a layer norm; a batch norm behind a convolution whose output also goes into a skip connection?

# %% [markdown]
# ## The same word for opposite things: `axis`
#
# Sapienza's last slide on normalization has the sentence that you will need whenever you read
# documentation. For batch norm, `axis` is what is **kept**, and the moments run over *the
# other* axes. For layer norm, `axis` is what is **reduced**. In both, $\gamma$ and $\beta$ have
# the sizes of `axis`:
#
# | $x$: (batch, h, w, c) | moments over | number of means | $\gamma$, $\beta$ |
# |---|---|---|---|
# | batch norm, `axis=[3]` | 0, 1, 2 | c | (c,) |
# | layer norm, `axis=[3]` | 3 | batch · h · w | (c,) |
# | layer norm, `axis=[1, 2, 3]` | 1, 2, 3 | batch | (h, w, c) |
#
# Why the same word? Because both times it says along which axes the *learned* parameters run.
# Each unit of layer norm has a $\gamma$ of its own but shares its mean with the other units
# of its sample; each channel of batch norm has both for itself.
#
# Write both, for a list of axes counted from the front. `along` is given: it gives a weight
# length one on the axes that it does not run along, so that it fits $x$. Two lines are left, and
# they differ in one thing. Both stand on your `standardize`.
#
# **Predict:** a batch of one, `axis=[1]`, dense. What is left of $x$ in either case?
#
# <details><summary>Hint 1</summary>
#
# Your `standardize` wants to know which axes are reduced. For one of the two functions that is
# `axis` itself.
# </details>
#
# <details><summary>Hint 2</summary>
#
# "The others" is a list: each `a` in `range(len(x.shape))` that is not in `axis`. The scale and
# the shift are the same in both functions, and they come last.
# </details>


# %% tags=["exercise"] exercise="norm_by_axis"
def along(weight, x, axis):
    """`weight`, of the sizes of `axis`, with length 1 on all other axes of x."""
    return ops.reshape(weight, [n if a in axis else 1 for a, n in enumerate(x.shape)])


def batch_norm(x, gamma, beta, axis, epsilon):
    """Batch norm as in training: the axes in `axis` are kept, all others are reduced.

    x: any shape, for example (batch, h, w, c)
    gamma, beta: of the sizes of `axis`: (c,) for [3], (h, c) for [1, 3]
    axis: list of axes counted from the front, in ascending order
    returns: an array of the shape of x
    """
    ### BEGIN SOLUTION
    reduced = [a for a in range(len(x.shape)) if a not in axis]
    return along(gamma, x, axis) * standardize(x, reduced, epsilon) + along(beta, x, axis)
    ### END SOLUTION


def layer_norm(x, gamma, beta, axis, epsilon):
    """Layer norm: the axes in `axis` are reduced. Arguments as for `batch_norm`."""
    ### BEGIN SOLUTION
    return along(gamma, x, axis) * standardize(x, axis, epsilon) + along(beta, x, axis)
    ### END SOLUTION


# %%
check("norm_by_axis")

# %% [markdown]
# Two numbers from the slides. First, the words: Sapienza introduces layer norm as a mean for
# each input "across the mini-batch"; the formula below the words sums over the features, and the
# formula is right. Here are both readings. Then the parameters: Sapienza counts $2hwc$ for
# `axis=[1, 2, 3]`.

# %% tags=["experiment"]
random = np.random.default_rng(0)
x, ones, zeros = random.normal(2, 3, size=(5, 8)), np.ones(8), np.zeros(8)
formula = np.array(layer_norm(x, ones, zeros, [1], 1e-3))
words = np.array(standardize(x, [0], 1e-3))
print("largest |mean| of a sample:  formula", np.abs(formula.mean(axis=1)).max().round(3))
print("                             words  ", np.abs(words.mean(axis=1)).max().round(3))
alone = np.array(layer_norm(x[:1], ones, zeros, [1], 1e-3))
words_alone = np.array(standardize(x[:1], [0], 1e-3))
print("one sample asked alone:      formula changes by", np.abs(alone - formula[:1]).max().round(3))
print("                             words give", words_alone[0].round(3))

shape = {"h": 8, "w": 8, "c": 32}
h, w, c = shape.values()
print(f"\nparameters for h = {h}, w = {w}, c = {c}")
print("  batch norm, axis [3]        ", 2 * c)
print("  layer norm, axis [3]        ", 2 * c)
print("  layer norm, axis [1, 2, 3]  ", 2 * h * w * c)

# %% [markdown]
# Layer norm does not care who else is in the batch, and works for a batch of one; Sapienza
# says so too. What the words describe would be batch norm.

# %% [markdown] tags=["reflection"]
# In a text, x has the shape (batch, steps, features), and the sentences are of different length,
# filled up with zeros. Which axes does layer norm reduce there, `axis=[2]` or `axis=[1, 2]`? What
# would batch norm have to do about the filling?

# %% [markdown]
# ## Group norm
#
# Between layer norm (one mean for all channels) and instance norm (one for each) lies group
# norm: $c$ channels in $G$ groups of neighbours, one mean for each sample and group (UvA,
# CityU; Wu and He 2018). With $x$ of shape (batch, h, w, c), cut the last axis in two,
#
# $$(\text{batch}, h, w, c) \;\to\; (\text{batch}, h, w, G, c / G),$$
#
# standardize over $h$, $w$ and the last axis, and put the axes together again. $\gamma$ and
# $\beta$ have one number for each *channel*, (c,), whatever $G$ is.
#
# So UvA's "# group = 1 → layer norm" holds for the statistics, not for the parameters: $2c$
# against $2hwc$.
#
# By hand: four units 1, 3, 10, 30 in two groups, no $\varepsilon$: -1, 1, -1, 1.
#
# **Predict:** 6 channels, 3 groups. Which channels share a mean with channel 2 (counted from 0)?
#
# Use `ops`: a model will call it, and does not know its batch size then. `ops.reshape` takes
# one -1 for a size that it is to find out. The function stands on your `standardize`.
#
# <details><summary>Hint 1</summary>
#
# `(-1, *x.shape[1:-1], groups, c // groups)` is the shape with one axis more. After that it has
# `len(x.shape) + 1` axes. Which of them are kept?
# </details>
#
# <details><summary>Hint 2</summary>
#
# Reduce all axes but the batch's (0) and the groups' (`len(x.shape) - 1`). gamma and beta
# meet the channels when the axes are together again.
# </details>


# %% tags=["exercise"] exercise="group_norm"
def group_norm(x, gamma, beta, groups, epsilon):
    """Group norm: each sample and each group of neighbouring channels by itself.

    x: (batch, ..., c), channels last, any number of axes; (batch, c) too
    gamma, beta: (c,)
    groups: how many; divides c. As many as channels: instance norm
    returns: an array of the shape of x
    """
    ### BEGIN SOLUTION
    c, rank = x.shape[-1], len(x.shape)
    split = ops.reshape(x, (-1, *x.shape[1:-1], groups, c // groups))
    x_hat = standardize(split, [*range(1, rank - 1), rank], epsilon)
    return gamma * ops.reshape(x_hat, (-1, *x.shape[1:])) + beta
    ### END SOLUTION


# %%
check("group_norm")

# %% [markdown]
# ### Who depends on whom?
#
# Four samples, six channels, maps of 2 by 2 pixels. One number is changed, in sample 0 and
# channel 0. Which outputs move? The picture asks your functions.
#
# **Predict** the five patterns.

# %% tags=["experiment"]
random = np.random.default_rng(0)
x, ones, zeros = random.normal(size=(4, 2, 2, 6)), np.ones(6), np.zeros(6)
changed = x.copy()
changed[0, 0, 0, 0] += 1
maps = np.ones((2, 2, 6))
norms = {
    "batch norm\n(training)": lambda x: batch_norm(x, ones, zeros, [3], 1e-3),
    "batch norm\n(test)": lambda x: batch_norm_in_test(x, zeros, ones, ones, zeros, 1e-3),
    "layer norm\naxis [1, 2, 3]": lambda x: layer_norm(x, maps, 0 * maps, [1, 2, 3], 1e-3),
    "group norm\n3 groups": lambda x: group_norm(x, ones, zeros, 3, 1e-3),
    "instance norm\n6 groups": lambda x: group_norm(x, ones, zeros, 6, 1e-3),
}
moved = {
    name: np.mean(np.abs(np.array(f(changed)) - np.array(f(x))) > 1e-6, axis=(1, 2))
    for name, f in norms.items()
}
normalizations.dependence(moved)
plt.show()

# %% [markdown]
# Only batch norm in training couples the samples of a batch. In test it couples nothing at
# all: a scale and a shift. The other three stay within their sample, in training and in test
# alike, so that they need no flag and no averages.

# %% [markdown]
# ### When group norm wins
#
# UvA: group norm is better than batch norm for small batches, "e.g., < 32", and batch norm
# "cannot work" with batches of one, since $\sigma = 0$. UvA wants batches of 32 at least,
# UNICAMP recommends 2 to 32. Measure. Two small convolutional networks learn 8 by 8 pictures
# of handwritten digits, with batches of 1 to 64. They differ in one stride: in one the last
# maps are 1 by 1 pixels, in the other 2 by 2. All train for the same number of epochs, at a
# rate in proportion to the batch. Points are means over three seeds, bars reach from the
# worst to the best.
#
# A third curve takes the networks with batch norm and gives them your precise statistics. What it
# gains was lost by the averages; the rest was lost in training.
#
# **Predict:** at which batch size do the curves part, in either network? How many values has
# a channel of 2 by 2 pixels in a batch of one? (The cell takes some minutes.)

# %% tags=["experiment"]
(x_digits, y_digits), (x_new, y_new) = data.load("digits")
x_digits, x_new = 2 * x_digits - 1, 2 * x_new - 1


class GroupNorm(keras.layers.Layer):
    """Your group_norm with a gamma and a beta."""

    def __init__(self, groups=4):
        super().__init__()
        self.groups = groups

    def build(self, input_shape):
        self.gamma = self.add_weight(shape=(input_shape[-1],), initializer="ones")
        self.beta = self.add_weight(shape=(input_shape[-1],), initializer="zeros")

    def call(self, x):
        return group_norm(x, self.gamma, self.beta, self.groups, 1e-3)


def trained_net(norm, last_stride, size, seed):
    """Three convolutions, `norm()` behind each: maps of 4 by 4, 2 by 2, and 2 by 2 or 1 by 1."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((8, 8, 1))])
    for stride in (2, 2, last_stride):
        model.add(keras.layers.Conv2D(16, 3, strides=stride, padding="same", use_bias=False))
        model.add(norm())
        model.add(keras.layers.ReLU())
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(10))
    optimizer = keras.optimizers.SGD(0.1 * size / 64, momentum=0.9)
    compile_classifier(model, optimizer, steps_per_execution=20)
    model.fit(x_digits, y_digits, batch_size=size, epochs=1 if QUICK else 3, verbose=0)
    return model


def accuracy_of(model):
    return np.mean(np.argmax(model(x_new), axis=1) == y_new)


sizes = [8, 64] if QUICK else [1, 2, 4, 8, 16, 64]
with figures.use():
    fig, axes = plt.subplots(1, 2, figsize=(10.5, 4), sharey=True, layout="constrained")
for ax, (title, last_stride) in zip(axes, {"1 by 1": 2, "2 by 2": 1}.items()):
    curves = {"group norm": [], "batch norm": [], "batch norm, precise": []}
    for size in sizes:
        found = {name: [] for name in curves}
        for seed in range(1 if QUICK else 3):
            model = trained_net(GroupNorm, last_stride, size, seed)
            found["group norm"].append(accuracy_of(model))
            model = trained_net(lambda: BatchNorm(momentum=0.9), last_stride, size, seed)
            found["batch norm"].append(accuracy_of(model))
            recalibrate(model, np.array_split(x_digits, 10))
            found["batch norm, precise"].append(accuracy_of(model))
        for name, values in found.items():
            curves[name].append(values)
        means = ", ".join(f"{name} {np.mean(values):.2f}" for name, values in found.items())
        print(f"last maps {title}, batches of {size:2d}: {means}", flush=True)
    normalizations.by_size(sizes, curves, "samples in a training batch", "held-out accuracy", ax=ax)
    ax.set_title(f"last maps {title}")
plt.show()

# %% [markdown]
# What counts is not the batch alone but the number of values behind a mean, batch · h · w.
# In the left network the last batch norm has one value of a channel for each sample. With batches
# of one it gives beta, whatever the picture is, and the network guesses; with batches of two
# hardly more than signs are left. There UvA is right, and precise statistics do not mend it: it
# was lost in training. In the right network the same layer has four values a sample, and batches
# of one *work*, some points below group norm. So "cannot work" is for dense outputs and for maps
# of a single pixel.
#
# Group norm does not know the batch: it is no worse at 1 than at 64. From some eight values on,
# batch norm is as good or a little better. Do not take the number with you, though. Pixels of one
# picture resemble each other, so that they count for less than as many pictures: on large
# pictures of a thousand classes batch norm falls behind below 16 pictures already (Wu and He
# 2018), with thousands of pixels in each. UvA's "e.g., < 32" is on the safe side of that. The
# mechanism is the same everywhere, the number is not: measure.

# %% [markdown] tags=["reflection"]
# Batches of one or two are not only a question of taste: detection and segmentation on large
# pictures leave no memory for more (UvA). Your network for that task comes with batch norm and
# good pretrained weights. Name two things that you could do, and what each would cost.

# %% [markdown]
# ## Weight norm
#
# The last one leaves the activations alone. UvA, *Weight normalization* (Salimans and Kingma
# 2016): each unit's weight vector is written as a length times a direction, and both are trained:
#
# $$w = g\, \frac{v}{\|v\|}, \qquad v: (\ldots, \text{units}), \quad g: (\text{units},)$$
#
# The length runs over everything that goes into *one* unit: the inputs of a dense kernel,
# (inputs, units), or window and inputs of a convolution's, (h, w, inputs, units).
#
# By hand: $v = (3, 4)$, $g = 10$. The length is 5, and $w = (6, 8)$. Nothing keeps $g$ positive in
# training: with $g = -10$, $w$ points the other way, $(-6, -8)$.
#
# **Predict:** $v$ is multiplied by 10. What happens to the outputs, and to the gradient of $v$?
#
# Use `ops`: a layer will train through it.
#
# <details><summary>Hint 1</summary>
#
# Which axes of the kernel does the sum of squares run over, so that one number a unit is left?
# </details>
#
# <details><summary>Hint 2</summary>
#
# `list(range(len(v.shape) - 1))` are all axes but the last. And the length is the *root* of the
# sum of squares.
# </details>


# %% tags=["exercise"] exercise="weight_norm"
def weight_norm(v, g):
    """A kernel whose units have the direction of v and the length g.

    v: (inputs, units) or (h, w, inputs, units)
    g: (units,), of either sign
    returns: the kernel, of the shape of v
    """
    ### BEGIN SOLUTION
    axes = list(range(len(v.shape) - 1))
    length = ops.sqrt(ops.sum(ops.square(v), axis=axes))  # (units,)
    return v * (g / length)
    ### END SOLUTION


# %%
check("weight_norm")

# %% [markdown]
# One unit with two weights learns $w = (1, 2)$, by gradient descent on $v$ and $g$ from a $v$
# of length 1, and again from one of length 3 in the same direction. Below: the path of $v$ in
# the plane, with circles through its start, and the error of $w$.
#
# **Predict:** does $v$ move inwards, outwards, or along its circle? Which of the two starts
# learns faster at the same rate?

# %% tags=["experiment"]
random = np.random.default_rng(3)
x = random.normal(size=(200, 2)).astype("float32")
wanted = x @ np.array([[1.0], [2.0]], "float32")


def descend(start, rate=0.1, steps=60):
    """The path of v (steps, 2) and the error of w (steps,)."""
    v, g = tf.Variable(start), tf.Variable([1.0])
    path, errors = [], []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            w = weight_norm(v, g)
            loss = tf.reduce_mean((x @ w - wanted) ** 2)
        path.append(v.numpy()[:, 0])
        errors.append(np.linalg.norm(w[:, 0] - [1.0, 2.0]))
        for weight, slope in zip((v, g), tape.gradient(loss, (v, g))):
            weight.assign_sub(rate * slope)
    return np.array(path), np.array(errors)


direction = np.array([[1.0], [0.0]], "float32")
paths = {f"||v|| = {length} at first": descend(length * direction) for length in (1, 3)}
normalizations.paths(paths)
plt.show()
for name, (path, errors) in paths.items():
    lengths = np.linalg.norm(path, axis=1)
    print(f"{name}: at the end {lengths[-1]:.2f}; error of w after 10 steps {errors[10]:.2f}")

# %% [markdown]
# Each step of $v$ is at right angles to $v$, since its length plays no part. Such a step
# always leads outwards: the length grows, and never shrinks. The longer $v$, the less a step
# turns it: 3 times as long means steps 1 / 3 as large, on a circle 3 times as large. Weight
# norm is a learning rate that brakes by itself. (So is every layer with a norm behind it:
# there, the *kernel's* length plays no part.)
#
# UvA adds that weight norm goes well with a batch norm that only subtracts the mean.
# Layers with random inputs and `g` = 1, with weight norm and mean-only batch norm:

# %% tags=["experiment"]
random = np.random.default_rng(0)
h = random.normal(size=(1_000, 50)).astype("float32")
for layer in range(1, 4):
    kernel = np.array(weight_norm(random.normal(size=(50, 50)).astype("float32"), np.ones(50)))
    z = h @ kernel
    z = z - z.mean(axis=0)  # mean-only batch norm
    print(f"layer {layer}: mean {np.abs(z.mean(axis=0)).max():.2f}, deviation {z.std():.2f}")
    h = np.maximum(z, 0).astype("float32")

# %% [markdown]
# The means are 0 by force. The deviations are near 1 only where the inputs have variance 1
# and are not correlated: behind a ReLU they shrink, layer by layer. Weight norm guesses the
# scale from the weights, batch norm measures it; the guess is free, the same in training and
# test, and not exact.

# %% [markdown]
# ## The same in course_kit
#
# The kit's own layers, and Keras', against yours: the largest difference between the outputs.

# %% tags=["experiment"]
from course_kit import inference, layers

random = np.random.default_rng(0)
x = random.normal(2, 3, size=(8, 6, 6, 12)).astype("float32")
ones, zeros = np.ones(12, "float32"), np.zeros(12, "float32")
whole = np.ones((6, 6, 12), "float32")


def compare(name, yours, theirs):
    yours, theirs = map(ops.convert_to_numpy, (yours, theirs))
    print(f"{name:48s} {np.abs(yours - theirs).max():.0e}")


mine, kit, keras_layer = BatchNorm(), layers.BatchNormalization(), keras.layers.BatchNormalization()
for training in (True, False):
    word = "training" if training else "test"
    yours = mine(x, training=training)
    compare(f"course_kit BatchNormalization, {word}", yours, kit(x, training=training))
    compare(f"keras.layers.BatchNormalization, {word}", yours, keras_layer(x, training=training))
compare("course_kit, moving variance", mine.moving_variance, kit.moving_variance)
yours = layer_norm(x, whole, 0 * whole, [1, 2, 3], 1e-3)
kit = layers.LayerNormalization([1, 2, 3])
compare("course_kit LayerNormalization(axis=[1, 2, 3])", yours, kit(x))
yours = group_norm(x, ones, zeros, 4, 1e-3)
compare("course_kit GroupNormalization(4)", yours, layers.GroupNormalization(4)(x))
yours = group_norm(x, ones, zeros, 12, 1e-3)
compare("course_kit InstanceNormalization()", yours, layers.InstanceNormalization()(x))
dense = layers.WeightNormalization(keras.layers.Dense(5, use_bias=False))
y = dense(x[:, 0, 0])
v, g = map(ops.convert_to_numpy, (dense.layer.kernel, dense.g))
yours = x[:, 0, 0] @ np.array(weight_norm(v, g))
compare("course_kit WeightNormalization(Dense(5))", yours, y)

model = keras.Sequential(
    [
        keras.Input((6, 6, 12)),
        keras.layers.Conv2D(4, 3),
        keras.layers.BatchNormalization(),
        keras.layers.ReLU(),
    ]
)
inference.recalibrate_batch_normalization(model, x, batch_size=3)
convolved = np.array(model.layers[0](x))
mean, variance = precise_statistics([convolved[:3], convolved[3:6], convolved[6:]])
compare("recalibrate_batch_normalization, mean", mean, model.layers[1].moving_mean)
compare("recalibrate_batch_normalization, variance", variance, model.layers[1].moving_variance)
folded, report = inference.fold_batch_normalization(model)
weights = model.layers[0].get_weights() + model.layers[1].get_weights()
compare("fold_batch_normalization, kernel", fold(*weights, 1e-3)[0], folded.layers[0].kernel)
print("\n" + str(report))

# %% [markdown]
# ## What to keep
#
# - All of them are one function, *standardize*, over different axes. To know a norm, ask which
#   numbers share a mean.
# - Batch norm has two faces. In training: the statistics of the batch. In test: moving averages,
#   which approach the *population's* statistics. If test results are odd, look at the flag first,
#   then at the averages (momentum, number of steps), then at the data.
# - After training, precise statistics are better than averages that forget, and they are
#   the only ones after weights were averaged. Pool sums, not means and variances.
# - In test, batch norm is a scale and a shift: fold it. Little arithmetic is saved, and a good
#   deal of time.
# - `axis`: batch norm *keeps* it, layer norm *reduces* it, and gamma and beta run along it in
#   both.
# - Layer, group and instance norm treat each sample by itself: no flag, no averages, any batch
#   size. Group norm wins where batch norm's means are over few values (batch · h · w); with more,
#   batch norm is as good or better. For sequences, layer norm.
