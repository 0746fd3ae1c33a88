# %% [markdown] title="Regularization" minutes=80 prerequisites="03_optimizers; a dense network trained with `model.fit`"
# Write the classical regularizers yourself: penalties on the weights, a bound on their
# length, softer labels, and a callback that stops in time. See which of them selects
# single weights, which removes whole neurons, and why stopping early is a cousin of l2.

# %% [markdown]
# ## One letter, five meanings
#
# All four decks penalize large weights with a factor $\lambda$. The same number $\lambda$ does
# not mean the same thing, for two reasons: what it multiplies, and whether the loss beside it
# is a sum over samples or a mean. With $n$ samples and per-sample losses $\ell_i$:
#
# | slide | what is minimized | the same in Keras |
# |---|---|---|
# | Sapienza, Lecture 5, *Regularization*, eq. 3 | $\sum_i \ell_i + \lambda \lVert w \rVert^2$ | `L2(λ / n)` |
# | UvA Deep Learning 1, Lecture 4, *l2-regularization* | $\sum_i \ell_i + \frac{\lambda}{2} \lVert w \rVert^2$ | `L2(λ / (2 n))` |
# | UNICAMP MO434, *L1 and L2* | $\sum_i \left( \ell_i + \lambda \lVert w \rVert^2 \right)$ | `L2(λ)` |
# | CityU CS5489, Lecture 10.2: *weight decay*, at most 1e-4 | a decay, not a penalty | `SGD(weight_decay=...)` |
#
# Nobody is wrong, it is notation. But a $\lambda$ taken from one slide and used in the formula
# of another is off by the size of the data set. In this course the name is `factor`, and it is
# Keras': **it multiplies the plain sum, which is added once to the mean loss.**
#
# A regularizer can act in four places: on the loss (sections 1 to 3), on the weights
# themselves (4), on the labels (5), and on the time (6).
#
# **What you write with.** NumPy, `keras.ops` or TensorFlow, as you like. Where a model will
# call your function in `fit`, the text says so: there it takes `keras.ops`, and so does every
# function of yours that it calls.
#

# %% tags=["setup"]
import os

import matplotlib.pyplot as plt
import numpy as np

from course_kit import check, data, figures, quiet

with quiet.start_up():  # TensorFlow has much to say when it is loaded
    import keras
    from keras import ops

keras.utils.set_random_seed(5)
QUICK = os.environ.get("COURSE_KIT_SMOKE") == "1"  # few steps, to test that the cells run

# %% [markdown]
# ## 1. The l2 penalty
#
# With kernels $W_1, \dots, W_R$ of any shapes and the losses $\ell$ of one batch, (batch,):
#
# $$J = \frac{1}{n} \sum_{i=1}^{n} \ell_i +
# \text{factor} \sum_{r=1}^{R} \sum_{j} (W_r)_j^2
# \qquad\qquad
# \frac{\partial}{\partial W_r} \Big( \text{factor} \sum_j (W_r)_j^2 \Big) = 2\, \text{factor}\, W_r$$
#
# The factor 2 is why UvA's slide starts with $\lambda / 2$: there the gradient is $\lambda w$.
# Sapienza's equation 4 keeps the 2, as Keras does (and calls the factor C). Biases are not kernels: they are usually
# left out, since they make no function steeper.
#
# By hand: losses 1 and 3, a kernel with the weights 3 and 4, factor 0.5. The mean is 2, the
# squares sum to 25, so $J = 2 + 12.5$. The gradient of the penalty is (3, 4).
#
# **Predict:** you go from a batch of 32 to one of 64. What happens to the penalty's share of
# $J$, in Keras and in Sapienza's equation 3?
#
# <details><summary>Hint 1</summary>
#
# Three steps: the mean of the losses, one number for all kernels together, and a list with
# one gradient for each kernel.
# </details>
#
# <details><summary>Hint 2</summary>
#
# `np.sum(w**2)` is the sum for one kernel; Python's `sum(... for w in kernels)` adds them up.
# The gradient list is one line: `[... for w in kernels]`.
# </details>


# %% tags=["exercise"] exercise="l2_objective"
def l2_objective(losses, kernels, factor):
    """The mean loss with an l2 penalty, and the gradients of the penalty.

    losses: the loss of each sample, (batch,)
    kernels: a list of arrays of any shapes
    factor: strength of the penalty, at least 0, as in keras.regularizers.L2
    returns: the objective, a number; and a list with one array for each kernel, of its
        shape: the gradient of the penalty
    """
    ### BEGIN SOLUTION
    penalty = factor * sum(np.sum(w**2) for w in kernels)
    return np.mean(losses) + penalty, [2 * factor * w for w in kernels]
    ### END SOLUTION


# %%
check("l2_objective")

# %% [markdown]
# How much do the notations differ? A linear model of a disease's progression, from ten
# measurements of 442 patients, all brought to mean 0 and standard deviation 1. Each deck's
# formula gets the same $\lambda = 10$, translated as in the table above; your gradient does
# the descent. What is compared is the length of the weight vector.

# %% tags=["experiment"]
from sklearn.datasets import load_diabetes

diabetes = load_diabetes()
x_all = (diabetes.data - diabetes.data.mean(axis=0)) / diabetes.data.std(axis=0)
y_all = (diabetes.target - diabetes.target.mean()) / diabetes.target.std()


def descend(x, y, penalty_gradient, steps, rate=0.1, start=None):
    """Gradient descent on the mean squared error plus a penalty; returns the weights."""
    w = np.zeros(x.shape[1]) if start is None else start
    for _ in range(steps):
        w = w - rate * (2 * x.T @ (x @ w - y) / len(x) + np.array(penalty_gradient(w)))
    return w


def l2_gradient(factor):
    return lambda w: l2_objective(np.zeros(1), [w], factor)[1][0]


n, strength, steps = len(y_all), 10.0, 50 if QUICK else 2_000
free = np.linalg.norm(descend(x_all, y_all, l2_gradient(0.0), steps))
for deck, factor in {"S": strength / n, "U": strength / (2 * n), "M": strength}.items():
    rate = 0.1 / (1 + factor)  # a strong penalty needs small steps
    long = np.linalg.norm(descend(x_all, y_all, l2_gradient(factor), steps, rate))
    print(f"{deck}: lambda = 10 is L2({factor:.4g}): weights of {long / free:.0%} of the length")

# %% [markdown]
# The same $\lambda$, and one of the three models has hardly any weights left: UNICAMP's
# penalty stands inside the sum over the samples, so it counts 442 times. That is why the
# recommended sizes differ so much from deck to deck: 0.1 to 0.01 at UvA, 0.0001 at UNICAMP.
#
# ### Is it weight decay?
#
# UvA's slide says so ("commonly known as weight decay"); Sapienza's says that it is the same
# in plain SGD only. Try it. There are no data here: the only gradient is that of the penalty,
# so the weight should *decay exponentially* from 1 towards 0. Once through your gradient
# (l2), once by the optimizer's own `weight_decay`, which takes a share of the weight off at
# each step and never shows it to the optimizer's averages. With `weight_decay = 2 * factor`
# they are to be the same.
#
# **Predict:** SGD, SGD with momentum, Adam. Where do the two curves coincide? And where is
# the decay no exponential at all?

# %% tags=["experiment"]
FACTOR, STEPS = 0.1, 10 if QUICK else 60
makers = {
    "SGD": lambda **decay: keras.optimizers.SGD(0.2, **decay),
    "SGD, momentum 0.9": lambda **decay: keras.optimizers.SGD(0.2, momentum=0.9, **decay),
    "Adam": lambda **decay: keras.optimizers.Adam(0.05, **decay),
}
with figures.use():
    fig, axes = plt.subplots(1, 3, figsize=(10, 3.4), sharey=True, layout="constrained")
for ax, (name, make) in zip(axes, makers.items()):
    left = {}
    for kind in ("l2 penalty", "weight decay"):
        decays = kind == "weight decay"
        optimizer = make(weight_decay=2 * FACTOR) if decays else make()
        weight, seen = keras.Variable([1.0]), [1.0]
        for _ in range(STEPS):
            factor = 0.0 if decays else FACTOR
            gradient = l2_objective(np.zeros(1), [weight.numpy()], factor)[1][0]
            optimizer.apply([ops.convert_to_tensor(gradient, "float32")], [weight])
            seen.append(float(weight[0]))
        left[kind] = np.array(seen)
        ax.plot(seen, label=kind, **figures.line(int(decays), 3 * len(seen)))
    apart = np.abs(left["l2 penalty"] - left["weight decay"]).max()
    ax.axhline(0, color="black", linewidth=0.8)
    ax.set(title=f"{name}: apart by {apart:.2f}", xlabel="step")
axes[0].set_ylabel("weight")
axes[0].legend()
plt.show()

# %% [markdown] tags=["reflection"]
# Adam divides each gradient by its own recent size. What does that do to a gradient that is
# nothing but `2 * factor * w`, and would ten times the factor change the curve? Which of the
# two, penalty or decay, would you hand to Adam?

# %% [markdown]
# ## 2. The l1 penalty: find the bug
#
# Replace the square by the absolute value (Sapienza's equation 5; UvA's *l1-regularization*):
#
# $$\Omega = \text{factor} \sum_j |w_j|
# \qquad\qquad
# \frac{\partial \Omega}{\partial w_j} = \text{factor} \cdot \text{sgn}(w_j), \qquad
# \text{sgn}(0) = 0$$
#
# The gradient has the same size for a weight of 0.001 as for one of 100. It pulls until the
# weight is zero, where l2 pulls less and less. At zero itself $|w|$ has a kink; any slope
# between -1 and 1 would do there, and 0 is the usual choice: a zero stays a zero.
#
# The cell below was typed in from UvA's slides: the penalty $\frac{\lambda}{2} \sum |w|$, and
# the update $w - \eta\, \lambda \frac{w}{\text{sgn}(w)}$. One of its lines is another notation
# than ours. The other is a slip, of the slide or of its transcription. **Find the bug and
# mend it**, and bring both lines to this course's `factor`.
#
# **Predict before you change anything:** what is $w / \text{sgn}(w)$ for $w = -3$? In which
# direction does a step *against* that gradient move the weight?
#
# <details><summary>Hint 1</summary>
#
# Try it on one positive and one negative weight, and on zero. Which gradient does the
# penalty in the first line have, for each of them?
# </details>
#
# <details><summary>Hint 2</summary>
#
# A number divided by its own sign is its absolute value: never negative, and 0 / 0 at zero.
# The slope of $|w|$ is one of three numbers only.
# </details>


# %% tags=["exercise"] exercise="l1_penalty"
def l1_penalty(w, factor):
    """The l1 penalty of a kernel, and its gradient.

    w: weights, an array of any shape
    factor: strength of the penalty, at least 0, as in keras.regularizers.L1
    returns: the penalty, a number; its gradient, an array of the shape of w
    """
    ### BEGIN SOLUTION
    penalty = factor * np.sum(np.abs(w))
    gradient = factor * np.sign(w)
    return penalty, gradient
    ### END SOLUTION
    ### BEGIN STARTER
    # penalty = factor / 2 * np.sum(np.abs(w))
    # gradient = factor * w / np.sign(w)
    # return penalty, gradient
    ### END STARTER


# %%
check("l1_penalty")

# %% [markdown]
# Six weights and no data, 45 steps against the gradient: once with the slide's, once with
# yours.

# %% tags=["experiment"]
start, rate, factor = np.array([2.0, 1.2, 0.4, -0.4, -1.2, -2.0]), 0.1, 0.5
gradients = {
    "as printed: λ w / sgn(w)": lambda w: factor * w / np.sign(w),
    "yours": lambda w: np.array(l1_penalty(w, factor)[1]),
}
with figures.use():
    fig, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
for ax, (name, gradient) in zip(axes, gradients.items()):
    path = [start]
    for _ in range(45):
        path.append(path[-1] - rate * gradient(path[-1]))
    path = np.array(path)  # (steps, weights)
    for index, weights in enumerate(path.T):
        ax.plot(weights, **figures.line(index, len(path)))
    ax.axhline(0, color="black", linewidth=0.8)
    ax.set(title=name, xlabel="step", ylim=(-5, 2.5))
    print(f"{name:25s} w = -2 ends at {path[-1, -1]:6.2f}, w = 2 at {path[-1, 0]:5.2f}")
axes[0].set_ylabel("weight")
plt.show()

# %% [markdown]
# The printed gradient shrinks positive weights as l2 would, and makes negative ones grow
# without end: -2 has become -18. Yours takes the same off every weight at every step, 0.05,
# until it arrives; the small ones first. Arrived, a weight jumps back and forth across zero by
# at most rate times factor. **Gradient steps make no exact zeros**; you count the weights
# below a threshold. (Special methods, such as coordinate descent in scikit-learn's `Lasso`, do
# reach zero.)
#
# ### Sparsity paths
#
# The patients again, now for forty strengths of either penalty, from strong to weak. Each line
# is one of the ten measurements.
#
# **Predict:** go from right to left in either picture, from a strong penalty to a weak one.
# In which of the two do the weights come in one by one? And which measurement comes first?

# %% tags=["experiment"]
strengths = {"l2": np.geomspace(30, 1e-3, 40), "l1": np.geomspace(1.3, 1e-3, 40)}
makers = {"l2": l2_gradient, "l1": lambda factor: lambda w: l1_penalty(w, factor)[1]}
paths = {}
for kind, factors in strengths.items():
    w, paths[kind] = np.zeros(10), []
    for factor in factors[:: 8 if QUICK else 1]:
        rate = 0.1 / (1 + factor) if kind == "l2" else min(0.1, 0.004 / factor)
        w = descend(x_all, y_all, makers[kind](factor), 30 if QUICK else 1_500, rate, start=w)
        paths[kind].append(w)
    print(f"{kind}: done")

with figures.use():
    fig, axes = plt.subplots(1, 2, figsize=(10, 4.2), sharey=True, layout="constrained")
for ax, (kind, path) in zip(axes, paths.items()):
    factors = strengths[kind][:: 8 if QUICK else 1]
    for index, weights in enumerate(np.array(path).T):
        ax.plot(factors, weights, label=diabetes.feature_names[index], **figures.line(index, 80))
    ax.axhline(0, color="black", linewidth=0.8)
    ax.set(title=kind, xlabel="factor", xscale="log")
axes[0].set_ylabel("weight")
axes[1].legend(ncols=2, fontsize=8)
plt.show()
for kind, path in paths.items():
    small = [int(np.sum(np.abs(w) < 0.01)) for w in path]
    print(f"{kind}: weights below 0.01, strong to weak penalty:", *small[:: 1 if QUICK else 4])

# %% [markdown]
# l2 makes all weights small together: at the far right they are all tiny, and yet hardly one is
# zero before the others are. l1 lets them in one after the other, the most useful first: `bmi`
# and `s5`, then the blood pressure `bp`. A strong l1 penalty is a selection of measurements;
# a strong l2 penalty is not.
#
# UvA's slide after next says "alpha == our lambda" of scikit-learn's linear models. Not to the
# digit, and not for both: `Lasso` halves the mean squared error, `Ridge` takes the sum. Here is
# the translation, with your weights to prove it.

# %% tags=["experiment"]
from sklearn.linear_model import Lasso, Ridge

place = 2 if QUICK else 20
for kind, path in paths.items():
    factor = strengths[kind][:: 8 if QUICK else 1][place]
    if kind == "l1":
        name, theirs = "Lasso(alpha = factor / 2)", Lasso(factor / 2, fit_intercept=False)
    else:
        name, theirs = "Ridge(alpha = n * factor)", Ridge(n * factor, fit_intercept=False)
    apart = np.abs(theirs.fit(x_all, y_all).coef_ - path[place]).max()
    print(f"{kind} with factor {factor:.3f}: {name} differs by at most {apart:.4f}")

# %% [markdown] tags=["reflection"]
# UvA's slides call l2 a Gaussian prior on the weights and l1 a Laplacian one. Which of the two
# densities has a kink at zero, and which leaves more room for a few large weights? Find both
# properties in the pictures.

# %% [markdown]
# ## 3. Group sparsity
#
# A neuron whose weights are zero here and there still has to be computed. To get rid of it,
# *all* weights that lead into it must vanish together. With a kernel $W$ of shape (inputs,
# units), column $j$ holds the weights into neuron $j$, and
#
# $$\Omega = \text{factor} \sum_{j=1}^{\text{units}} \lVert W_{:,j} \rVert
# = \text{factor} \sum_{j} \sqrt{\textstyle\sum_i W_{ij}^2}
# \qquad\qquad
# \frac{\partial \Omega}{\partial W_{:,j}} = \text{factor} \frac{W_{:,j}}{\lVert W_{:,j} \rVert}$$
#
# a sum of lengths, *not squared*. It is l1 on the neurons: each is pulled towards zero with
# the same force, however short it is already. This is group lasso, also written
# $\ell_{2,1}$ (Scardapane et al. 2017, the paper that Sapienza's slide cites).
#
# UNICAMP's slide *L1 and L2* prints $0.01 \sum_r \sum_j \lVert w_j^r \rVert$ under the name
# L1, a norm for each neuron $j$. Read as the Euclidean norm, as in the line below it there, it
# is group lasso; only if that norm is the 1-norm is it l1. By hand: the weights 3 and 4 have an
# l1 penalty of 7 wherever they are. Group lasso gives 5 if they lead into the same neuron, 7
# if they lead into two.
#
# **Predict:** what is the gradient of a neuron of zeros, by the formula on the right? And what
# does automatic differentiation make of `sqrt` at 0?
#
# Use `ops` here: `fit` will call your function and take its gradient. Where there is a GPU, as
# on Colab, it compiles both first; there must be no NaN then either.
#
# <details><summary>Hint 1</summary>
#
# Square, sum over one axis, root, sum over what is left. Which axis of (inputs, units) is the
# one that a single neuron's weights lie along?
# </details>
#
# <details><summary>Hint 2</summary>
#
# The slope of the root is infinite at 0, and infinity times 0 is NaN. A tiny number, such as
# 1e-12, added *under* the root keeps away from it. (Added behind the root it does not. Nor does
# `ops.where` around the root: it chooses between values, and the slope is taken all the same.)
# </details>


# %% tags=["exercise"] exercise="group_lasso"
def group_lasso(w, factor):
    """Group lasso: the sum of the lengths of the neurons' weight vectors.

    w: a kernel, (inputs, units); a neuron of zeros must not give NaN in training
    factor: strength of the penalty, at least 0
    returns: the penalty, a number
    """
    ### BEGIN SOLUTION
    lengths = ops.sqrt(ops.sum(ops.square(w), axis=0) + 1e-12)  # (units,)
    return factor * ops.sum(lengths)
    ### END SOLUTION


# %%
check("group_lasso")

# %% [markdown]
# What does it do to a network? MNIST-1D: little drawings of digits as curves of 40 numbers, a
# thousand of them. One hidden layer of 64 neurons. Its kernel is trained three times: without
# a penalty, with l1, and with group lasso. (Your function can do l1 as well: make each weight
# a group of its own.)
#
# **Predict** the three pictures of $|W|$: where will the empty places lie?

# %% tags=["experiment"]
(x_train, y_train), (x_test, y_test) = data.load("mnist1d")
x_held, y_held = x_train[1_000:2_000], y_train[1_000:2_000]  # to decide by
x_train, y_train = x_train[:1_000], y_train[:1_000]  # the test set stays in its drawer


def network(width=64, penalty=None, constraint=None, rate=2e-3, loss=None, layers=1):
    """Dense layers with a penalty or a constraint on their kernels; logits of ten classes."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((40,))])
    for _ in range(layers):
        model.add(
            keras.layers.Dense(
                width,
                activation="relu",
                kernel_regularizer=penalty,
                kernel_constraint=constraint,
            )
        )
    model.add(keras.layers.Dense(10))
    if loss is None:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    return model


def fit(model, epochs, **settings):
    settings = {"validation_data": (x_held, y_held), "batch_size": 50, **settings}
    settings |= {"validation_batch_size": 1_000, "verbose": 0}
    return model.fit(x_train, y_train, epochs=2 if QUICK else epochs, **settings)


def each_alone(w):
    return group_lasso(ops.reshape(w, [1, -1]), 0.003)


penalties = {
    "no penalty": None,
    "l1, factor 0.003": each_alone,
    "group lasso, factor 0.025": lambda w: group_lasso(w, 0.025),
}
kernels = {}
for name, penalty in penalties.items():
    model = network(penalty=penalty)
    history = fit(model, epochs=60).history
    kernels[name] = w = np.abs(model.layers[0].get_weights()[0])
    weights, neurons = np.mean(w < 0.02), int(np.sum((w < 0.02).all(axis=0)))
    print(
        f"{name:25s} {weights:4.0%} of the weights and {neurons:2d} of 64 neurons below 0.02, "
        f"held-out accuracy {history['val_accuracy'][-1]:.2f}"
    )

with figures.use():
    fig, axes = plt.subplots(1, 3, figsize=(11, 3.6), sharey=True, layout="constrained")
for ax, (name, w) in zip(axes, kernels.items()):
    order = np.argsort(-np.linalg.norm(w, axis=0))
    shown = ax.imshow(w[:, order], cmap="gray_r", vmin=0, vmax=0.5, aspect="auto")
    ax.grid(False)
    ax.set(title=name, xlabel="neuron, longest first")
axes[0].set_ylabel("input")
fig.colorbar(shown, ax=axes, label="|weight|", extend="max")
plt.show()

# %% [markdown]
# With either penalty two thirds of the weights or more are gone, at no loss of accuracy. But l1
# empties the kernel weight by weight, and a column only when the last of its weights has gone:
# three of them. Group lasso empties columns: a neuron is there with most of its weights, or it
# is not there, and more than half of them are not. Those can be thrown away, and nothing
# changes but the arithmetic that is saved.
#
# The same seen as a path: the lengths of all 64 neurons while the factor grows. A network
# without a penalty is trained on from one factor to the next.

# %% tags=["experiment"]
strength = [0.0]
model = network(penalty=lambda w: group_lasso(w, strength[0]))
fit(model, epochs=60)
factors = np.geomspace(2e-3, 0.2, 4 if QUICK else 12)
lengths, accuracies, alive = [], [], []
for factor in factors:
    strength[0] = float(factor)
    model.compile(model.optimizer, model.loss, metrics=["accuracy"])  # the factor has changed
    history = fit(model, epochs=15).history
    w = model.layers[0].get_weights()[0]
    lengths.append(np.linalg.norm(w, axis=0))
    alive.append(int(np.sum(np.abs(w).max(axis=0) >= 0.02)))
    accuracies.append(history["val_accuracy"][-1])
    print(f"factor {strength[0]:.4f}: {alive[-1]} neurons, accuracy {accuracies[-1]:.2f}")

with figures.use():
    fig, axes = plt.subplots(2, 1, figsize=(7, 5.4), sharex=True, layout="constrained")
axes[0].plot(factors, lengths, color=figures.PALETTE[0], marker="", linewidth=0.9, alpha=0.7)
axes[0].set(ylabel="length of each neuron", xscale="log")
axes[1].plot(factors, np.array(alive) / 64, label="neurons left, of 64", **figures.line(0))
axes[1].plot(factors, accuracies, label="held-out accuracy", **figures.line(1))
axes[1].set(xlabel="factor of group lasso", ylabel="share", ylim=(0, 1.05))
axes[1].legend()
plt.show()

# %% [markdown] tags=["reflection"]
# The accuracy is highest with about half of the neurons left. Over which range of factors do
# neurons vanish while it is no lower than at the start? How would you group the weights so that
# *inputs* vanish, and what could that be good for?

# %% [markdown]
# ## 4. Max-norm
#
# A penalty pulls on every weight. Max-norm leaves a neuron alone as long as its weight vector
# is no longer than a bound $c$, and after an update that took it outside puts it back onto the
# ball (Srivastava et al. 2014):
#
# $$w_j \leftarrow \begin{cases}
# w_j & \lVert w_j \rVert \le c \\
# c \, \dfrac{w_j}{\lVert w_j \rVert} & \text{otherwise}
# \end{cases}$$
#
# $w_j$ holds all weights that lead into unit $j$: a column of a dense kernel (inputs, units),
# and for a convolution, (h, w, channels, filters), everything but the last axis: a filter has
# *one* length.
#
# UNICAMP's slide describes it as a rescaling $w_j \leftarrow s\, w_j$ with $s \in (0, 1]$ after
# each update. With a fixed $s$ that is weight decay, not max-norm: with $s = 0.99$, after 100
# updates 37 % of a weight is left, however short it was. The $s$ of max-norm depends on the
# neuron, $s_j = \min(1, c / \lVert w_j \rVert)$, and is 1 for most.
#
# By hand, $c = 5$: (6, 8) has the length 10 and becomes (3, 4). (0.6, 0.8) stays.
#
# **Predict:** Keras' own `MaxNorm` has `axis=0` unless told otherwise. What does that bound in
# a kernel of shape (3, 3, 2, 6)?
#
# Use `ops` here: `fit` will call your function after each update.
#
# <details><summary>Hint 1</summary>
#
# First the lengths, with axes of length one where you have summed (`keepdims=True`), so that
# they meet `w`. Over `tuple(range(len(w.shape) - 1))` you sum over all axes but the last.
# </details>
#
# <details><summary>Hint 2</summary>
#
# One factor for each unit, never above 1: `ops.minimum(1.0, ...)`. A unit of zeros has the
# length 0: see that nothing becomes 0 / 0.
# </details>


# %% tags=["exercise"] exercise="max_norm"
def max_norm(w, max_value):
    """Put the weights of each unit back onto the ball, if they are outside.

    w: a kernel, (inputs, units) or (h, w, channels, filters): the last axis numbers the units
    max_value: radius of the ball, above 0
    returns: an array of the shape of w
    """
    ### BEGIN SOLUTION
    axes = tuple(range(len(w.shape) - 1))
    lengths = ops.sqrt(ops.sum(ops.square(w), axis=axes, keepdims=True))
    return w * ops.minimum(1.0, max_value / ops.maximum(lengths, 1e-12))
    ### END SOLUTION


# %%
check("max_norm")

# %% [markdown]
# Forty neurons with two inputs each are forty arrows in the plane. On the left one call of
# your function; on the right one update with the slide's fixed $s$.

# %% tags=["experiment"]
random = np.random.default_rng(1)
w = random.normal(size=(2, 40)).astype("float32")
moved = {"max-norm, c = 1.2": np.array(max_norm(w, 1.2)), "fixed s = 0.7": 0.7 * w}
angle = np.linspace(0, 2 * np.pi, 200)
with figures.use():
    fig, axes = plt.subplots(1, 2, figsize=(9, 3.5), sharey=True, layout="constrained")
for ax, (name, after) in zip(axes, moved.items()):
    kept = np.all(np.isclose(w, after), axis=0)
    shift = (after - w)[:, ~kept]
    ax.quiver(*w[:, ~kept], *shift, angles="xy", scale_units="xy", scale=1, width=0.005)
    ax.scatter(*w[:, ~kept], s=30, facecolor="none", edgecolor="black", label="before, moved")
    if kept.any():
        ax.scatter(*w[:, kept], s=30, marker="s", color=figures.PALETTE[0], label="left alone")
    if name.startswith("max"):
        circle = 1.2 * np.array([np.cos(angle), np.sin(angle)])
        ax.plot(*circle, color=figures.PALETTE[4], marker="", label="ball")
    ax.set(title=f"{name}: {kept.sum()} of 40 left alone", xlabel="weight 1", aspect="equal")
    ax.legend(loc="upper left", fontsize=8)
axes[0].set_ylabel("weight 2")
plt.show()
print(f"a weight after 100 updates with s = 0.99: {0.99**100:.0%} of it")

# %% [markdown]
# And Keras' `axis=0` on a kernel (3, 3, 2, 6)? It bounds each run of three weights down a column
# of the filter, 36 small vectors, none of which is a filter.
#
# A bound is of use where something pushes hard: with a large learning rate. The network of
# above, trained at ten times its learning rate, without a bound and with $c = 1$.
#
# **Predict:** which network ends with the longer weights? CityU's slide says that weights get
# larger and larger during training. All of them?


# %% tags=["experiment"]
class Lengths(keras.callbacks.Callback):
    """Keeps the lengths of all neurons of the first layer, after each epoch."""

    def on_train_begin(self, logs=None):
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(np.linalg.norm(self.model.layers[0].get_weights()[0], axis=0))


watched = {}
for name, constraint in {"no bound": None, "c = 1": lambda w: max_norm(w, 1.0)}.items():
    model, watch = network(constraint=constraint, rate=2e-2), Lengths()
    history = fit(model, epochs=40, callbacks=[watch]).history
    watched[name] = np.array(watch.seen)  # (epochs, neurons)
    print(
        f"{name:9s} lengths at the end {watch.seen[-1].min():.2f} to {watch.seen[-1].max():.2f}, "
        f"held-out loss at its best {min(history['val_loss']):.2f}, "
        f"at the end {history['val_loss'][-1]:.2f}"
    )

with figures.use():
    fig, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
for ax, (name, seen) in zip(axes, watched.items()):
    epochs = np.arange(1, len(seen) + 1)
    ax.plot(epochs, seen, color=figures.PALETTE[5], marker="", linewidth=0.7)
    middle = np.median(seen, axis=1)
    ax.plot(epochs, middle, color="black", marker="", linestyle="--", label="median")
    ax.set(title=name, xlabel="epoch", ylim=(0, None))
    ax.legend(loc="upper left")
axes[0].set_ylabel("length of each neuron")
plt.show()

# %% [markdown]
# Without a bound every neuron gets longer, by a factor of about three; with it all of them
# press against the bound after a few epochs. In both networks the held-out loss is at its best
# early and then climbs, to 3.9 without the bound and to 2.2 with it: a bound on the weights
# bounds how sure of itself a network can become. It does not say when to stop.
#
# ## 5. Label smoothing
#
# A network that is told "this is a 3, with probability 1" can only please by making one logit
# infinitely larger than the others. Tell it something that it can reach. With $K$ classes, a
# label $y$ and a share $s$, the target (batch, classes) is
#
# $$t_k = (1 - s)\, [k = y] + \frac{s}{K}
# \qquad\qquad
# \ell = - \sum_{k=1}^{K} t_k \log p_k, \quad p = \text{softmax}(z)$$
#
# (Szegedy et al. 2016; the row *label smoothing, 0.1* in UvA's table of ResNet recipes.) The
# share goes to **all** $K$ classes, the label among them: so the targets sum to 1. Some papers
# spread it over the other $K - 1$; that is the same with another $s$, but it is not what Keras
# does.
#
# By hand: four classes, $s = 0.2$. Each class gets 0.05, the label 0.8 on top: 0.85.
#
# **Predict:** what is the lowest value that this loss can take? Not 0.
#
# Use `ops` for `smoothed_cross_entropy`, since `fit` will call it; and for `smooth_labels` as
# well if the loss calls that.
#
# <details><summary>Hint 1</summary>
#
# `ops.one_hot(labels, classes)` is the first term's bracket. Check in your head that a row
# sums to 1.
# </details>
#
# <details><summary>Hint 2</summary>
#
# `ops.log_softmax(logits)` gives $\log p$ without ever computing a $p$ that has become 0. The
# sum over the classes leaves (batch,): no mean over the samples, Keras takes that.
# </details>


# %% tags=["exercise"] exercise="label_smoothing"
def smooth_labels(labels, classes, share):
    """Targets with a share of the label spread over all classes.

    labels: whole numbers from 0 to classes - 1, (batch,)
    classes: how many there are, K
    share: what is spread, in [0, 1]
    returns: floating-point numbers, (batch, classes)
    """
    ### BEGIN SOLUTION
    return (1 - share) * ops.one_hot(labels, classes) + share / classes
    ### END SOLUTION


def smoothed_cross_entropy(labels, logits, share):
    """The cross-entropy of each sample with smoothed targets.

    labels: whole numbers, (batch,)
    logits: (batch, classes), of any size
    share: what is spread, in [0, 1]
    returns: one loss for each sample, (batch,)
    """
    ### BEGIN SOLUTION
    targets = smooth_labels(labels, logits.shape[1], share)
    return -ops.sum(targets * ops.log_softmax(logits), axis=1)
    ### END SOLUTION


# %%
check("label_smoothing")

# %% [markdown]
# UvA's slide lists label smoothing under *adding noise to outputs*. Nothing random is in your
# function; but it is the *mean* over such noise. Take each label, and with probability $s$
# replace it by a class drawn at random. The average loss over many such labels is yours, since
# the cross-entropy is linear in the target.

# %% tags=["experiment"]
random = np.random.default_rng(0)
logits, label, share = np.array([[2.0, -1.0, 0.5, 0.0]], "float32"), np.array([0]), 0.2
draws = 100_000
noisy = np.where(random.uniform(size=draws) < share, random.integers(0, 4, draws), 0)
plain = np.array([float(smoothed_cross_entropy(np.array([k]), logits, 0.0)[0]) for k in range(4)])
print(f"mean loss over {draws:,} noisy labels: {plain[noisy].mean():.3f}")
print(
    f"loss with the smoothed label:        {float(smoothed_cross_entropy(label, logits, share)[0]):.3f}"
)

# %% [markdown]
# ### What it does to the logits
#
# The loss is lowest where the predicted probabilities *are* the targets. Then the label's
# logit is ahead of the others by $\log\!\big(\tfrac{1 - s + s/K}{s/K}\big)$: for $s = 0.1$ and
# ten classes $\log 91 = 4.51$, and no more. Without smoothing there is no such place.
#
# **Predict:** a network that knows its 1,000 samples by heart, trained on. What becomes of the
# lead of the label's logit on the training samples, with $s = 0$ and with $s = 0.1$? Which of
# the two is better calibrated on samples it has not seen?


# %% tags=["experiment"]
class Lead(keras.callbacks.Callback):
    """Keeps by how much the label's logit leads the mean of the others, on training samples."""

    def on_train_begin(self, logs=None):
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        logits = np.array(self.model(x_train, training=False))
        own = logits[np.arange(len(logits)), y_train]
        self.seen.append(np.mean(own - (logits.sum(axis=1) - own) / 9))


def smoothed_loss(share):
    """Your loss as Keras wants it; labels come as floating-point numbers."""
    return lambda y, logits: smoothed_cross_entropy(
        ops.cast(ops.reshape(y, [-1]), "int32"), logits, share
    )


leads, judged = {}, {}
for share in (0.0, 0.1):
    model, lead = network(256, loss=smoothed_loss(share), layers=2), Lead()
    fit(model, epochs=60, callbacks=[lead])
    leads[f"s = {share}"] = lead.seen
    judged[f"s = {share}"] = np.array(ops.softmax(model(x_test, training=False)))
    right = np.mean(judged[f"s = {share}"].argmax(axis=1) == y_test)
    print(f"s = {share}: lead at the end {lead.seen[-1]:.2f}, test accuracy {right:.2f}")

with figures.use():
    fig, axes = plt.subplots(1, 3, figsize=(12.5, 4.2), layout="constrained")
for index, (name, seen) in enumerate(leads.items()):
    axes[0].plot(np.arange(1, len(seen) + 1), seen, label=name, **figures.line(index, len(seen)))
axes[0].axhline(np.log(91), color="black", linestyle=":", label="log 91")
axes[0].set(xlabel="epoch", ylabel="lead of the label's logit (training)")
axes[0].legend()
for ax, (name, probabilities) in zip(axes[1:], judged.items()):
    figures.reliability_diagram(probabilities, y_test, ax=ax, label=name)
    ax.set_title(f"test, {name}: mean confidence {probabilities.max(axis=1).mean():.2f}")
    ax.legend(loc="lower right", fontsize=7)
plt.show()

# %% [markdown]
# Without smoothing the lead passes 17 and still grows; with it, it comes to rest close to
# log 91. Both networks are right on a little less than half of the test samples. The first is
# sure of itself at a mean confidence of 0.82, the second admits 0.52. So label smoothing has
# not made better predictions here, but far more honest ones.

# %% [markdown] tags=["reflection"]
# The smoothed network's training loss never falls below 0.50. Where does that number come
# from? (Put the target itself in the place of $p$.) And why must you not compare the loss of
# these two networks to see which is better?

# %% [markdown]
# ## 6. Early stopping
#
# The cheapest regularizer: stop. Sapienza's *Early stopping* has three steps, CityU's slide
# adds the one that is forgotten most often, *store a copy of the weights* and return it; UvA's
# warns that the validation set is not the test set. With $v_t$ the monitored value after epoch
# $t$ (a loss, so that low is good):
#
# - epoch $t$ **improves** if $v_t < v_\text{best} - \text{min\_delta}$. Then it is the new best: its
#   value is remembered, its weights are copied, and the counting starts anew.
# - otherwise it is an epoch without improvement. After **patience** of them in a row,
#   `self.model.stop_training = True` ends the training.
# - in the end, *however* it ended, the model gets the weights of its best epoch.
#
# By hand, with patience 3: losses 5, 4, 4, 4.5, 4.2. The second epoch is the best, a tie is no
# improvement, and the fifth epoch is the last.
#
# A callback is told what happens: `on_train_begin` once for each fit, `on_epoch_end` after
# each epoch with the numbers in `logs`, `on_train_end` when the training is over. The model is
# `self.model`; `get_weights()` gives copies of all its weights, of every layer, trained by the
# optimizer or not, and `set_weights(...)` puts them back.
#
# **Predict:** the first epoch's loss is NaN, and you compare with `current < self.best`. What
# happens if `best` begins as infinity? And what if it begins as the first epoch's value?
#
# <details><summary>Hint 1</summary>
#
# Three things must be known from one epoch to the next: the best value, its weights, how many
# epochs have passed since. Where do they begin, so that a second fit does not see the first's?
# </details>
#
# <details><summary>Hint 2</summary>
#
# In mode "max" everything is mirrored: the gain is `current - best`, and the worst value to
# begin with is minus infinity. If no epoch was ever best (all were NaN), there is nothing to
# put back.
# </details>


# %% tags=["exercise"] exercise="early_stopping"
class EarlyStop(keras.callbacks.Callback):
    """Stop when a metric has not improved for a while, and go back to the best epoch.

    monitor: name of the metric in `logs`
    patience: epochs in a row without improvement after which to stop, at least 1
    min_delta: an epoch improves if it is better than the best by more than this
    mode: "min" if low is good, "max" if high is good
    """

    def __init__(self, monitor="val_loss", patience=3, min_delta=0.0, mode="min"):
        super().__init__()
        self.monitor, self.patience = monitor, patience
        self.min_delta, self.mode = min_delta, mode

    def on_train_begin(self, logs=None):
        """A fit begins: nothing is known yet."""
        ### BEGIN SOLUTION
        self.best = np.inf if self.mode == "min" else -np.inf
        self.best_weights, self.wait = None, 0
        ### END SOLUTION

    def on_epoch_end(self, epoch, logs=None):
        """An epoch is over: keep it if it is the best, or lose patience."""
        current = logs[self.monitor]
        ### BEGIN SOLUTION
        gain = self.best - current if self.mode == "min" else current - self.best
        self.wait += 1
        if gain > self.min_delta:
            self.best, self.best_weights, self.wait = current, self.model.get_weights(), 0
        if self.wait >= self.patience:
            self.model.stop_training = True  # given
        ### END SOLUTION

    def on_train_end(self, logs=None):
        """The training is over, stopped or not."""
        ### BEGIN SOLUTION
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)
        ### END SOLUTION


# %%
check("early_stopping")

# %% [markdown]
# A network of two layers of 256 learns 1,000 samples. It runs for 60 epochs once, and then
# under your callback with three kinds of patience. On the left the loss, with the epoch at
# which each of them gave up; on the right the length of all kernels together.
#
# **Predict:** does a patience of 1 stop at the best epoch? And what do the weights do in the
# meantime? (CityU's *Early Stopping as Regularization*: the effective complexity grows with
# the weights.)


# %% tags=["experiment"]
class Total(keras.callbacks.Callback):
    """Keeps the length of all kernels together, at the start and after each epoch."""

    def on_train_begin(self, logs=None):
        self.seen = [self.length()]

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(self.length())

    def length(self):
        return np.sqrt(sum(np.sum(w**2) for w in self.model.get_weights() if w.ndim == 2))


few = {"validation_data": (x_held[:200], y_held[:200])}  # few samples: a rough curve
total = Total()
full = fit(network(256, layers=2), epochs=60, callbacks=[total], **few).history
print(f"no stop:     60 epochs, validation loss at the end {full['val_loss'][-1]:.2f}")
stops = {}
for patience in (1, 3, 10):
    model = network(256, layers=2)
    ran = fit(model, epochs=60, callbacks=[EarlyStop(patience=patience)], **few)
    stops[patience] = len(ran.epoch)
    loss, accuracy = model.evaluate(x_test, y_test, batch_size=1_000, verbose=0)
    best = int(np.argmin(ran.history["val_loss"])) + 1
    print(
        f"patience {patience:2d}: {stops[patience]:2d} epochs, best {best:2d}, validation loss "
        f"{min(ran.history['val_loss']):.2f}; in the end test loss {loss:.2f}, "
        f"accuracy {accuracy:.2f}"
    )

with figures.use():
    fig, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
figures.learning_curves(full, ax=axes[0])
for patience, epochs in stops.items():
    axes[0].axvline(epochs, color="black", linestyle="--", linewidth=0.9)
    axes[0].text(epochs + 0.5, 1.5, f"patience {patience}", rotation=90, va="top", fontsize=8)
axes[1].plot(total.seen, **figures.line(2, len(total.seen)))
axes[1].set(xlabel="epoch", ylabel="length of all kernels", ylim=(0, None))
plt.show()

# %% [markdown]
# A patience of 1 gives up at the first epoch that is no better, before the best one has come.
# Patience 3 and 10 bring the *same* weights back; the larger one pays seven more epochs for
# being sure. After that the validation loss only climbs, and the length of the kernels with
# it: from less than 19 at the start to 30.

# %% [markdown] tags=["reflection"]
# The validation loss at the best epoch is a little too good to be true. Why, and which set
# would tell you? UvA's slide praises early stopping as an efficient search: how many values of
# which hyperparameter does one run try?

# %% [markdown]
# ### A cousin of l2
#
# UvA's slide *Why does early-stopping work as regularization?* says that for a linear model
# and a quadratic loss it is **equivalent** to l2, with $\tau \approx 1 / (\epsilon \alpha)$ for
# $\tau$ steps of rate $\epsilon$. One can compute how far that is true. Turn the weights into
# the directions in which the loss has the curvatures $h_i$. Each direction of the best weights
# $w^*$ arrives with a factor:
#
# $$\underbrace{1 - (1 - \eta h_i)^{\tau}}_{\tau \text{ steps of rate } \eta \text{ from } 0}
# \qquad\qquad
# \underbrace{\frac{h_i}{h_i + 2\, \text{factor}}}_{\text{l2}}
# \qquad\qquad
# \tau = \frac{1}{2\, \eta\, \text{factor}}$$
#
# (The slide's $\alpha$ belongs to the penalty $\frac{\alpha}{2} \lVert w \rVert^2$, so
# $\alpha = 2\, \text{factor}$: the same relation in this course's letters.) Both keep the
# directions of high curvature and shrink the flat ones. For small $h$ both are
# $h / (2\, \text{factor})$: equal to first order.
#
# **Predict:** where do they differ most, and which of the two shrinks less there?
#
# Below, both are measured: the dots are ten directions of the patients' data, descended with
# your l2 gradient or stopped after $\tau = 100$ steps. On the right, with only 60 patients to
# learn from: the error on the others.

# %% tags=["experiment"]
tau, rate = 100, 0.02
factor = 1 / (2 * rate * tau)
curvature, directions = np.linalg.eigh(2 * x_all.T @ x_all / n)
best = directions.T @ np.linalg.lstsq(x_all, y_all, rcond=None)[0]
stopped = directions.T @ descend(x_all, y_all, l2_gradient(0.0), tau, rate) / best
penalized = directions.T @ descend(x_all, y_all, l2_gradient(factor), 2_000, rate) / best

h = np.geomspace(0.5 * curvature.min(), 2 * curvature.max(), 200)
early, ridge = 1 - (1 - np.minimum(rate * h, 1)) ** tau, h / (h + 2 * factor)
print(f"tau = {tau} steps against factor {factor}: formulas apart by {np.max(early - ridge):.2f},")
print(f"measured in the ten directions by up to {np.abs(stopped - penalized).max():.2f}")

order = np.random.default_rng(0).permutation(n)
sixty, others = order[:60], order[60:]
taus = np.unique(np.geomspace(1, 300, 12 if QUICK else 30).astype(int))
errors = {"stopped after τ steps": [], "l2, factor 1 / (2 η τ)": []}
for steps in taus:
    for name, (force, count) in zip(errors, ((0.0, steps), (1 / (2 * rate * steps), 2_000))):
        slower = rate / (1 + force)  # a strong penalty needs small steps
        w = descend(x_all[sixty], y_all[sixty], l2_gradient(force), count, slower)
        errors[name].append(np.mean((x_all[others] @ w - y_all[others]) ** 2))

with figures.use():
    fig, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
for index, (name, curve, dots) in enumerate(
    (("stopped", early, stopped), ("l2", ridge, penalized))
):
    style = figures.line(index)
    axes[0].plot(h, curve, **{**style, "marker": ""}, label=f"{name}, formula")
    axes[0].plot(curvature, dots, style["marker"], color=style["color"], label=f"{name}, measured")
axes[0].set(xlabel="curvature h", ylabel="share of the best weight", xscale="log")
axes[0].legend(fontsize=8)
for index, (name, values) in enumerate(errors.items()):
    axes[1].plot(taus, values, label=name, **figures.line(index))
axes[1].set(xlabel="τ (steps)", ylabel="squared error on the others", xscale="log")
axes[1].legend(fontsize=8)
plt.show()

# %% [markdown]
# Cousins, not twins. The curves have the same shape and the errors their valley at about the
# same place, but the shares differ by up to 0.2: where l2 leaves 71 % of a weight, early stopping
# leaves 92 %. "Equivalent" is true to first order. What early stopping has for
# itself: one run tries all values of $\tau$, where l2 needs one run for each factor.

# %% [markdown]
# ## The same in course_kit
#
# The kit's own parts, and Keras', do what you have written.

# %% tags=["experiment"]
from course_kit import callbacks, constraints, losses, regularizers

random = np.random.default_rng(0)
w = random.normal(size=(6, 4)).astype("float32")
labels, logits = np.array([2, 0, 1]), random.normal(size=(3, 4)).astype("float32")
their_loss = losses.SparseCategoricalCrossentropy(from_logits=True, label_smoothing=0.1)
pairs = {
    "l2, regularizers.L2": (l2_objective(np.zeros(1), [w], 0.1)[0], regularizers.L2(0.1)(w)),
    "l1, regularizers.L1": (l1_penalty(w, 0.1)[0], regularizers.L1(0.1)(w)),
    "group lasso, regularizers.GroupLasso": (
        group_lasso(w, 0.1),
        regularizers.GroupLasso(0.1)(w),
    ),
    "max-norm (largest length), constraints.MaxNorm": (
        np.linalg.norm(max_norm(w, 1.5), axis=0).max(),
        np.linalg.norm(constraints.MaxNorm(1.5)(w), axis=0).max(),
    ),
    "label smoothing, losses.Sparse...": (
        np.mean(smoothed_cross_entropy(labels, logits, 0.1)),
        their_loss(labels, logits),
    ),
}
for name, (yours, theirs) in pairs.items():
    print(f"{name:48s} yours {float(yours):.5f}, the kit's {float(theirs):.5f}")

for name, stopping in {
    "yours": EarlyStop(patience=3),
    "Keras'": keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True),
    "the kit's": callbacks.EarlyStopping(patience=3, restore_best_weights=True),
}.items():
    model = network(256, layers=2)
    epochs = len(fit(model, epochs=60, callbacks=[stopping]).epoch)
    accuracy = model.evaluate(x_test, y_test, batch_size=1_000, verbose=0)[1]
    print(f"early stopping, {name:9s} {epochs} epochs, test accuracy {accuracy:.3f}")

# %% [markdown]
# Keras keeps a copy of the best weights only with `restore_best_weights=True`, and a first
# epoch with NaN stays its best for ever; yours and the kit's survive that. The kit's can also
# put the optimizer's state back with the weights (`restore_optimizer=True`). And label
# smoothing for whole-number labels is something that Keras has only for one-hot ones.

# %% [markdown]
# ## What to keep
#
# - Before you copy a $\lambda$: is the loss a sum or a mean, is there a $\frac{1}{2}$, and is the
#   penalty added once? In Keras: the plain sum, added once to the mean loss.
# - l2 shrinks in proportion, l1 by the same amount: so l1 selects weights and group lasso
#   selects neurons. The gradient of $|w|$ is a sign, and a square root needs care at zero.
# - A decay and a penalty are the same for plain SGD only.
# - Max-norm touches only what is too long. All weights into one unit have *one* length.
# - Smoothed labels sum to 1 and can be reached: the logits stop growing. The loss does not go
#   to 0 any more.
# - Early stopping: compare with the best, count epochs in a row, keep a *copy*, put it back
#   however the training ended, begin every fit anew. NaN is never the best.
