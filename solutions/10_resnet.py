# %% [markdown] title="Residual networks" minutes=80 prerequisites="07_normalization; 09_vgg, or any convolutional network in Keras"
# Write the residual block, its gradient, its shortcut and a builder of your own. Then train
# your networks, 20 and 56 layers deep, with skips and without, and see that a deeper network
# can be worse on the very samples that it is trained on, and what a sum does about it.

# %% [markdown]
# ## Deeper ought to be no worse
#
# Sapienza, Lecture 5, *Residual connections*, argues like this. Take a network $h(x)$ that
# does well, and put more layers $g$ behind it. The deeper network $g(h(x))$ cannot be worse:
# $g$ only has to learn the identity, $g(x) \approx x$. And then shows figure 1 of He et al.:
# 56 layers, worse than 20, **on the training set**. So the deeper network does not overfit. It
# fails to find what is there to be found. This is called degradation, and by the end of this
# lab your own networks will show it.
#
# The remedy is equation 11 of that slide. Let the layers learn only what is to be *added*:
#
# $$r(x) = f(x) + x$$
#
# If nothing is to be added, the weights of $f$ just have to be zero.
#
# **How your answers are checked.** The checks put weights of their own into your layers and
# compare with the same block written in NumPy. That is why the texts name some attributes,
# such as `conv1`: the checks look for them there.

# %% tags=["setup"]
import os

import matplotlib.pyplot as plt
import numpy as np

from course_kit import check, data, figures, quiet
from course_kit.figures import residual_nets

with quiet.start_up():  # TensorFlow has much to say when it is loaded
    import keras
    from keras import ops

keras.utils.set_random_seed(10)
QUICK = os.environ.get("COURSE_KIT_SMOKE") == "1"  # few epochs, to test that the cells run

# %% [markdown]
# ## The sum: find the bug
#
# First the block without convolutions: two dense layers, with $x$ of shape (batch, units).
#
# $$F(x) = \text{relu}(x W_1 + b_1)\, W_2 + b_2, \qquad y = \text{relu}(x + F(x))$$
#
# The slide's equation ends with the sum; its figure 10 has one more ReLU *behind* the sum, as
# in the paper, and so has this lab.
#
# The cell below runs as long as $W_1$ is square. It even gives the right answer for some
# inputs. **Find the bug and mend it**: two lines are at fault, each with a mistake of its own.
#
# **Predict before you change anything:** with $W_2 = 0$ and $b_2 = 0$ the block should hand
# on $\text{relu}(x)$. What does the cell as it stands hand on?
#
# <details><summary>Hint 1</summary>
#
# Read the cell as Python does, line by line. At the last line, what does the name `x` stand
# for? And why does a hidden layer of another width make it fail?
# </details>
#
# <details><summary>Hint 2</summary>
#
# The last ReLU sees the whole sum. If only $F$ goes through it, the block can never take
# anything away from $x$.
# </details>


# %% tags=["exercise"] exercise="residual_sum"
def residual_sum(x, w1, b1, w2, b2):
    """A residual block of two dense layers: relu(x + F(x)).

    x: (batch, units)
    w1, b1: (units, hidden) and (hidden,)
    w2, b2: (hidden, units) and (units,)
    returns: (batch, units)
    """
    ### BEGIN SOLUTION
    hidden = ops.relu(x @ w1 + b1)
    return ops.relu(x + hidden @ w2 + b2)
    ### END SOLUTION
    ### BEGIN STARTER
    # x = ops.relu(x @ w1 + b1)
    # return x + ops.relu(x @ w2 + b2)
    ### END STARTER


# %%
check("residual_sum")

# %% [markdown]
# What does a sum do for a signal? Fifty random inputs of 64 numbers go through 40 blocks. All
# weights are random and small, as in a network that has not learned yet. After each block, the
# cell takes the cosine of the angle between two inputs, averaged over all pairs: at 1 all of
# them point the same way, and no layer behind can tell them apart.
#
# **Predict:** after how many blocks do fifty different inputs look the same, without the sum?

# %% tags=["experiment"]
random = np.random.default_rng(0)
deviation = 0.25 * np.sqrt(2 / 64)  # a quarter of He's


def mean_cosine(x):
    """The mean cosine between two rows of x."""
    x = x / np.linalg.norm(x, axis=1, keepdims=True)
    return np.mean((x @ x.T)[np.triu_indices(len(x), k=1)])


signals = {"with the sum": random.normal(size=(50, 64))}
signals["without"] = signals["with the sum"]
cosines = {name: [mean_cosine(x)] for name, x in signals.items()}
for _ in range(40):
    w1, w2 = deviation * random.normal(size=(2, 64, 64))
    zero = np.zeros(64)
    signals["with the sum"] = np.array(residual_sum(signals["with the sum"], w1, zero, w2, zero))
    signals["without"] = np.maximum(np.maximum(signals["without"] @ w1, 0) @ w2, 0)
    for name, x in signals.items():
        cosines[name].append(mean_cosine(x))

residual_nets.by_depth(cosines, "blocks passed", "mean cosine of two inputs")
plt.show()
print({name: round(float(values[-1]), 2) for name, values in cosines.items()})

# %% [markdown] tags=["reflection"]
# The slide says that $g(x) \approx x$ would be enough. Take a block *without* the sum, two
# dense layers with ReLUs. How would its weights have to look to hand $x$ on? And with the sum?
# Which of the two is closer to where training starts?

# %% [markdown]
# ## The gradient of a sum
#
# The slide's next line is the derivative: $\partial r(x) = \partial f(x) + 1$. In a chain of
# $L$ blocks the derivatives multiply:
#
# $$\text{plain:}\quad \frac{\partial x_L}{\partial x_0} = \prod_{l=1}^{L} f_l'
# \qquad\qquad
# \text{with skips:}\quad \frac{\partial x_L}{\partial x_0} = \prod_{l=1}^{L} (1 + f_l')$$
#
# By hand, three blocks with $f' = \frac12$: plain $\frac18$, with skips $\frac{27}{8}$.
# Multiply the second product out: it is the sum over all ways through the chain, and one of
# them passes no $f'$ at all.
#
# You write it for linear layers, where $f_l(x) = x W_l$ with $x$ of shape (batch, units) and
# $W_l$ of shape (units, units). Let $g_l$ be the gradient of the loss with respect to $x_l$.
# Backpropagation starts from $g_L$, which is given, and walks to $g_0$:
#
# $$\text{plain:}\quad g_{l-1} = g_l\, W_l^\top
# \qquad\qquad
# \text{with skips:}\quad g_{l-1} = g_l + g_l\, W_l^\top$$
#
# **Predict:** what becomes of the gradient in either chain if one layer has $W_l = 0$? And
# with skips, if one layer has $W_l = -I$?
#
# <details><summary>Hint 1</summary>
#
# Start with a list that holds the given gradient alone, and go through the layers from the
# last to the first: `weights[::-1]`, or `reversed`. At each one, the newest gradient makes
# the next.
# </details>
#
# <details><summary>Hint 2</summary>
#
# The 1 of $1 + f'$ is the identity matrix, not a matrix of ones. You do not need to build it:
# $g(I + W)^\top = g + g W^\top$. Mind the order of what you return: the input's gradient
# comes first.
# </details>


# %% tags=["exercise"] exercise="chain_gradients"
def chain_gradients(weights, gradient, skip):
    """Gradients on the way back through a chain of linear layers.

    weights: (layers, units, units); layer l makes x @ weights[l], with a skip x + x @ weights[l]
    gradient: of the loss with respect to the chain's output, (batch, units)
    skip: True or False
    returns: (layers + 1, batch, units): the gradients with respect to the input (first),
        to what each layer gave, and to the output (last, which is `gradient` itself)
    """
    ### BEGIN SOLUTION
    found = [gradient]
    for w in weights[::-1]:
        g = found[-1]
        found.append(g + g @ w.T if skip else g @ w.T)
    return np.stack(found[::-1])
    ### END SOLUTION


# %%
check("chain_gradients")

# %% [markdown]
# Thirty layers of 32 units, random weights of three sizes. At size 1, $x W$ is about as long
# as $x$ itself.
#
# **Predict** the six curves: which go up on the way from the output (right) to the input
# (left), which go down, and which stay level? (The two panels have scales of their own.)

# %% tags=["experiment"]
random = np.random.default_rng(0)
weights = random.normal(size=(30, 32, 32)) / np.sqrt(32)
gradient = np.full((1, 32), 1 / np.sqrt(32))  # of length 1
with figures.use():
    fig, axes = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
for ax, (name, skip) in zip(axes, {"plain": False, "with skips": True}.items()):
    norms = {}
    for size in (0.1, 0.5, 1.0):
        found = chain_gradients(size * weights, gradient, skip)
        norms[f"size {size}"] = np.linalg.norm(found, axis=(1, 2))
        print(f"{name}, size {size}: norm at the input {norms[f'size {size}'][0]:.2g}")
    residual_nets.by_depth(norms, "layer", "norm of the gradient", ax, log_y=True)
    ax.set_title(name)
plt.show()

# %% [markdown]
# Without skips, small weights make the gradient vanish. With skips it does not vanish at any
# of these sizes. But $1 + f'$ has no upper end either: at size 1, where the plain chain is just
# balanced, the chain with skips explodes. A residual network needs a branch that does not grow
# with what comes in. A norm at the end of the branch sees to that: $f$ keeps its size while the
# sum gets larger from block to block, and has an ever smaller share in it.
#
# The slide says that the gradient *always* flows unhindered through the residual path. Nearly:
# the path itself has no factor, but the two terms of the sum can cancel. With $f(x) = -x$ the
# derivative is $1 + f' = 0$, as your function has just told the check. It does not happen by
# itself; it takes a branch that has learned to erase $x$.

# %% [markdown] tags=["reflection"]
# UNICAMP's slide names adding and concatenating as two ways against vanishing gradients. Write
# down what takes the place of $1 + f'$ when a block hands on $[x, f(x)]$, both side by side. Can
# the gradient vanish there? (What it costs, you will see at the end.)

# %% [markdown]
# ## The residual block
#
# Now with convolutions, as in the paper and in figure 10 of the slides. $x$ has the shape
# (batch, h, w, c), $s$ is the shortcut (for now: the identity):
#
# $$F(x) = \text{BN}_2(\text{conv}_2(\text{relu}(\text{BN}_1(\text{conv}_1(x))))), \qquad
# y = \text{relu}(s(x) + F(x))$$
#
# - both convolutions are 3 by 3, with padding `"same"` and **without a bias**: the norm behind
#   them subtracts a mean, and a bias with it;
# - `strides` belongs to the first convolution;
# - the norms are Keras' own with their defaults, and need the flag `training`;
# - `branch` is $F(x)$ alone: the plain networks of the last experiment will be made of it.
#
# **Predict:** after training, all numbers gamma and beta of the second norm of one block are
# zero. What does this block do?
#
# <details><summary>Hint 1</summary>
#
# Four layers are made in `__init__` and used in `branch`, in the order of the formula. The ReLU
# has no weights: `ops.relu` will do.
# </details>
#
# <details><summary>Hint 2</summary>
#
# `call` makes two things out of the same `x`, adds them, and applies the last ReLU. Both of
# them want `training`: `branch` has a default, and will use it if you tell it nothing.
# </details>


# %% tags=["exercise"] exercise="residual_block"
class ResidualBlock(keras.layers.Layer):
    """Convolution, norm, ReLU, convolution, norm beside a shortcut; sum; ReLU.

    filters: channels of both convolutions
    strides: of the first convolution
    shortcut: a layer for the other way, or None for the identity
    The checks look for the attributes conv1, norm1, conv2, norm2.
    """

    def __init__(self, filters, strides=1, shortcut=None, **kwargs):
        super().__init__(**kwargs)
        self.shortcut = shortcut
        ### BEGIN SOLUTION
        self.conv1 = keras.layers.Conv2D(filters, 3, strides, padding="same", use_bias=False)
        self.norm1 = keras.layers.BatchNormalization()
        self.conv2 = keras.layers.Conv2D(filters, 3, padding="same", use_bias=False)
        self.norm2 = keras.layers.BatchNormalization()
        ### END SOLUTION

    def branch(self, x, training=False):
        """F(x): (batch, h, w, c) -> (batch, h / strides, w / strides, filters)."""
        ### BEGIN SOLUTION
        x = ops.relu(self.norm1(self.conv1(x), training=training))
        return self.norm2(self.conv2(x), training=training)
        ### END SOLUTION

    def call(self, x, training=False):
        """relu(s(x) + F(x)), of the shape of F(x)."""
        ### BEGIN SOLUTION
        short = x if self.shortcut is None else self.shortcut(x, training=training)
        return ops.relu(short + self.branch(x, training=training))
        ### END SOLUTION


# %%
check("residual_block")

# %% [markdown]
# ## The shortcut
#
# Where a block has a stride, or another number of channels than its input, $x$ and $F(x)$ have
# different shapes. The slide says: rescale $x$ by a 1×1 convolution (its figure 11). In the
# paper this *projection* has the stride of the block, and a norm behind it:
#
# $$s(x) = \begin{cases} x & \text{stride 1, and } c = \text{filters} \\
# \text{BN}(\text{conv}_{1 \times 1}(x)) & \text{otherwise} \end{cases}$$
#
# Only where it is needed. A projection everywhere would cost weights, and would put them on the
# gradient's free way. (Quite free it is not: the last ReLU stands behind the sum, a factor of 0 or
# 1 at every block. Later networks move it into the branch for this reason: *pre-activation*.)
#
# By hand: a picture of 3 by 3 pixels, one channel, stride 2, and the kernel is the number 2.
# The result has 2 by 2 pixels: the four corners, times 2.
#
# **Predict:** a 1×1 convolution with stride 2 on a picture of 32 by 32. Which share of the
# pixels does it look at?
#
# <details><summary>Hint 1</summary>
#
# Both reasons are known in `build`: the stride from the constructor, the channels from the last
# entry of `input_shape`.
# </details>
#
# <details><summary>Hint 2</summary>
#
# Make the two layers in `build` if they are needed, and let `self.conv` be None otherwise.
# Then `call` has a case for each. The kernel size is 1; is there a bias?
# </details>


# %% tags=["exercise"] exercise="projection_skip"
class ProjectionSkip(keras.layers.Layer):
    """The shortcut of a residual block: x itself, or its projection where the shape changes.

    filters: channels of the block's output
    strides: of the block
    The checks look for the attributes conv and norm, where there is a projection.
    """

    def __init__(self, filters, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.strides = filters, strides

    def build(self, input_shape):
        """input_shape: (batch, h, w, channels)."""
        self.conv = None
        ### BEGIN SOLUTION
        if self.strides > 1 or input_shape[-1] != self.filters:
            self.conv = keras.layers.Conv2D(self.filters, 1, self.strides, use_bias=False)
            self.norm = keras.layers.BatchNormalization()
        ### END SOLUTION

    def call(self, x, training=False):
        """(batch, h, w, channels) -> (batch, h / strides, w / strides, filters)."""
        ### BEGIN SOLUTION
        if self.conv is None:
            return x
        return self.norm(self.conv(x), training=training)
        ### END SOLUTION


# %%
check("projection_skip")

# %% [markdown]
# Which pixels does a block of stride 2 look at? The cell adds up all outputs with random weights
# and takes the gradient of this sum with respect to each pixel of a 16 by 16 picture, in absolute
# value. White: this pixel plays no part.

# %% tags=["experiment"]
import tensorflow as tf


def pixel_gradients(layer, picture):
    """How much each pixel of a picture (h, w, c) moves the layer's outputs: (h, w)."""
    x = tf.constant(picture[None])
    weights = tf.random.stateless_normal(layer(x).shape, seed=(0, 0))

    @tf.function  # which leaves out what is not asked for: the gradients of the kernels
    def gradient(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            total = tf.reduce_sum(weights * layer(x))
        return tape.gradient(total, x)

    return np.abs(gradient(x)[0]).sum(axis=-1)


keras.utils.set_random_seed(0)
picture = np.random.default_rng(0).normal(size=(16, 16, 8)).astype("float32")
block = ResidualBlock(16, strides=2, shortcut=ProjectionSkip(16, strides=2))
block(picture[None])  # which makes the weights
maps = {
    "projection, stride 2": pixel_gradients(block.shortcut, picture),
    "branch, stride 2": pixel_gradients(block.branch, picture),
}
residual_nets.pixel_maps(maps)
plt.show()

# %% [markdown] tags=["reflection"]
# Three pixels of four mean nothing to the projection. Does the block lose them? Later networks
# put an average pooling of 2 by 2 before the 1×1 convolution, which then has no stride. What does
# that change in the left picture, and what does it cost?

# %% [markdown]
# ## How many weights?
#
# No networks here, just arithmetic. Count what is *trained*: kernels, and gamma and beta of each
# norm (its two moving statistics are kept, but not trained). For a block from $c$ to $f$
# channels:
#
# $$\underbrace{9 c f + 2 f}_{\text{conv}_1, \text{BN}_1} + \underbrace{9 f f + 2 f}_{\text{conv}_2,
# \text{BN}_2} + \underbrace{c f + 2 f}_{\text{projection, where there is one}}$$
#
# By hand, 16 to 16 channels with stride 1: $2304 + 32 + 2304 + 32 = 4672$.
#
# And the network of He et al. for small colour pictures (their section 4.2). A stem: one 3×3
# convolution from 3 to `widths[0]` channels, a norm, a ReLU. Then a stage of $n$ blocks for each
# width; **the first block of every stage but the first has stride 2**, all others stride 1. Then
# the mean over all pixels, and a dense layer with bias to the classes. With three stages these are
# $6n + 2$ layers.
#
# **Predict:** ResNet-20 has $n = 3$. How many of its nine blocks have a projection?
#
# <details><summary>Hint 1</summary>
#
# `resnet_parameters` adds up stem, blocks and dense layer, and calls `block_parameters` for each
# block. Which two numbers must it know of each block, besides the filters?
# </details>
#
# <details><summary>Hint 2</summary>
#
# Keep a variable with the channels that come out of the latest block. It starts as `widths[0]`:
# the stem has brought 3 colours to that.
# </details>


# %% tags=["exercise"] exercise="parameter_counts"
def block_parameters(channels, filters, strides):
    """Trained numbers of a residual block, its projection (where it needs one) included.

    channels, filters: before and after the block
    strides: 1 or more
    returns: a whole number
    """
    ### BEGIN SOLUTION
    count = 9 * channels * filters + 9 * filters * filters + 4 * filters
    if strides > 1 or channels != filters:
        count += channels * filters + 2 * filters
    return count
    ### END SOLUTION


def resnet_parameters(n, widths, classes):
    """Trained numbers of a network for pictures of three colours.

    n: blocks in each stage
    widths: channels of each stage, for example (16, 32, 64)
    classes: of the dense layer at the end
    returns: a whole number
    """
    ### BEGIN SOLUTION
    count = 9 * 3 * widths[0] + 2 * widths[0]
    channels = widths[0]
    for stage, filters in enumerate(widths):
        for i in range(n):
            strides = 2 if stage > 0 and i == 0 else 1
            count += block_parameters(channels, filters, strides)
            channels = filters
    return count + channels * classes + classes
    ### END SOLUTION


# %%
check("parameter_counts")

# %% [markdown]
# Your counts beside those that the paper prints, in millions (its table 6). The paper's networks
# have a shortcut without weights here, and 2,752 numbers less than yours: take them off, and every
# row agrees.
#
# The last row is for UvA's slide *Data augmentation: It really works*. It shows a table of
# published results, in which a residual network of 1202 layers stands with 10.2 million
# parameters. **Predict**, without a computer: ResNet-110 has 1.7 million, and 1202 layers are
# about eleven times as many.

# %% tags=["experiment"]
print("layers   n   yours in millions   printed")
for n, printed in {
    3: "0.27 (paper)",
    5: "0.46 (paper)",
    7: "0.66 (paper)",
    9: "0.85 (paper)",
    18: "1.7  (paper)",
    200: "19.4 (paper); 10.2 (slide)",
}.items():
    count = resnet_parameters(n, (16, 32, 64), 10)
    print(f"{6 * n + 2:6d} {n:3d} {count:12,d} = {count / 1e6:5.2f}   {printed}")

# %% [markdown]
# 19.4 million, not 10.2. The slide took its table from a paper, and the slip may have come along
# with it: 10.2 million is what a row further down says of *another* network, with pre-activation
# and 1001 layers, and there it is right. A count that cannot be right can be found by hand.

# %% [markdown]
# ## Your own builder
#
# The network whose weights you have counted, as a Keras model. `block` is a function:
# `block(filters, strides)` gives a new block. So the same builder will make networks with
# skips and without.
#
# - stem: `Conv2D`, 3 by 3, `widths[0]` filters, padding `"same"`, no bias; a norm; a ReLU;
# - for each width $n$ blocks, strides as above;
# - `GlobalAveragePooling2D`, and a `Dense` layer with one **logit** for each class: no softmax,
#   the loss will see to that.
#
# **Predict:** pictures of 32 by 32, three stages. How large are the maps that reach the pooling?
#
# <details><summary>Hint 1</summary>
#
# It begins with a `keras.Input` and ends with a `keras.Model` of what went in and what came
# out; between them, each layer is called with what the one before it gave. Your loops from the
# last exercise know where the strides are.
# </details>
#
# <details><summary>Hint 2</summary>
#
# Every block is to be a new one: call `block(filters, strides)` inside the inner loop. A block
# made outside the loop would be the same block, with the same weights, every time.
# </details>


# %% tags=["exercise"] exercise="build_resnet"
def build_resnet(n, widths, block, input_shape, classes):
    """A residual network for small pictures, from whatever blocks.

    n: blocks in each stage
    widths: channels of each stage, for example (16, 32, 64)
    block: a function; block(filters, strides) gives a new block
    input_shape: (h, w, colours)
    classes: logits at the end
    returns: a keras.Model from (batch, h, w, colours) to (batch, classes)
    """
    ### BEGIN SOLUTION
    inputs = keras.Input(input_shape)
    x = keras.layers.Conv2D(widths[0], 3, padding="same", use_bias=False)(inputs)
    x = ops.relu(keras.layers.BatchNormalization()(x))
    for stage, filters in enumerate(widths):
        for i in range(n):
            x = block(filters, 2 if stage > 0 and i == 0 else 1)(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(classes)(x))
    ### END SOLUTION


# %%
check("build_resnet")

# %% [markdown]
# Your builder, your block, your shortcut, your arithmetic, all in one line:

# %% tags=["experiment"]


def residual(filters, strides):
    """Your block with your shortcut."""
    return ResidualBlock(filters, strides, ProjectionSkip(filters, strides))


built = build_resnet(1, (16, 32, 64), residual, (32, 32, 3), 10)
trained = sum(int(np.prod(v.shape)) for v in built.trainable_variables)
print("built:  ", f"{trained:,}", "trained numbers")
print("counted:", f"{resnet_parameters(1, (16, 32, 64), 10):,}")

# %% [markdown]
# ## Degradation
#
# Now the experiment of figure 1, with four networks from your builder: 20 and 56 layers ($n = 3$
# and $n = 9$), with plain blocks and with yours. The plain block is your branch with a ReLU
# behind it, and nothing added. The figure is from CIFAR-10 and took an accelerator; yours is from
# 1,437 handwritten digits of 8 by 8 pixels, with half of the widths, and takes about two
# minutes. All four learn the same digits, from the same seed, by the same optimizer.
#
# **Predict** the order of the four **training** losses at the end, best first. Which of the
# four networks has the most freedom to fit the digits?

# %% tags=["experiment"]


class PlainBlock(ResidualBlock):
    """Your block without its skip."""

    def call(self, x, training=False):
        return ops.relu(self.branch(x, training=training))


class Progress(keras.callbacks.Callback):
    """One line every five epochs."""

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % 5 == 0:
            print(f"  epoch {epoch + 1}: training loss {logs['loss']:.4f}")


(x_train, y_train), _ = data.load("digits")


def train(n, block, seed=0):
    """Train a network of 6 n + 2 layers; returns it and its training losses."""
    keras.utils.set_random_seed(seed)
    model = build_resnet(n, (8, 16, 32), block, x_train.shape[1:], 10)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9), loss)
    settings = {"batch_size": 64, "epochs": 1 if QUICK else 15, "verbose": 0}
    history = model.fit(x_train, y_train, callbacks=[Progress()], **settings)
    return model, history.history["loss"]


def plain(filters, strides):
    return PlainBlock(filters, strides)


blocks, networks, losses = {"plain": plain, "with skips": residual}, {}, {}
for kind, block in blocks.items():
    losses[kind] = {}
    for n in (1, 2) if QUICK else (3, 9):
        name = f"{6 * n + 2} layers"
        print(f"{kind}, {name}")
        networks[kind, n], losses[kind][name] = train(n, block)

residual_nets.degradation(losses)
plt.show()

# %% [markdown]
# Left: the deeper of the two plain networks is worse by far, on the samples that it is trained
# on. It has every weight that the 20 layers have, and 36 layers more. There is a setting of its
# weights that does as well as the 20 layers do; gradient descent does not find it. That is
# degradation, and no sign of overfitting.
#
# Right: the same layers, plus a sum around each pair (and two projections). The 56 layers are
# slower in the first epochs, and no worse at the end.
#
# Is it the gradient that vanishes? Look at the deep networks before training. For one batch of 64
# digits, the norm of the loss's gradient with respect to what each block hands on.
#
# **Predict:** in the plain network of 56 layers, *with* batch norm, is the gradient before the
# first block smaller or larger than behind the last?

# %% tags=["experiment"]
deep = 2 if QUICK else 9
norms = {}
for kind, block in blocks.items():
    keras.utils.set_random_seed(0)
    model = build_resnet(deep, (8, 16, 32), block, x_train.shape[1:], 10)
    stack = [layer for layer in model.layers if isinstance(layer, ResidualBlock)]
    handed_on = [stack[0].input, *(layer.output for layer in stack)]
    seen = keras.Model(model.input, [*handed_on, model.output])
    with tf.GradientTape() as tape:
        *maps, logits = seen(x_train[:64], training=True)
        loss = ops.mean(keras.losses.sparse_categorical_crossentropy(y_train[:64], logits, True))
    norms[kind] = [np.linalg.norm(np.ravel(g)) for g in tape.gradient(loss, maps)]
    first, last = norms[kind][0], norms[kind][-1]
    print(f"{kind:10s} before the first block {first:.3f}, behind the last {last:.3f}")
residual_nets.by_depth(norms, "blocks passed", "norm of the gradient", log_y=True)
plt.show()

# %% [markdown]
# Larger, by a factor of some thousands: from about 0.1 behind the last block to some hundreds
# before the first one. Nothing vanishes here; batch norm sees to that, and the gradient of the
# plain network *explodes* on its way back. (UNICAMP's slide expects exploding gradients towards
# the last layers. They are made on the way back, so that they are largest at the first.) One
# learning rate has to serve gradients as different as that. With the sums they grow too, by less
# than a hundred. He et al. also say that vanishing gradients are not what ails their plain networks.

# %% [markdown] tags=["reflection"]
# Your first experiment let random inputs run through 40 blocks, forward. The plain network above
# has batch norms, which keep the *size* of its signals. Do they also keep two digits apart? Say
# how you would measure that in the networks that you have, and what you expect.

# %% [markdown]
# ## The same in course_kit
#
# `layers.ResidualBlock` is your block, with the shortcut inside. Put your weights into it, and
# the two should agree. Pictures of 5 by 5 and of 8 by 8 pixels:

# %% tags=["experiment"]
from course_kit import layers, models


def copy_weights(yours, kits):
    """Put the weights of your block into the kit's, whose layers have the same names."""
    parts = {name: getattr(yours, name) for name in ("conv1", "norm1", "conv2", "norm2")}
    parts |= {"conv_shortcut": yours.shortcut.conv, "norm_shortcut": yours.shortcut.norm}
    for variable in kits.weights:
        layer, name = variable.path.split("/")[-2:]
        variable.assign(getattr(parts[layer], name))
    for norm in (parts["norm1"], parts["norm2"], parts["norm_shortcut"]):
        norm.epsilon = 1e-5  # the kit's, and PyTorch's; Keras' default is 1e-3


for size in (5, 8):
    x = np.random.default_rng(0).normal(size=(2, size, size, 4)).astype("float32")
    yours, kits = residual(6, 2), layers.ResidualBlock(6, strides=2)
    for block in (yours, kits):
        block(x)
    copy_weights(yours, kits)
    print(f"{size} by {size}: largest difference {np.abs(yours(x) - kits(x)).max():.1e}")

small = models.CifarResNet(20, shortcut="projection")
trained = sum(int(np.prod(v.shape)) for v in small.trainable_variables)
print(f"CifarResNet(20): {trained:,}   your count: {resnet_parameters(3, (16, 32, 64), 10):,}")

# %% [markdown]
# On 8 by 8 pixels the two blocks differ, though their weights are the same. With stride 2 and an
# even number of pixels, Keras' padding `"same"` puts its zeros at the right and the bottom only;
# the kit pads on all sides, as PyTorch does, so that published weights fit. Neither is wrong. But
# weights trained with the one do not fit the other.
#
# UNICAMP's slide names *adding* and *concatenating* as two ways to hand an earlier layer's
# input on. The kit's block can do both. Twenty blocks in a row, 16 channels each:

# %% tags=["experiment"]
x = np.zeros((1, 4, 4, 16), "float32")
for merge in ("add", "concatenate"):
    y, count = x, 0
    for _ in range(2 if QUICK else 20):
        block = layers.ResidualBlock(16, shortcut="identity", merge=merge)
        y = block(y)
        count += sum(int(np.prod(v.shape)) for v in block.trainable_variables)
    print(f"{merge:12s} {y.shape[-1]:4d} channels at the end, {count:9,d} trained numbers")

# %% [markdown]
# A sum keeps the number of channels; side by side, every block adds 16 to what all later ones
# must read. In either case the gradient has a way past the branch, the 1 of $1 + f'$ or channels
# of its own, on which it meets no weights, only the ReLU at each block's end.

# %% [markdown]
# ## What to keep
#
# - A residual block computes $\text{relu}(x + F(x))$. The skip starts at the block's input, the
#   sum stands before the last ReLU.
# - The derivative of $x + f(x)$ is $1 + f'$: it does not vanish in a long product, but it can
#   explode. A norm at the end of the branch keeps it from growing.
# - Project where the shape changes, by stride *or* channels, and nowhere else. A convolution in
#   front of a norm needs no bias.
# - A published number of parameters can be checked by hand. Do so, before you trust a table.
# - Degradation is a failure to *train*: look at the training loss. A deeper network that is
#   worse there does not overfit.
