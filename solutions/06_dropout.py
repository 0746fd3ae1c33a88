# %% [markdown] title="Dropout" minutes=75 prerequisites="02_initialization; a dense network trained with `model.fit`"
# Write the whole dropout family yourself: units, feature maps, weights and residual
# branches that fall at random. See why this regularizes, where the factor `1 - rate`
# belongs, and what a vote over many masks knows that a single pass does not.

# %% [markdown]
# ## One letter, two meanings
#
# Everyone agrees on the picture: in training, some units are set to zero at random. But the
# letter $p$ means one thing on one slide and the opposite on the next.
#
# | slide | $p$ is the probability of | its example |
# |---|---|---|
# | Sapienza, Lecture 5, *Dropout regularization*, eq. 6 | dropping | `layers.Dropout(0.5)` |
# | UNICAMP MO434, *Dropout* | dropping | between 0.1 and 0.5 |
# | CityU CS5489, Lecture 10.2, *Dropout* | **keeping** | 0.8 for inputs, 0.5 for hidden units |
# | UvA Deep Learning 1, Lecture 4, *how is it implemented?* | both: it sets units to 0 with $p$, and reweights by $1/p$ | 0.5 |
#
# Nobody is wrong, it is notation; but half of all dropout bugs are born here. In this course
# the name is `rate`, and as in Keras it is **the probability of dropping**. What CityU's
# slide calls $p = 0.8$ is `rate=0.2`.
#
# **How your functions get their randomness.** They do not draw random numbers; they are
# handed `u`, numbers spread evenly over $[0, 1)$. A unit falls where `u < rate` and
# survives where `u >= rate`, so that it falls with probability `rate`. A function whose
# randomness is handed in can be checked to the last digit. Later on, a layer will draw
# the `u` by itself.
#
# **What you write with.** NumPy, `keras.ops` or TensorFlow, as you like. Where your function
# will be used inside a model, the text says so: there it takes `keras.ops`.
#

# %% tags=["setup"]
import os

import matplotlib.pyplot as plt
import numpy as np

from course_kit import check, data, figures, quiet
from course_kit.figures import dropout_family

with quiet.start_up():  # TensorFlow has much to say when it is loaded
    import keras
    from keras import ops

keras.utils.set_random_seed(6)
QUICK = os.environ.get("COURSE_KIT_SMOKE") == "1"  # few epochs, to test that the cells run

# %% [markdown]
# ## Vanilla dropout: find the bug
#
# Sapienza's equations 6 and 7, with $H$ and the mask $M$ of shape (batch, units):
#
# $$\text{training:}\quad \tilde H = H \odot M, \qquad
# M_{ij} = \begin{cases} 0 & \text{with probability rate} \\ 1 & \text{otherwise} \end{cases}$$
#
# $$\text{test:}\quad
# \mathbb{E}[\tilde H] = \text{rate} \cdot 0 + (1 - \text{rate}) \cdot H = (1 - \text{rate})\, H$$
#
# In test there is no mask. Every unit is there, so the next layer would get more than it
# was trained on; the factor puts that right.
#
# The cell below was typed in from CityU's slide *Dropout summary*, with the word `rate` put
# where the slide writes `p`. It runs. With `rate=0.5`, the value in the slide, it is even
# right. **Find the bug and mend it**: there are two lines to change.
#
# **Predict before you change anything:** the cell as it stands is called with `rate=0.2`.
# What share of the units survives in training? What is the test output divided by the mean
# training output?
#
# <details><summary>Hint 1</summary>
#
# Say aloud what each line does at `rate = 0`, where nobody should fall. Then at
# `rate = 0.99`.
# </details>
#
# <details><summary>Hint 2</summary>
#
# In the slide's listing, `p` is the probability of keeping a unit. One line compares with
# that number, one line multiplies by it. What is that number, in terms of `rate`? And
# remember which end of `u` survives here: `u >= rate`.
# </details>


# %% tags=["exercise"] exercise="vanilla_dropout"
def vanilla_dropout(x, u, rate, training):
    """Vanilla dropout: a mask in training, the expected value in test.

    x: activations, any shape, for example (batch, units)
    u: uniform numbers in [0, 1), the shape of x; a unit survives where u >= rate
    rate: probability of dropping, in [0, 1)
    training: True or False
    returns: an array of the shape of x
    """
    ### BEGIN SOLUTION
    keep = u >= rate
    if training:
        return ops.where(keep, x, 0.0)
    return x * (1 - rate)
    ### END SOLUTION
    ### BEGIN STARTER
    # keep = u < rate
    # if training:
    #     return ops.where(keep, x, 0.0)
    # return x * rate
    ### END STARTER


# %%
check("vanilla_dropout")

# %% [markdown]
# Look at it: eight samples of a layer with 24 units, before and after. Every sample has its
# own mask. (UvA's slide speaks of a different architecture for every input *batch*; it is
# a different one for every *sample*.)

# %% tags=["experiment"]
random = np.random.default_rng(0)
x, u = random.normal(size=(8, 24)), random.uniform(size=(8, 24))
figures.masks(x, vanilla_dropout(x, u, 0.25, True), title="vanilla dropout, rate 0.25")
plt.show()

# %% [markdown]
# And now the number behind the two meanings of $p$. What the next layer gets in test should
# be, on average, what it got in training: a ratio of 1. Your function is measured. Beside it
# stand two readings of the slides that go wrong:
#
# - CityU's closing line multiplies the test output by the "dropout probability". Take that
#   for the probability of *dropping* and it is wrong. (With the slide's own $p$, the
#   probability of keeping, it is right.) UvA's factor $1/p$, taken with the $p$ of the line
#   above it, is off by the same ratio.
# - No factor at all.

# %% tags=["experiment"]
random = np.random.default_rng(0)
rates = np.arange(0.1, 0.95, 0.1)
x, u = np.ones((1, 100_000)), random.uniform(size=(1, 100_000))
measured = [
    np.mean(vanilla_dropout(x, u, rate, False)) / np.mean(vanilla_dropout(x, u, rate, True))
    for rate in rates
]
curves = {
    "yours": measured,
    "p mistaken for the other one": rates / (1 - rates),
    "no factor": 1 / (1 - rates),
}
ax = dropout_family.compare(rates, curves, "rate", "test / mean training output", log_y=True)
ax.axhline(1, color="black", linewidth=0.8)
plt.show()
print("p = 0.8 read as a rate of 0.8: off by a factor of", round(0.8 / 0.2, 2))
print("p = 0.2 read the other way round: off by a factor of", round(0.2 / 0.8, 2))

# %% [markdown] tags=["reflection"]
# At which rate do the first two curves meet? Now the cell that you mended: its ratio was 1 at
# *every* rate, since both of its lines had the same mistake. Which test would you write so
# that somebody notices?

# %% [markdown]
# ## Inverted dropout
#
# Scale in training instead, and there is nothing left to do in test. This is what Keras,
# PyTorch and everybody else does today (Sapienza's *inverted dropout*, CityU's second
# listing):
#
# $$\text{training:}\quad \tilde H = \frac{H \odot M}{1 - \text{rate}}
# \qquad\qquad
# \text{test:}\quad
# \mathbb{E}[\tilde H] = \text{rate} \cdot 0 + (1 - \text{rate}) \frac{H}{1 - \text{rate}} = H$$
#
# By hand: four units, `rate = 0.75`. One survives, and has to stand in for all four. It
# becomes $x / 0.25 = 4x$.
#
# **Predict:** with `rate = 0.9`, how large are the survivors? What does that do to the noise
# that the next layer sees?
#
# Use `ops` here, as in the cell above: your layer will call this function inside a model.
#
# <details><summary>Hint 1</summary>
#
# Three cases: not training; training and survived; training and dropped. What is the result
# in each?
# </details>
#
# <details><summary>Hint 2</summary>
#
# `ops.where(condition, a, b)` takes `a` where the condition holds and `b` elsewhere. In test
# neither `u` nor `rate` plays a part.
# </details>


# %% tags=["exercise"] exercise="inverted_dropout"
def inverted_dropout(x, u, rate, training):
    """Inverted dropout: survivors grow in training, nothing happens in test.

    x: activations, any shape, for example (batch, units)
    u: uniform numbers in [0, 1), the shape of x; a unit survives where u >= rate
    rate: probability of dropping, in [0, 1)
    training: True or False
    returns: an array of the shape of x
    """
    ### BEGIN SOLUTION
    if not training:
        return x
    return ops.where(u >= rate, x / (1 - rate), 0.0)
    ### END SOLUTION


# %%
check("inverted_dropout")

# %% [markdown]
# CityU's slide follows a single unit, $a = w_1 x_1 + w_2 x_2$, through its four masks. Here
# is one with twenty inputs and 5,000 masks. The upper row is the sum $a$, the lower row is
# what a ReLU makes of it.
#
# **Predict:** above, the solid line (mean over masks) and the dashed line (test output)
# coincide, up to the chance in 5,000 masks: that is your factor at work. Will they coincide
# below, after the ReLU?

# %% tags=["experiment"]
random = np.random.default_rng(4)
x, w = random.uniform(0, 1, size=20), random.normal(size=20)
w = w + (0.5 - w @ x) / x.sum()  # so that the sum with no mask is 0.5
repeated, u = np.tile(x, (5_000, 1)), random.uniform(size=(5_000, 20))
samples = {
    f"rate {rate}": np.array(inverted_dropout(repeated, u, rate, True)) @ w
    for rate in (0.2, 0.5, 0.8)
}
dropout_family.sums(samples, desired=w @ x)
plt.show()

# %% [markdown] tags=["reflection"]
# The expected value is kept exactly before the ReLU, and not after it. So in a deep network
# a single pass in test is only an *approximation* to the mean over all masks. At which rate
# is it worst, and why? (You will compare the two below, on a trained network.)

# %% [markdown]
# ## A layer that draws its own masks
#
# A layer needs three things more than the function:
#
# - **its own random numbers**. A `keras.random.SeedGenerator` keeps a state that moves on at
#   every call. (The plain number `seed`, handed to `keras.random.uniform`, would give the
#   *same* mask at every call.)
# - **the shape of what comes in**, with the batch: `ops.shape(x)`.
# - **the training flag**. `model.fit` calls the layer with `training=True`, `model.predict`
#   with `training=False`. You only have to hand it on.
#
# Inside `fit`, `x` is a symbol: it has a shape but no numbers yet. NumPy cannot work on it,
# `ops` can. If `fit` complains, look for `np.` in `inverted_dropout` too.
#
# **Predict:** what would you see in the training loss if the layer drew one mask when it is
# made, and used it for ever?
#
# <details><summary>Hint 1</summary>
#
# One line in `__init__` makes the generator and keeps it on `self`. Two lines in `call`: draw
# `u`, and let the function that you have written do the rest.
# </details>
#
# <details><summary>Hint 2</summary>
#
# `keras.random.uniform(shape, seed=...)` takes a generator as its seed. Each unit of each
# sample needs a number of its own.
# </details>


# %% tags=["exercise"] exercise="dropout_layer"
class InvertedDropout(keras.layers.Layer):
    """Inverted dropout that draws a new mask at every call.

    rate: probability of dropping, in [0, 1)
    seed: a number, for masks that can be repeated; None for others each time
    """

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        ### BEGIN SOLUTION
        self.seed_generator = keras.random.SeedGenerator(seed)
        ### END SOLUTION

    def call(self, x, training=False):
        """x: (batch, ...) -> the same shape."""
        ### BEGIN SOLUTION
        u = keras.random.uniform(ops.shape(x), seed=self.seed_generator)
        return inverted_dropout(x, u, self.rate, training)
        ### END SOLUTION


# %%
check("dropout_layer")

# %% [markdown]
# ### Does it regularize?
#
# The data: MNIST-1D, little drawings of digits as curves of 40 numbers. The network: two
# hidden layers of 256 units, some 80,000 weights. The training set: 1,000 samples. It can be
# learned by heart many times over.
#
# **Predict** the four curves: training and held-out loss, without and with dropout of rate
# 0.5. Which of the four is the lowest at the end? Which rises? Then run the cell; it takes
# about half a minute.

# %% tags=["experiment"]
(x_train, y_train), (x_held, y_held) = data.load("mnist1d")
x_train, y_train = x_train[:1_000], y_train[:1_000]


def dense_net(inputs, rate):
    """Two hidden layers of 256 units, your dropout behind each; logits of ten classes."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((inputs,)),
            keras.layers.Dense(256, activation="relu"),
            InvertedDropout(rate, seed=1),
            keras.layers.Dense(256, activation="relu"),
            InvertedDropout(rate, seed=2),
            keras.layers.Dense(10),
        ]
    )
    compile_classifier(model)
    return model


def compile_classifier(model):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss, metrics=["accuracy"])


class Progress(keras.callbacks.Callback):
    """One line every 20 epochs."""

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % 20 == 0:
            numbers = f"loss {logs['loss']:.3f}, held-out loss {logs['val_loss']:.3f}"
            print(f"  epoch {epoch + 1}: {numbers}, accuracy {logs['val_accuracy']:.3f}")


def fit(model, epochs):
    return model.fit(
        x_train,
        y_train,
        validation_data=(x_held, y_held),
        validation_batch_size=1_000,
        batch_size=50,
        epochs=3 if QUICK else epochs,
        callbacks=[Progress()],
        verbose=0,
    )


histories, networks = {}, {}
for rate in (0.0, 0.5):
    print(f"rate {rate}")
    networks[rate] = dense_net(40, rate)
    histories[rate] = fit(networks[rate], epochs=100)

with figures.use():
    fig, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
for ax, (rate, history) in zip(axes, histories.items()):
    figures.learning_curves(history, ax=ax)
    ax.set_title(f"rate {rate}: held-out accuracy {history.history['val_accuracy'][-1]:.2f}")
plt.show()

# %% [markdown]
# Without dropout the training loss goes to zero, and the held-out loss turns round after
# some ten epochs and climbs: the network grows ever surer of wrong answers. With dropout it
# falls for some seventy epochs, to a lower value, and hardly climbs after that. The training
# loss is *higher* with dropout: it is measured on networks with half of their units missing.
# So do not compare training losses to see whether dropout helps.

# %% [markdown] tags=["reflection"]
# With dropout the held-out loss lies *below* the training loss in the first epochs. How can
# a network do better on samples that it has never seen? (Which of the two losses is measured
# with masks?)

# %% [markdown]
# ### Co-adaptation, measured
#
# UvA calls it *co-adaptation* when hidden units behave in a highly correlated way, and says
# that dropout resolves it; CityU when a unit helps only in the company of certain others. Both
# can be measured. The first: the mean correlation between two units of the second hidden
# layer. The second: take units away from the trained network (the others grow by
# $1 / (1 - \text{share})$), and see what is left of its accuracy.
#
# **Predict:** which of the two numbers will dropout change more?

# %% tags=["experiment"]
random = np.random.default_rng(0)
shares = np.array([0.0, 0.25, 0.5, 0.75, 0.9])
repetitions = 2 if QUICK else 20
left = {}
for rate, network in networks.items():
    *below, last = network.layers
    hidden = np.array(keras.Sequential(below)(x_held, training=False))
    active = hidden[:, hidden.std(axis=0) > 1e-6]
    correlations = np.corrcoef(active.T)[np.triu_indices(active.shape[1], k=1)]
    print(f"rate {rate}: mean |correlation| of two units {np.abs(correlations).mean():.2f}")
    accuracies = []
    for share in shares:
        right = []
        for _ in range(repetitions):
            units = random.uniform(size=256) >= share  # the same for all samples
            logits = last(hidden * units.astype("float32") / (1 - share))
            right.append(np.mean(np.argmax(logits, axis=1) == y_held))
        accuracies.append(np.mean(right))
    left[f"trained with rate {rate}"] = accuracies

dropout_family.compare(shares, left, "share of hidden units taken away", "held-out accuracy")
plt.show()

# %% [markdown] tags=["reflection"]
# The correlations hardly change; what changes is how much the network misses its units. What
# does that say about the two descriptions of co-adaptation? And be fair: which of the two
# networks has practised what was measured here?

# %% [markdown]
# ## Spatial dropout
#
# In a convolutional layer, plain dropout removes single channels of single pixels
# (Sapienza, last slide on dropout). Their neighbours are still there, and say nearly the
# same. Spatial dropout removes whole feature maps: with $x$ of shape (batch, h, w, c) there
# is one number $u$ for each sample and channel,
#
# $$\tilde x_{i,h,w,c} = \begin{cases}
# x_{i,h,w,c} / (1 - \text{rate}) & u_{i,c} \ge \text{rate} \\ 0 & \text{otherwise}
# \end{cases}$$
#
# **Predict:** a batch of 32 pictures, 16 maps of 28 by 28 pixels. How many random numbers
# does plain dropout need, how many spatial dropout?
#
# <details><summary>Hint 1</summary>
#
# `u` has the shape (batch, c). Before it can meet `x`, it needs axes of length one where `x`
# has its height and its width.
# </details>
#
# <details><summary>Hint 2</summary>
#
# `u[:, None]` puts a new axis of length one after the first. Print the shape of your mask:
# it should read (batch, 1, 1, c).
# </details>


# %% tags=["exercise"] exercise="spatial_dropout"
def spatial_dropout(x, u, rate):
    """Inverted dropout of whole feature maps, as in training.

    x: feature maps, (batch, h, w, c)
    u: uniform numbers in [0, 1), (batch, c); a map survives where u >= rate
    rate: probability of dropping, in [0, 1)
    returns: an array of the shape of x
    """
    ### BEGIN SOLUTION
    keep = u[:, None, None, :] >= rate  # (batch, 1, 1, c)
    return ops.where(keep, x / (1 - rate), 0.0)
    ### END SOLUTION


# %%
check("spatial_dropout")

# %% [markdown]
# A photograph and six feature maps of it: a blur, edges in two directions, and the same at
# a coarser scale. First the maps under spatial dropout. Then one map, the coarse blur, under
# plain dropout: below it, every lost pixel is filled with the mean of those of its eight
# neighbours that are left.
#
# **Predict:** at rate 0.5, how much of what plain dropout has removed can the neighbours
# tell?

# %% tags=["experiment"]
from scipy import ndimage
from sklearn.datasets import load_sample_image

photo = load_sample_image("china.jpg").mean(axis=2)[60:380:4, 150:470:4] / 255
maps = [
    np.maximum(0, f(photo, s))
    for s in (1, 2)
    for f in (
        lambda image, s: ndimage.gaussian_filter(image, s),
        lambda image, s: 4 * s * ndimage.gaussian_filter(image, s, order=(1, 0)),
        lambda image, s: 4 * s * ndimage.gaussian_filter(image, s, order=(0, 1)),
    )
]
x = np.stack(maps, axis=-1)[None]  # (1, 80, 80, 6)

random = np.random.default_rng(1)
dropped = np.array(spatial_dropout(x, random.uniform(size=(1, 6)), 0.5))
figures.masks(x[0], dropped[0], title="spatial dropout, rate 0.5")
plt.show()

one = x[0, :, :, 3]
plain = {
    f"plain, rate {rate}": np.where(random.uniform(size=one.shape) >= rate, one, np.nan)
    for rate in (0.5, 0.8)
}
dropout_family.guesses({**plain, "spatial, map dropped": np.full(one.shape, np.nan)}, one)
plt.show()

# %% [markdown]
# Plain dropout on a smooth map is noise that the next 3 by 3 convolution averages away: the
# neighbours explain nearly all of what is gone, and at rate 0.8 still most of it. Of a map
# that is gone as a whole, its own pixels tell nothing.

# %% [markdown] tags=["reflection"]
# Look at channels 0 and 3 of the photograph. If one of them is dropped, can the next layer
# still guess it? What does spatial dropout therefore encourage the maps to be? And in which
# layers of a convolutional network would you still use plain dropout: who is whose neighbour
# after the global average pooling?

# %% [markdown]
# ## DropConnect
#
# Drop weights instead of units. Sapienza writes $\tilde H = \phi((W \odot M)\, x)$. The
# UNICAMP slide has the same in mind under the name of dropout: taken by its formula, it is
# *weights* that go to zero at random. With the scale of inverted dropout, in Keras'
# order of axes, and before the activation $\phi$:
#
# $$\tilde H = x \left( \frac{W \odot M}{1 - \text{rate}} \right) + b, \qquad
# x: (\text{batch}, \text{inputs}), \quad W, M: (\text{inputs}, \text{units}), \quad
# b: (\text{units},)$$
#
# One mask serves the whole batch, and the bias stays as it is.
#
# **Predict:** dropout of this layer's *inputs* zeroes entries of $W$ too, in effect. Which
# pattern do its zeros form in the matrix $W$?
#
# <details><summary>Hint 1</summary>
#
# It is a dense layer with another kernel. Make that kernel first; which of your functions
# does it?
# </details>
#
# <details><summary>Hint 2</summary>
#
# With all weights dropped, the output must be the bias itself: not zero, and not scaled. Add
# it last.
# </details>


# %% tags=["exercise"] exercise="drop_connect"
def drop_connect(x, kernel, bias, u, rate):
    """A dense layer whose weights are dropped, as in training; no activation.

    x: (batch, inputs)
    kernel: (inputs, units)
    bias: (units,)
    u: uniform numbers in [0, 1), (inputs, units); a weight survives where u >= rate
    rate: probability of dropping a weight, in [0, 1)
    returns: (batch, units)
    """
    ### BEGIN SOLUTION
    kept = inverted_dropout(kernel, u, rate, training=True)
    return ops.matmul(x, kept) + bias
    ### END SOLUTION


# %%
check("drop_connect")

# %% [markdown]
# Two units whose weights are much alike, 500 masks. On the left, dropout of the inputs: a
# lost input is lost for both units. On the right, DropConnect: each unit loses its own
# weights. The cross is the dense layer with no mask.
#
# **Predict:** which cloud is long and thin, and which is round?

# %% tags=["experiment"]
random = np.random.default_rng(0)
x = random.uniform(0, 1, size=(1, 30)).astype("float32")
first = random.normal(size=(30, 1))
kernel = np.hstack([first, first + 0.3 * random.normal(size=(30, 1))]).astype("float32")
bias = np.zeros(2, "float32")

units, weights = [], []
for _ in range(500):
    kept = np.array(inverted_dropout(x, random.uniform(size=x.shape), 0.5, True))
    units.append((kept @ kernel + bias)[0])
    weights.append(np.array(drop_connect(x, kernel, bias, random.uniform(size=(30, 2)), 0.5))[0])
clouds = {"dropout": np.array(units), "DropConnect": np.array(weights)}
dropout_family.pairs(clouds, desired=(x @ kernel + bias)[0])
plt.show()
print("standard deviations, dropout    ", clouds["dropout"].std(axis=0).round(2))
print("standard deviations, DropConnect", clouds["DropConnect"].std(axis=0).round(2))

# %% [markdown] tags=["reflection"]
# For a single unit the two methods are the same noise: the standard deviations agree. What
# differs is what two units have in common. Why does DropConnect need more random numbers, and
# is there a price in memory if each sample is to have its own mask?

# %% [markdown]
# ## Monte Carlo prediction
#
# Dropout trains very many networks at once, with shared weights; CityU's slide names two ways
# to let them vote. One is the single pass with dropout switched off. The other is to
# draw 10 to 20 masks in test as well, predict with each, and average. With
# $z^{(k)} = f(x, u_k)$ the logits (batch, classes) under mask $k$ of $K$:
#
# $$p^{(k)} = \text{softmax}(z^{(k)}), \qquad
# \bar p = \frac{1}{K} \sum_{k=1}^{K} p^{(k)}, \qquad
# s = \sqrt{\frac{1}{K} \sum_{k=1}^{K} \left( p^{(k)} - \bar p \right)^2}$$
#
# The **probabilities** are averaged, not the logits; the spread $s$ says how far the
# sub-networks disagree. By hand: one mask says 0.9, the other 0.5. Mean 0.7, spread 0.2.
#
# **Predict:** two masks, logits $(6, 0)$ and $(-2, 0)$. What is the mean probability of the
# first class? What would averaging the logits give? (The cell after the check says.)
#
# <details><summary>Hint 1</summary>
#
# Collect one array (batch, classes) for each row of `uniforms`. Stacked, they have the shape
# (masks, batch, classes). Over which axis do you average?
# </details>
#
# <details><summary>Hint 2</summary>
#
# `ops.softmax` turns logits into probabilities along the last axis; `np.stack` takes a list.
# `np.mean` and `np.std` both know `axis`, and `np.std` divides by the number of masks as
# the formula does.
# </details>


# %% tags=["exercise"] exercise="monte_carlo_predict"
def monte_carlo_predict(forward, x, uniforms):
    """Mean and spread of the probabilities over masks.

    forward: a function; forward(x, u) gives logits (batch, classes) under the mask of u
    x: a batch, (batch, ...)
    uniforms: (masks, ...), one u for each mask; call `forward` once for each
    returns: mean (batch, classes), spread (batch, classes): the standard deviation
    """
    ### BEGIN SOLUTION
    probabilities = np.stack([ops.softmax(forward(x, u)) for u in uniforms])
    # (masks, batch, classes) -> (batch, classes)
    return probabilities.mean(axis=0), probabilities.std(axis=0)
    ### END SOLUTION


# %%
check("monte_carlo_predict")

# %% tags=["experiment"]
two = np.array([[[6.0, 0.0]], [[-2.0, 0.0]]])  # (masks, batch, classes)
mean, spread = monte_carlo_predict(lambda x, u: two[u], x=None, uniforms=[0, 1])
print("average of the probabilities:", np.round(mean, 2)[0], "spread", np.round(spread, 2)[0])
print("softmax of the average logit:", np.round(ops.softmax(two.mean(axis=0)), 2)[0])

# %% [markdown]
# One loud voice, a logit of 6, outshouts the other when logits are averaged. A vote counts
# each sub-network once.
#
# ### The ensemble view
#
# Back to the network that was trained with rate 0.5. `forward` runs it with given masks: the
# same mask for the whole batch, so that each row of `uniforms` is one sub-network out of
# $2^{512}$. How well does *one* of them do? How many votes does it take to catch up with the
# full network?

# %% tags=["experiment"]
first, second, last = (networks[0.5].layers[i] for i in (0, 2, 4))


def forward(x, u):
    """Logits of the sub-network that u (512,) picks."""
    u = np.broadcast_to(u, (len(x), 512))
    hidden = inverted_dropout(first(x), u[:, :256], 0.5, training=True)
    hidden = inverted_dropout(second(hidden), u[:, 256:], 0.5, training=True)
    return last(hidden)


random = np.random.default_rng(0)
uniforms = random.uniform(size=(10 if QUICK else 100, 512)).astype("float32")
each = np.stack([np.array(monte_carlo_predict(forward, x_held, [u])[0]) for u in uniforms])

one_pass = np.array(ops.softmax(networks[0.5](x_held, training=False)))
counts = [1, 2, 5, 10] if QUICK else [1, 2, 5, 10, 20, 50]
accuracies = [
    [np.mean(random.permutation(each)[:n].mean(axis=0).argmax(axis=1) == y_held) for n in counts]
    for _ in range(10)
]
dropout_family.votes(counts, accuracies, one_pass=np.mean(one_pass.argmax(axis=1) == y_held))
plt.show()

# %% [markdown]
# A single sub-network is poor: half of its units are gone. Ten or twenty of them together,
# CityU's numbers, are about as good as the single full pass, which costs no more than one of
# them. So for accuracy alone the single pass is a bargain. What else do the votes give?
#
# ### Do they know what they do not know?
#
# A prediction is *calibrated* if, of all answers given with confidence 0.8, eight in ten are
# right. Dots on the diagonal: calibrated. Below: too sure of itself.
#
# **Predict:** three networks to be judged: trained without dropout; with dropout, one pass;
# with dropout, mean over masks. Which one is the surest, and which one deserves to be?

# %% tags=["experiment"]
without = np.array(ops.softmax(networks[0.0](x_held, training=False)))
mean, spread = (np.array(a) for a in monte_carlo_predict(forward, x_held, uniforms))

with figures.use():
    fig, axes = plt.subplots(1, 3, figsize=(12.5, 4.4), layout="constrained")
judged = {"no dropout": without, "one pass": one_pass, "masks": mean}
for ax, (name, probabilities) in zip(axes, judged.items()):
    figures.reliability_diagram(probabilities, y_held, ax=ax, label=name)
    ax.set_title(name)
    ax.legend(loc="lower right", fontsize=7)
plt.show()
for name, probabilities in judged.items():
    surprise = -np.log(np.maximum(probabilities[np.arange(len(y_held)), y_held], 1e-12)).mean()
    confidence = probabilities.max(axis=1).mean()
    print(f"{name:10s} mean confidence {confidence:.2f}, held-out cross-entropy {surprise:.2f}")

# %% [markdown]
# Without dropout the network is right less than half of the time, at a mean confidence above
# 0.8. Dropout closes most of that gap, and averaging over masks most of the rest: the
# cross-entropy falls a little although the accuracy does not rise. It is no law, though. A
# network that is calibrated already becomes too *modest* by averaging; train for 40 epochs
# instead of 100 and look.
#
# A last look at the spread. A second network is trained on the 8 by 8 digits. Then one of
# them, a six that it has never seen, is turned by half a circle. The lines are the means over
# masks, the bands reach one spread to either side.
#
# **Predict:** what will it be called at 180°? And where should the bands be widest?

# %% tags=["experiment"]
(x_digits, y_digits), (x_new, y_new) = data.load("digits")
digits_net = dense_net(64, rate=0.5)
digits_net.fit(
    x_digits.reshape(-1, 64), y_digits, batch_size=64, epochs=2 if QUICK else 30, verbose=0
)
first, second, last = (digits_net.layers[i] for i in (0, 2, 4))  # `forward` uses these

angles = np.arange(0, 181, 15)
six = x_new[y_new == 6][3, :, :, 0]
turned = np.stack([ndimage.rotate(six, a, reshape=False, order=1) for a in angles])
turned = turned.clip(0, 1).astype("float32")
mean, spread = monte_carlo_predict(forward, turned.reshape(-1, 64), uniforms)
dropout_family.turning(turned, angles, mean, spread, top=4)
plt.show()

# %% [markdown] tags=["reflection"]
# The bands are wide where one name gives way to another. But a quarter turn makes no digit at
# all, and there the sub-networks agree and are sure. What does a small spread tell you, and
# what does it not?

# %% [markdown]
# ## Stochastic depth
#
# In a residual network, drop whole branches. With the shortcut $x$ and the branch $F(x)$, both
# of shape (batch, ...), and one draw $b_i \in \{0, 1\}$ for each sample $i$, which is 0 with
# probability rate (CityU, *Stochastic Depth*; Huang et al. 2016):
#
# $$\text{training:}\quad y_i = x_i + b_i\, F(x)_i
# \qquad\qquad
# \text{test:}\quad y = x + (1 - \text{rate})\, F(x)$$
#
# The slide counts *survival* probabilities, ours are $1 - \text{survival}$. This is the
# vanilla form: it scales in test. Most libraries scale the branch in training instead, and
# you know by now why that is the same on average.
#
# Early blocks are needed by all later ones, so the rates grow with depth, on a straight line
# from 0 at the input to `last` at the last of $L$ blocks:
# $\text{rate}_l = \frac{l}{L}\, \text{last}$ for $l = 1, \dots, L$. By hand, four blocks and
# last = 0.8: 0.2, 0.4, 0.6, 0.8.
#
# **Predict:** 16 blocks, last = 0.8. How many branches are alive in a training step, on
# average?
#
# Use `ops` for `stochastic_depth`: a model will call it.
#
# <details><summary>Hint 1</summary>
#
# `u` has one number a sample, (batch,). Its mask needs as many axes as `x`, all but the first
# of length one, whatever the number of axes is.
# </details>
#
# <details><summary>Hint 2</summary>
#
# `ops.reshape(mask, [-1] + [1] * (len(x.shape) - 1))` does that. The shortcut has no factor,
# in training or in test. For the rates, count the blocks from 1.
# </details>


# %% tags=["exercise"] exercise="stochastic_depth"
def stochastic_depth(x, branch, u, rate, training):
    """A residual sum whose branch falls, sample by sample.

    x, branch: the shortcut and the branch's output, both (batch, ...)
    u: uniform numbers in [0, 1), (batch,); a sample keeps its branch where u >= rate
    rate: probability of dropping the branch, in [0, 1)
    training: True or False
    returns: an array of the shape of x
    """
    ### BEGIN SOLUTION
    if not training:
        return x + (1 - rate) * branch
    keep = ops.reshape(u >= rate, [-1] + [1] * (len(x.shape) - 1))  # (batch, 1, ..., 1)
    return x + ops.where(keep, branch, 0.0)
    ### END SOLUTION


def depth_rates(blocks, last):
    """Dropping rates that grow with depth: (blocks,) numbers, the last one is `last`."""
    ### BEGIN SOLUTION
    return last * np.arange(1, blocks + 1) / blocks
    ### END SOLUTION


# %%
check("stochastic_depth")

# %% [markdown]
# Two residual networks of 16 blocks learn the 1,000 samples of above; one has rates that grow
# to 0.8. Then blocks are taken out of the trained networks at random.
#
# **Predict:** which network misses its blocks more? And will the epochs of stochastic depth
# be shorter, as CityU's slide says? (Look at what your function computes for a sample that
# loses its branch.)

# %% tags=["experiment"]
import time


class Block(keras.layers.Layer):
    """x + F(x) with your stochastic depth; F is two dense layers."""

    def __init__(self, rate, width=64, blocks=16, seed=None):
        super().__init__()
        small = keras.initializers.VarianceScaling(1 / blocks)  # so that 16 sums stay in range
        self.rate = rate
        self.up = keras.layers.Dense(width, activation="relu", kernel_initializer="he_normal")
        self.down = keras.layers.Dense(width, kernel_initializer=small)
        self.draws = keras.random.SeedGenerator(seed)

    def call(self, x, training=False):
        u = keras.random.uniform([ops.shape(x)[0]], seed=self.draws)
        return stochastic_depth(x, self.down(self.up(x)), u, self.rate, training)


def accuracy_without(model, blocks):
    """Held-out accuracy when the blocks (a set) are skipped."""
    x = ops.convert_to_tensor(x_held)
    for layer in model.layers:
        if layer not in blocks:
            x = layer(x)  # nobody trains here: no mask
    return np.mean(np.argmax(x, axis=1) == y_held)


random = np.random.default_rng(0)
removed, left = np.array([0, 1, 2, 4, 6, 8, 12]), {}
for last_rate in (0.0, 0.8):
    keras.utils.set_random_seed(0)
    rates = depth_rates(16, last_rate)
    blocks = [Block(float(rate), seed=depth) for depth, rate in enumerate(rates)]
    deep = keras.Sequential(
        [keras.Input((40,)), keras.layers.Dense(64), *blocks, keras.layers.Dense(10)]
    )
    compile_classifier(deep)
    alive = np.sum(1 - np.array(rates))
    print(f"last rate {last_rate}: {alive:.1f} of 16 branches alive on average")
    start = time.perf_counter()
    history = fit(deep, epochs=40)
    seconds = (time.perf_counter() - start) / len(history.epoch)
    print(f"  {seconds:.2f} seconds an epoch")
    left[f"last rate {last_rate}"] = [
        np.mean(
            [
                accuracy_without(deep, set(random.permutation(blocks)[:count]))
                for _ in range(2 if QUICK else 10)
            ]
        )
        for count in removed
    ]

dropout_family.compare(removed, left, "blocks taken out, of 16", "held-out accuracy")
plt.show()

# %% [markdown]
# The network that was trained to do without its blocks can do without several of them. The
# epochs are not shorter: each branch is computed for the whole batch, and then set to zero
# for some samples. Time is saved only where a dropped branch is *really not computed*, as in the
# paper, which draws once for the whole batch and skips the block.

# %% [markdown] tags=["reflection"]
# Compare the two pictures, of hidden units taken away and of blocks taken out. What do
# dropout and stochastic depth have in common? Which of the two would you put into a residual
# network, and where?

# %% [markdown]
# ## The same in course_kit
#
# The kit's own layers, and Keras', do what you have written. For each layer: the share of
# zeros in training, the mean in training (should be 1), the output in test.

# %% tags=["experiment"]
from course_kit import layers

ones = np.ones((200, 10, 10, 20), "float32")
for name, layer in {
    "yours": InvertedDropout(0.3, seed=0),
    "keras.layers.Dropout": keras.layers.Dropout(0.3, seed=0),
    "course_kit Dropout": layers.Dropout(0.3, seed=0),
    "course_kit Dropout, vanilla": layers.Dropout(0.3, seed=0, scaling="vanilla"),
    "course_kit SpatialDropout2D": layers.SpatialDropout2D(0.3, seed=0),
    "course_kit StochasticDepth": layers.StochasticDepth(0.3, seed=0),
}.items():
    training, test = np.array(layer(ones, training=True)), np.array(layer(ones, training=False))
    zeros = f"zeros {np.mean(training == 0):.2f}"
    print(f"{name:28s} {zeros}, mean {training.mean():.2f}, test {test.mean():.2f}")

# %% [markdown]
# ## What to keep
#
# - `rate` is the probability of **dropping**. When you read a paper or a slide, find out
#   first which $p$ it means; try the code at `rate = 0`, where nothing may happen.
# - Scale once: survivors by $1 / (1 - \text{rate})$ in training (inverted), or everything by
#   $1 - \text{rate}$ in test (vanilla). Never both.
# - What falls is a choice: units (dense layers), whole maps (convolutions), weights
#   (DropConnect), branches (residual networks). Drop what the rest cannot easily guess.
# - One pass without masks is a cheap stand-in for the vote of all sub-networks. The vote
#   itself costs more and gives a better idea of how sure to be: average probabilities, not
#   logits.
# - Dropout raises the *training* loss. Judge it by the held-out loss.
