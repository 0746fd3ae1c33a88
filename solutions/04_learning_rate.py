# %% [markdown] title="Learning rate" minutes=75 prerequisites="00_first_steps; a dense network trained with `model.fit`"
# Write the schedules of the lectures, and the range test that finds a rate to begin with.
# See what a rate that is too low or too high looks like, why a schedule can come one step
# late, and what the curve of a range test says, and what it does not.

# %% [markdown]
# ## One number
#
# UNICAMP's slide *Scheduling the learning rate and avoiding under/overfitting* calls the
# learning rate the most important parameter to avoid underfitting and overfitting. UvA's slide
# *Learning rate* says what goes wrong on either side: too strong, and the steps overshoot; too
# weak, and training is slow. This lab is about how to choose it, and how to change it while
# training.
#
# | what | where | as a formula |
# |---|---|---|
# | step decay | UNICAMP; UvA, *Learning rate schedules*; CityU, *Learning Rate Decay* | $\eta_t = \eta_0\, f^{\lfloor t / s \rfloor}$ |
# | inverse decay | UvA | $\eta_t = \eta_0 / (1 + \varepsilon t)$ |
# | exponential decay | UvA | $\eta_t = \eta_0\, e^{-\varepsilon t}$ |
# | cosine | CityU; UvA | $\eta_t = \frac{1}{2} \eta_0 (1 + \cos(\pi t / T))$ |
# | warm-up | UvA ("common") | grows in equal steps, then any of these |
# | reduce on plateau | UvA ("when validation loss stopped decreasing") | |
# | range test | CityU, step 3; UNICAMP's search | raise the rate, choose before the loss leaves |
#
# **What $t$ is.** In this course $t$ counts steps: batches, one update each. It **starts at
# 0**: the very first update is made with $\eta_0$. Where a slide counts epochs, multiply by the
# number of batches in an epoch.
#
# **What you write with.** Plain Python and NumPy will do throughout; the callbacks run
# between the steps of `fit`, not inside its compiled part.

# %% tags=["setup"]
import math
import os

import matplotlib.pyplot as plt
import numpy as np

from matplotlib.ticker import MaxNLocator

from course_kit import check, data, figures, quiet
from course_kit.figures.dropout_family import compare

with quiet.start_up():  # TensorFlow has much to say when it is loaded
    import keras

keras.utils.set_random_seed(4)
QUICK = os.environ.get("COURSE_KIT_SMOKE") == "1"  # few epochs, to test that the cells run

# %% [markdown]
# ## Good and bad rates, side by side
#
# The data: MNIST-1D, 4,000 drawings of digits as curves of 40 numbers. The network: three
# hidden layers of 100 units. The optimizer is plain gradient descent, which has no memory: a
# step is the rate times the gradient and nothing else. Three networks start from the same
# weights and see the same batches; only the rate differs: 0.003, 0.1 and 3.
#
# **Predict** the three curves of the training loss before you run the cell. Which is the
# lowest after thirty epochs? What does the loss do that starts at $\log 10 = 2.3$, where a
# network stands that knows nothing?

# %% tags=["experiment"]
(x_train, y_train), (x_held, y_held) = data.load("mnist1d")
BATCHES = 40  # of 100 samples, in an epoch


def network(rate, layers=3, seed=0):
    """Hidden layers of 100 units, compiled with plain gradient descent of this rate."""
    keras.utils.set_random_seed(seed)
    hidden = [keras.layers.Dense(100, activation="relu") for _ in range(layers)]
    model = keras.Sequential([keras.Input((40,)), *hidden, keras.layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(rate), loss, metrics=["accuracy"])
    return model


class Progress(keras.callbacks.Callback):
    """One line every ten epochs."""

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % 10 == 0:
            numbers = f"loss {logs['loss']:.3f}, held-out loss {logs['val_loss']:.3f}"
            print(f"  epoch {epoch + 1}: {numbers}, accuracy {logs['val_accuracy']:.3f}")


def train(model, epochs, callbacks=()):
    """History of `epochs` epochs (three in a quick run): losses and accuracies."""
    return model.fit(
        x_train,
        y_train,
        validation_data=(x_held, y_held),
        validation_batch_size=1_000,
        batch_size=100,
        epochs=3 if QUICK else epochs,
        callbacks=[Progress(), *callbacks],
        verbose=0,
    ).history


def side_by_side(histories, title, top=2.6):
    """Training losses and held-out accuracies of several networks."""
    with figures.use():
        fig, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
    for ax, key in zip(axes, ("loss", "val_accuracy")):
        for index, (name, history) in enumerate(histories.items()):
            epochs = np.arange(1, len(history[key]) + 1)
            ax.plot(epochs, history[key], label=name, **figures.line(index, len(epochs)))
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes[0].set(xlabel="epoch", ylabel="training loss", ylim=(0, top), title=title)
    axes[1].set(xlabel="epoch", ylabel="held-out accuracy", ylim=(0, 1))
    axes[1].legend()
    plt.show()


histories = {}
for rate in (0.003, 0.1, 3.0):
    print(f"rate {rate}")
    model = network(rate)
    histories[f"rate {rate}"] = train(model, epochs=30)
    answers = np.array(keras.Sequential(model.layers[:-1])(x_held))  # of the last hidden layer
    silent = np.mean(np.all(answers == 0, axis=0))
    print(f"  units of the last hidden layer that answer to no held-out drawing: {silent:.0%}")
side_by_side(histories, "three constant rates")

# %% [markdown]
# At 0.003 the loss goes down steadily, but hardly at all: after thirty epochs it is above 1.8. At
# 0.1 it falls to a third of that. At 3 the first steps throw the weights so far that the units of
# the hidden layers are silent ever after; the network gives the same answer to every drawing,
# and the loss stays at 2.3. A rate that is too high need not look wild: it can look like
# nothing happens.

# %% [markdown] tags=["reflection"]
# Two of the three networks have a loss near 2.3 in their first epochs. You see the curves of
# somebody else's training, without being told the rate. How would you find out whether it was
# too low or too high?

# %% [markdown]
# ## Step decay and inverse decay
#
# UNICAMP's formula for step decay, with factor $f$ (0.1 on the slide) and a drop every $s$
# steps, and UvA's for inverse decay:
#
# $$\eta_t = \eta_0\, f^{\lfloor t / s \rfloor}
# \qquad\qquad
# \eta_t = \frac{\eta_0}{1 + \varepsilon t}, \qquad t = 0, 1, 2, \dots$$
#
# The slide writes $t // s$ for the exponent, as Python does: division among whole numbers, the
# rest thrown away. All of these are single numbers; there are no shapes.
#
# By hand, with $\eta_0 = 0.8$, $f = 0.5$, $s = 4$: steps 0 to 3 have the rate 0.8, steps 4 to 7
# have 0.4, step 8 has 0.2. Inverse decay with $\varepsilon = 0.25$: step 4 has
# $0.8 / (1 + 1) = 0.4$, step 12 has $0.8 / 4 = 0.2$.
#
# **Predict:** the first halving of the inverse decay took 4 steps, the second one 8. How many
# will the third take?
#
# <details><summary>Hint 1</summary>
#
# For step decay count the drops that lie behind you at step $t$. At $t = 3$ there is none, at
# $t = 4$ one.
# </details>
#
# <details><summary>Hint 2</summary>
#
# Python's `//` counts the drops. Both functions start from the first rate each time; neither
# needs to know the rate of the step before.
# </details>


# %% tags=["exercise"] exercise="step_and_inverse"
def step_decay(t, initial, factor, every):
    """The rate of step t when it is multiplied by `factor` every `every` steps.

    t: number of the step, 0, 1, 2, ...
    initial: the rate of step 0, above 0
    factor: above 0; below 1 the rate falls
    every: steps between two drops, a whole number, at least 1
    returns: one number
    """
    ### BEGIN SOLUTION
    return initial * factor ** (t // every)
    ### END SOLUTION


def inverse_decay(t, initial, epsilon):
    """The rate of step t when it falls like one over the number of steps.

    t: number of the step, 0, 1, 2, ...
    initial: the rate of step 0, above 0
    epsilon: at least 0
    returns: one number
    """
    ### BEGIN SOLUTION
    return initial / (1 + epsilon * t)
    ### END SOLUTION


# %%
check("step_and_inverse")

# %% [markdown]
# ### Robbins and Monro, counted
#
# UvA's slide *Convergence* asks two things of the rates:
#
# $$\sum_t \eta_t = \infty \qquad\text{and}\qquad \sum_t \eta_t^2 < \infty.$$
#
# The first: from wherever you start, the steps that remain add up to enough to arrive. The
# second: the noise of the batches dies out. The next slide lists schedules and says that step
# decay is often preferred.
#
# **Predict:** which of these meet both conditions: constant, step decay, inverse decay,
# exponential decay?
#
# The cell adds the rates up. Then it lets each schedule look for the minimum of a
# parabola, $\frac{1}{2} w^2$, from $w = 10$, with noise in each gradient, 400 times over. The
# picture shows how far from the minimum $w = 0$ they are (root mean square).


# %% tags=["experiment"]
def exponential_decay(t, initial, epsilon):
    return initial * math.exp(-epsilon * t)


rates_of = {
    "constant": lambda t: 0.1,
    "step": lambda t: step_decay(t, 0.1, 0.1, 500),
    "inverse": lambda t: inverse_decay(t, 0.1, 0.02),
    "exponential": lambda t: exponential_decay(t, 0.1, 0.05),
}
for name, rate_of in rates_of.items():
    rates = np.array([float(rate_of(t)) for t in range(100_000)])
    sums = " ".join(f"{np.sum(rates[:n]):10.2f}" for n in (1_000, 10_000, 100_000))
    squares = " ".join(f"{np.sum(rates[:n] ** 2):10.3f}" for n in (1_000, 10_000, 100_000))
    print(f"{name:12s} sum after 1e3, 1e4, 1e5 steps:{sums}   of squares:{squares}")

random, steps = np.random.default_rng(0), 20_000
marks = np.unique(np.geomspace(1, steps, 25).astype(int))
distances = {}
for name, rate_of in rates_of.items():
    w, seen = np.full(400, 10.0), []
    for t in range(steps):
        w = w - float(rate_of(t)) * (w + random.normal(size=400))
        if t + 1 in marks:
            seen.append(np.sqrt(np.mean(w**2)))
    distances[name] = seen
ax = compare(marks, distances, "steps made", "distance from the minimum", log_y=True)
ax.set_xscale("log")
plt.show()

# %% [markdown]
# Inverse decay alone meets both, and alone keeps getting closer. The constant rate gets into
# the neighbourhood soonest and stays there, thrown about by the noise. The rates of
# exponential decay add up to 2.05 and no more, and so it stops on the way, at a distance of
# 1.2. Each step leaves $1 - \eta_t$ of the distance, a little less than $e^{-\eta_t}$; all of
# them together leave a little less than $e^{-2.05} = 0.13$ of the 10 that it began with. Step decay
# fails the first condition too: its rates add up to 55.6 however long it goes on. It had arrived by
# then; but after some 3,000 steps it is frozen where it is.
#
# So the step decay that the slide prefers does not meet the condition on the slide before. That
# is no contradiction: the conditions speak of endless training, and yours ends. Look at the
# picture at 1,500 steps: there step decay and inverse decay are about as good. But do drop
# late enough.

# %% [markdown] tags=["reflection"]
# Cosine decay reaches 0 at a step $T$ that you choose beforehand. Which of the two conditions
# does it meet? What would happen in the picture above if $T$ was 100?

# %% [markdown]
# ## Cosine, with warm-up
#
# CityU's slide *Learning Rate Decay*, with our $t$ in steps and $T$ the number of them:
#
# $$\eta_t = \frac{1}{2}\, \eta_0 \left(1 + \cos\frac{\pi t}{T}\right).$$
#
# A warm-up of $w$ steps comes before. It grows in equal steps, and the rate of step 0 is the
# first of them, not 0: with a rate of 0 the first step would change nothing. The peak is
# reached at $t = w$, where the cosine begins with its own clock at 0 and $T - w$ steps to go.
# After the end the rate stays at 0:
#
# $$\eta_t = \begin{cases}
# \eta_{\text{peak}}\, \dfrac{t + 1}{w + 1} & t < w \\[2ex]
# \dfrac{1}{2}\, \eta_{\text{peak}} \left(1 + \cos\dfrac{\pi (t - w)}{T - w}\right) & w \le t \le T
# \\[2ex]
# 0 & t > T \end{cases}$$
#
# By hand, with peak 1, $w = 3$, $T = 9$: the warm-up is 1/4, 1/2, 3/4. Then step 3 has 1; step 5
# stands at a third of the way, $\cos(\pi/3) = 1/2$, and has 3/4; step 6 has 1/2, step 9 has 0.
#
# **Predict:** what would the rate do after step $T$ if nobody held it at 0? And what if the
# angle was $2 \pi t / T$?
#
# <details><summary>Hint 1</summary>
#
# Three cases, three returns. In the second one give the cosine's own count a name: how many of
# its steps are made, and how many has it in all?
# </details>
#
# <details><summary>Hint 2</summary>
#
# `math.cos` and `np.cos` take radians. With `min(...)` the third case needs no line of its own.
# The first case is never entered when there is no warm-up.
# </details>


# %% tags=["exercise"] exercise="warm_cosine"
def warm_cosine(t, peak, steps, warm_up):
    """The rate of step t: a linear warm-up, then half a cosine, then 0.

    t: number of the step, 0, 1, 2, ..., also beyond `steps`
    peak: the highest rate, at t = warm_up
    steps: T, the step at which the rate is 0
    warm_up: w, steps before the peak, 0 <= warm_up < steps
    returns: one number
    """
    ### BEGIN SOLUTION
    if t < warm_up:
        return peak * (t + 1) / (warm_up + 1)
    part = min((t - warm_up) / (steps - warm_up), 1.0)
    return 0.5 * peak * (1 + math.cos(math.pi * part))
    ### END SOLUTION


# %%
check("warm_cosine")

# %% [markdown]
# All schedules of this lab over 2,000 steps. Below the picture, two numbers about slides:
#
# - On CityU's slide $t$ is the *index of the epoch*, which starts at 0. Then the rate is the
#   same for a whole epoch, and the last epoch, $T - 1$, is not trained with 0. With five epochs
#   that makes a difference; with a hundred it hardly does.
# - UvA's table of ingredients says that one recipe has the "decay rate" $0.02^{1/400}$. On
#   the slide where the table comes back it is printed as $0.02^t / 400$, probably a slip in
#   copying. The first one is a factor for each epoch, which leaves 0.02 after 400 epochs.

# %% tags=["experiment"]
t = np.arange(0, 2_001)
schedules = {
    "step": lambda t: step_decay(t, 0.5, 0.1, 700),
    "inverse": lambda t: inverse_decay(t, 0.5, 0.005),
    "exponential": lambda t: exponential_decay(t, 0.5, 0.002),
    "cosine": lambda t: warm_cosine(t, 0.5, 2_000, 0),
    "warm-up and cosine": lambda t: warm_cosine(t, 0.5, 2_000, 200),
}
curves = {name: [float(rate_of(n)) for n in t] for name, rate_of in schedules.items()}
compare(t, curves, "step t", "learning rate")
plt.show()

for epochs in (5, 100):
    by_epoch = [float(warm_cosine(epoch, 1.0, epochs, 0)) for epoch in range(epochs)]
    print(f"cosine by epoch, {epochs} of them: the last has {by_epoch[-1]:.4f} of the peak")
print(f"factor 0.02^(1/400) = {0.02 ** (1 / 400):.4f}: after 400 epochs", end=" ")
print(f"{(0.02 ** (1 / 400)) ** 400:.2f}; 0.02^t / 400: after one epoch {0.02 / 400:.5f}")

# %% [markdown]
# ## The rate of the step that is being made: find the bug
#
# A schedule is a function of $t$. To train with it, somebody has to set the optimizer's rate
# before each step. A callback can: `fit` calls its methods in this order,
#
# ```
# on_train_begin
#     on_epoch_begin(epoch)
#         on_train_batch_begin(batch)      <- batch counts from 0 in each epoch
#             the step is made
#         on_train_batch_end(batch)
#     on_epoch_end(epoch)
# on_train_end
# ```
#
# and `self.model.optimizer.learning_rate = number` sets the rate. Step $t$ must be made with
# `schedule(t)`, $t = 0, 1, 2, \dots$ through all epochs of a `fit`. If the same callback is
# used in a second `fit`, of the same model even, it begins again at 0.
#
# The cell below runs, and its loss goes down. **It has two bugs; find and mend them.** You may
# add lines.
#
# **Predict before you change anything:** a model is compiled with the rate 9, the schedule is
# 0.1, 0.2, 0.3, 0.4, and `fit` makes two epochs of two batches. Which four rates are the
# steps made with?
#
# <details><summary>Hint 1</summary>
#
# Write down the calls of `fit` for two epochs of two batches, one below the other, and beside
# each the rate that the optimizer holds. Which rate does the first step see?
# </details>
#
# <details><summary>Hint 2</summary>
#
# Which method is called just before a step? And is there a number that knows how many steps
# were made in this `fit`, in all of its epochs? If there is none, keep one: who sets it to 0?
# </details>


# %% tags=["exercise"] exercise="every_step"
class EveryStep(keras.callbacks.Callback):
    """Train step t with the rate schedule(t), t = 0, 1, 2, ... through all epochs of a fit.

    schedule: a function of t that returns one number
    """

    def __init__(self, schedule):
        super().__init__()
        self.schedule = schedule

    ### BEGIN SOLUTION
    def on_train_begin(self, logs=None):  # given
        self.t = 0

    def on_train_batch_begin(self, batch, logs=None):  # given
        self.model.optimizer.learning_rate = self.schedule(self.t)
        self.t += 1

    ### END SOLUTION
    ### BEGIN STARTER
    # def on_train_batch_end(self, batch, logs=None):
    #     self.model.optimizer.learning_rate = self.schedule(batch)
    ### END STARTER


# %%
check("every_step")

# %% [markdown]
# Now the schedules train the network for 25 epochs. All of them have 1 as their highest rate.
#
# **Predict:** with a constant rate of 1, and with rates that fall from 1: which network has the
# lowest training loss at the end? Which has the smoothest curve?

# %% tags=["experiment"]
EPOCHS = 3 if QUICK else 25
total = EPOCHS * BATCHES
schedules = {
    "constant": lambda t: 1.0,
    "step": lambda t: step_decay(t, 1.0, 0.1, total * 2 // 5),
    "inverse": lambda t: inverse_decay(t, 1.0, 0.005),
    "warm-up and cosine": lambda t: warm_cosine(t, 1.0, total, total // 10),
}
scheduled = {}
for name, rate_of in schedules.items():
    print(name)
    scheduled[name] = train(network(1.0), EPOCHS, [EveryStep(rate_of)])
side_by_side(scheduled, "four schedules", top=2.4)
for name, history in scheduled.items():
    loss, accuracy = (np.mean(history[key][-3:]) for key in ("loss", "val_accuracy"))
    print(f"{name:20s} last three epochs: loss {loss:.3f}, held-out accuracy {accuracy:.3f}")

# %% [markdown]
# The constant rate stays ragged: its loss jumps up and down by 0.1 and more until the end, and
# stands at about 0.4. Every schedule that falls ends lower, the cosine lowest of all, at 0.04.
# Step decay drops at once when its rate does, at epoch 11, and hardly moves after the second
# drop. On held-out data step and cosine gain some five points over the constant rate; inverse
# decay, whose training loss is low as well, gains none.
#
# What the warm-up gains cannot be seen here: this network is small, and takes a rate of 1 from its
# first step on. Warm-ups pay with large batches and deep networks (Goyal et al. 2017).

# %% [markdown]
# And what does a single step matter? Here the first step is made with the rate of the compiled
# optimizer, as in the cell that you have mended. Two networks are trained with the same
# schedule; one of them makes its first step with 20, a number that somebody left in `compile`.


# %% tags=["experiment"]
class FirstStepLate(keras.callbacks.Callback):
    """Sets each rate after its step: the first step has the rate of the compiled optimizer."""

    def __init__(self, schedule):
        super().__init__()
        self.schedule, self.made = schedule, 0

    def on_train_batch_end(self, batch, logs=None):
        self.model.optimizer.learning_rate = self.schedule(self.made)
        self.made += 1


def warm(t):
    return warm_cosine(t, 0.5, 20 * BATCHES, 2 * BATCHES)


late = {}
for name, callback in {"in time": EveryStep(warm), "one step late": FirstStepLate(warm)}.items():
    print(name)
    late[name] = train(network(20.0), 20, [callback])
side_by_side(late, "the same schedule, one step apart")
for name, history in late.items():
    print(f"{name}: loss of the first epoch {history['loss'][0]:.2f}")

# %% [markdown]
# One step, of 800. The mean loss of the first epoch is above 8, far outside of the picture, and
# after twenty epochs the network is still behind, in training and on held-out data.

# %% [markdown] tags=["reflection"]
# A schedule that comes one step late *all the time*, with a first step at a harmless rate,
# trains just as well. Why did nobody notice the bug, and how did `check` make it visible? (The
# check trains a model whose gradient is always 1.)

# %% [markdown]
# ## Reduce on plateau
#
# UvA's step decay has a second form: lower the rate "when validation loss stopped decreasing".
# Nobody needs to know beforehand when. The rule, epoch by epoch:
#
# - an epoch whose held-out loss is **lower than the best so far**, by however little, is an
#   improvement; its loss is the new best;
# - any other epoch is counted, also one with an equal loss, or with NaN. When `patience` of
#   them have come in a row, **the next epoch** is trained with the rate times `factor`, however
#   low it is by then, and the count begins again at 0 (the best stays).
#
# An epoch's held-out loss is known when the epoch is over. So it can change the rate of later
# epochs only.
#
# By hand, with $\eta_0 = 0.8$, factor 0.5, patience 2:
#
# | epoch | 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 |
# |---|---|---|---|---|---|---|---|---|
# | trained with | 0.8 | 0.8 | 0.8 | 0.8 | 0.4 | 0.4 | 0.4 | 0.2 |
# | held-out loss | 5 | 4 | 4 | 4 | 3 | 3 | 3 | 3 |
# | counted | 0 | 0 | 1 | 2, cut | 0 | 1 | 2, cut | 1 |
#
# **Predict:** a loss goes 5, 9, 8, 7, 6 with patience 2. Every epoch but the second is better
# than the one before. Is the rate cut?
#
# <details><summary>Hint 1</summary>
#
# Walk through the losses with a loop and three names: the rate, the best loss, the count. Note
# the rate of an epoch before you look at its loss.
# </details>
#
# <details><summary>Hint 2</summary>
#
# What is the best loss before the first epoch? `np.inf` is above every number. Ask whether the
# loss is lower (`<`), and put everything else into `else`: NaN is lower than nothing.
# </details>


# %% tags=["exercise"] exercise="plateau_rates"
def plateau_rates(losses, initial, factor, patience):
    """The rate that each epoch is trained with, lowered when the held-out loss stops falling.

    losses: held-out losses (epochs,), a list; NaN may be among them
    initial: the rate of epoch 0
    factor: what the rate is multiplied by, in (0, 1)
    patience: epochs in a row without a new best that lead to a cut, at least 1
    returns: an array (epochs,)
    """
    ### BEGIN SOLUTION
    rate, best, count, rates = initial, np.inf, 0, []
    for loss in losses:
        rates.append(rate)
        if loss < best:
            best, count = loss, 0
        else:
            count += 1
        if count == patience:
            rate, count = rate * factor, 0
    return np.array(rates)
    ### END SOLUTION


# %%
check("plateau_rates")

# %% [markdown]
# In training: at the beginning of each epoch your function is given the held-out losses so
# far, and a number in the place of the one that nobody knows yet.
#
# **Predict:** patience 1 against patience 8, for fifty epochs. Held-out losses are noisy: which
# of the two will lower the rate by mistake, and what does that cost?


# %% tags=["experiment"]
class OnPlateau(keras.callbacks.Callback):
    """Lowers the rate by `plateau_rates`."""

    def __init__(self, initial, factor, patience):
        super().__init__()
        self.settings, self.losses, self.used = (initial, factor, patience), [], []

    def on_epoch_begin(self, epoch, logs=None):
        rate = float(plateau_rates([*self.losses, 0.0], *self.settings)[-1])
        self.model.optimizer.learning_rate = rate
        self.used.append(rate)

    def on_epoch_end(self, epoch, logs=None):
        self.losses.append(logs["val_loss"])


waited, used = {}, {}
for patience in (1, 8):
    name = f"patience {patience}"
    print(name)
    callback = OnPlateau(0.5, 0.3, patience)
    waited[name], used[name] = train(network(0.5), 50, [callback]), callback.used

with figures.use():
    fig, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
for index, (name, history) in enumerate(waited.items()):
    epochs = np.arange(len(history["val_loss"]))
    axes[0].plot(epochs, history["val_loss"], label=name, **figures.line(index, len(epochs)))
    axes[1].step(epochs, used[name], where="post", **figures.line(index, len(epochs)))
axes[0].set(xlabel="epoch", ylabel="held-out loss")
axes[0].legend()
axes[1].set(xlabel="epoch", ylabel="learning rate", yscale="log")
plt.show()
for name, history in waited.items():
    print(f"{name}: lowest held-out loss {min(history['val_loss']):.3f}", end=", ")
    print(f"last training loss {history['loss'][-1]:.3f}, last rate {used[name][-1]:.1e}")

# %% [markdown]
# With patience 1 the first bumps of the held-out loss were enough: by epoch 20 the rate is so low
# that nothing moves any more, and the rule, which sees no improvement, cuts it again and again,
# down to $10^{-20}$. The training loss is frozen at 0.5. With patience 8 it goes on to 0.014.
#
# What does it cost? Held-out accuracy: 0.65 against 0.69. But the held-out *loss* of the frozen
# network is the lower one, 0.96 against 1.42 at the end, since it never had the time to grow
# sure of its mistakes. Cutting the rate too early acts like stopping early; if that is what you
# want, stop.

# %% [markdown]
# ## The range test: the sweep
#
# Which rate to begin with? CityU's step 3 (*Choosing Hyperparameters*): one that makes the loss
# drop significantly within some 100 iterations; good ones to try are 1e-1, 1e-2, 1e-3 and 1e-4.
# UvA says the same: log-spaced values. The range test (Smith 2017) tries a hundred of them in a
# single run of a hundred steps: each step is made with a higher rate than the one before.
#
# Rates spread over many powers of ten, so the sweep takes equal *ratios*, not equal
# differences. $n$ rates have $n - 1$ gaps:
#
# $$\eta_i = \eta_{\text{low}} \left(\frac{\eta_{\text{high}}}{\eta_{\text{low}}}\right)
# ^{i / (n - 1)}, \qquad i = 0, \dots, n - 1.$$
#
# By hand: five rates from 0.001 to 10 are 0.001, 0.01, 0.1, 1, 10.
#
# **Predict:** of 101 rates from $10^{-5}$ to 10 in equal *differences*, how many would lie below
# 0.1?
#
# (A detail of spelling: CityU's slide is set as $1e^{-1}$, which a formula would read as 1 times
# $e^{-1} = 0.37$, and its $1e^{-4}$ as 0.018. Meant is the `1e-1` of a computer, 0.1.)
#
# <details><summary>Hint 1</summary>
#
# Write the formula with `np.arange(steps)` in the place of $i$; it is one line.
# </details>
#
# <details><summary>Hint 2</summary>
#
# Put in $i = 0$ and $i = n - 1$ and see that the ends come out.
# </details>


# %% tags=["exercise"] exercise="sweep_rates"
def sweep_rates(low, high, steps):
    """Rates from `low` to `high`, each the same multiple of the one before.

    low, high: the first rate and the last, 0 < low < high
    steps: how many, at least 2
    returns: an array (steps,)
    """
    ### BEGIN SOLUTION
    return low * (high / low) ** (np.arange(steps) / (steps - 1))
    ### END SOLUTION


# %%
check("sweep_rates")

# %% [markdown]
# ## The range test: the callback
#
# A callback makes the sweep inside `fit`. It has four things to do:
#
# 1. **Keep** the weights and the rate when training begins. All weights: some change without a
#    gradient, such as the moving averages of batch normalization. And values, not variables: a
#    variable that you keep changes with the training. `self.model.get_weights()` gives values;
#    `float(self.model.optimizer.learning_rate)` is one.
# 2. **Before each step** set its rate. The steps go on through several epochs.
# 3. **After each step** note the rate and the loss of its batch. Take care: `logs["loss"]` is the
#    *mean over all batches* since the metrics were last reset, which `fit` does at each epoch.
#    `self.model.reset_metrics()` does it whenever you like. After `steps` steps, end the
#    training: `self.model.stop_training = True`.
# 4. **Put back** the weights and the rate when training ends. A search that changes the network
#    is no search. The data may end before the sweep does; then, too, all is put back, and the
#    lists hold the steps that were made.
#
# `__init__` is given. Should your `sweep_rates` not be right yet, `check` puts a right sweep into
# `self.sweep`: here it is the callback that is judged.
#
# **Predict:** losses of four batches are 1, 4, 9 and 16. What would `logs["loss"]` be after each
# of them, without a reset?
#
# <details><summary>Hint 1</summary>
#
# `len(self.rates)` or `len(self.losses)` knows how many steps have been made, if both lists are
# emptied when training begins.
# </details>
#
# <details><summary>Hint 2</summary>
#
# A reset just *before* a step makes the mean after it a mean over one batch. What is put in a
# list at the beginning of a step, and what at its end?
# </details>


# %% tags=["exercise"] exercise="range_test"
class RangeTest(keras.callbacks.Callback):
    """Sweep the rate from low to high in `steps` steps of a fit, and put everything back.

    Attributes `rates` and `losses`: of each step, in order, the rate that it was made with and
    the loss of its batch.
    """

    def __init__(self, low, high, steps):
        super().__init__()
        self.sweep = sweep_rates(low, high, steps)

    def on_train_begin(self, logs=None):
        ### BEGIN SOLUTION
        self.rates, self.losses = [], []
        self.weights_before = self.model.get_weights()
        self.rate_before = float(self.model.optimizer.learning_rate)
        ### END SOLUTION

    def on_train_batch_begin(self, batch, logs=None):
        ### BEGIN SOLUTION
        self.model.reset_metrics()  # given
        self.rates.append(float(self.sweep[len(self.rates)]))
        self.model.optimizer.learning_rate = self.rates[-1]
        ### END SOLUTION

    def on_train_batch_end(self, batch, logs=None):
        ### BEGIN SOLUTION
        self.losses.append(logs["loss"])
        if len(self.losses) == len(self.sweep):
            self.model.stop_training = True  # given
        ### END SOLUTION

    def on_train_end(self, logs=None):
        ### BEGIN SOLUTION
        self.model.set_weights(self.weights_before)
        self.model.optimizer.learning_rate = self.rate_before
        ### END SOLUTION


# %%
check("range_test")

# %% [markdown]
# The search on our network: 400 steps, ten epochs of the data, from $10^{-4}$ to 10. Beside the
# loss of each batch the cell draws what `logs["loss"]` would have been without the reset: the
# mean over the epoch so far.
#
# **Predict** the shape of the curve: where is it level, where does it fall, where does it
# leave? And on which side of it does the running mean lie?


# %% tags=["experiment"]
def search(model, low=1e-4, high=10.0, steps=400):
    """Rates and losses (steps,) of a range test."""
    keras.utils.set_random_seed(1)
    test = RangeTest(low, high, steps)
    epochs = math.ceil(steps / BATCHES)
    model.fit(x_train, y_train, batch_size=100, epochs=epochs, callbacks=[test], verbose=0)
    return np.array(test.rates), np.array(test.losses)


model = network(0.1)
rates, losses = search(model)
told = np.concatenate([np.cumsum(part) / np.arange(1, 41) for part in losses.reshape(-1, 40)])

ax = compare(rates, {"of each batch": losses, "mean of the epoch": told}, "learning rate", "loss")
ax.set(xscale="log", ylim=(1, 3.5))
plt.show()
with np.errstate(all="ignore"):
    best = np.nanargmin(losses)
print(f"lowest loss of a batch: {losses[best]:.2f}, at the rate {rates[best]:.2f}")
print(f"the last losses: {', '.join(f'{loss:.3g}' for loss in losses[-3:])}")
same = all(np.array_equal(a, b) for a, b in zip(model.get_weights(), network(0.1).get_weights()))
print("weights after the search the same as before:", same)

# %% [markdown]
# Level up to a rate of about 0.01: such steps are too small to matter in so few of them. Then a
# fall, steepest around 0.1. From 0.3 on the curve is ragged and level, above 1 it rises, and at
# 3 it leaves. The mean over the epoch hides that: while the loss falls it lies above, at the
# end it rises late, and at the beginning of each epoch it jumps back to the truth.

# %% [markdown]
# ## The range test: the suggestion
#
# Losses of single batches are noisy. Average them first, as in lab 00, with weights that fade
# ($m_{-1} = 0$, steps $i$ from 0), and divide by what the weights add up to:
#
# $$m_i = \beta\, m_{i-1} + (1 - \beta)\, L_i, \qquad s_i = \frac{m_i}{1 - \beta^{i+1}}.$$
#
# Then look for the place where $s$ falls fastest against the *logarithm* of the rate,
#
# $$i^* = \arg\min_{i \,<\, j} \frac{s_{i+1} - s_i}{\log \eta_{i+1} - \log \eta_i},
# \qquad j = \arg\min_i s_i ,$$
#
# and suggest $\eta_{i^*}$. Three things to see in this formula:
#
# - The loss $L_i$ is measured on the way forward, *before* the step with $\eta_i$ is made. So
#   the fall from $s_i$ to $s_{i+1}$ is the work of $\eta_i$, not of $\eta_{i+1}$.
# - Only falls **before the minimum** count. At the minimum itself the rate is already so high
#   that the loss is about to leave, and after it the loss may jump down from great heights.
# - If the minimum comes first of all ($j = 0$), no rate made the loss fall: the answer is
#   `None`. Better no answer than a wrong one.
#
# Losses from the first NaN or infinity on are left out.
#
# By hand, $\beta = 0$, with rates that grow by one factor: losses 9, 9, 8, 4, 3, 7. The minimum
# is at $j = 4$, the largest fall is from 8 to 4, so the answer is the third rate. Rates need not
# grow by one factor, though: with 0.001, 0.01, 0.011, 0.1 and losses 9, 6, 4, 3 the largest fall
# is the first, but it took a whole decade. The second took a 24th of one, and is far steeper: the
# answer is 0.01.
#
# **Predict:** what would an average that is not divided by $1 - \beta^{i+1}$ do to the curve's
# beginning, with $\beta = 0.9$? Where would its minimum be?
#
# <details><summary>Hint 1</summary>
#
# `np.isfinite` marks the losses that can be used; cut both arrays off at the first that cannot.
# `np.diff` and `np.argmin` do most of the rest.
# </details>
#
# <details><summary>Hint 2</summary>
#
# With the minimum at index j, the falls that count lie between the entries 0 to j: those are j
# falls, `s[: j + 1]`. With j = 0 there is none.
# </details>


# %% tags=["exercise"] exercise="suggest_rate"
def smooth_losses(losses, beta):
    """Exponential average of the losses, divided by the sum of its weights.

    losses: (steps,), finite
    beta: weight of the past, in [0, 1)
    returns: an array (steps,)
    """
    ### BEGIN SOLUTION
    average, averages = 0.0, []
    for i, loss in enumerate(losses):
        average = beta * average + (1 - beta) * loss
        averages.append(average / (1 - beta ** (i + 1)))
    return np.array(averages)
    ### END SOLUTION


def suggest_rate(rates, losses, beta):
    """The rate with which the smoothed loss fell fastest before its minimum, or None.

    rates: (steps,), growing, not always by the same factor
    losses: (steps,), the loss of the batch before the step with each rate; NaN may be among them
    beta: for the smoothing, in [0, 1)
    returns: one number, or None where the loss never falls
    """
    ### BEGIN SOLUTION
    broken = np.flatnonzero(~np.isfinite(losses))
    usable = broken[0] if len(broken) else len(losses)
    smooth = smooth_losses(losses[:usable], beta)
    lowest = np.argmin(smooth)
    if lowest == 0:
        return None
    slopes = np.diff(smooth[: lowest + 1]) / np.diff(np.log(rates[: lowest + 1]))
    return rates[np.argmin(slopes)]
    ### END SOLUTION


# %%
check("suggest_rate")

# %% [markdown]
# The average looks back only. So what will a heavier one suggest: a lower rate, or a higher one?
# **Predict**, then look at a curve without noise, whose steepest place is known to be at 0.001.

# %% tags=["experiment"]
places = np.linspace(-7, 1, 100)  # decimal logarithms of the rates
exact = 2.3 - 1.5 / (1 + np.exp(-4 * (places + 3)))
for beta in (0.0, 0.8, 0.95, 0.98):
    print(f"beta {beta}: suggests {suggest_rate(10**places, exact, beta):.4f}, steepest at 0.0010")

# %% [markdown]
# A moving average comes late: with 0.98, which many finders use, more than three times too high.
# With noise it cannot be left out, though. Here is the curve of our network, with three weights
# and what your function suggests for each.

# %% tags=["experiment"]
with figures.use():
    fig, ax = plt.subplots(figsize=(8, 4.4), layout="constrained")
ax.plot(rates, losses, ".", color="0.6", label="loss of each batch")
usable = np.isfinite(losses)
for index, beta in enumerate((0.0, 0.8, 0.95)):
    suggestion = suggest_rate(rates, losses, beta)
    smooth = smooth_losses(losses[usable], beta)
    look = figures.line(index, len(smooth))
    ax.plot(rates[usable], smooth, label=f"beta {beta}: {suggestion:.2g}", **look)
    height = np.interp(np.log(suggestion), np.log(rates[usable]), smooth)
    ax.plot(suggestion, height, "o", color="k", markersize=14, fillstyle="none")
ax.set(xscale="log", xlabel="learning rate", ylabel="loss", ylim=(1, 3.5))
ax.legend(title="average and suggestion (ringed)", loc="upper left")
plt.show()

# %% [markdown]
# Three weights, three answers: the steepest slope of a noisy curve is itself a noisy number.
# With no average it is the jump of two neighbours. With 0.95 it is the very first rate: the
# first averages rest on one, two, three losses, and jump as those do; the curve as a whole is
# smooth, its beginning is not. With 0.8 it is 0.64, where the curve is ragged already. So look
# at the curve, too: your eye would say between 0.05 and 0.3.
#
# Is it a good rate? The cell makes 120 steps with each of CityU's four rates and with your
# suggestion, and prints the mean loss of the last forty. Then it trains with the suggestion, a
# tenth of it and ten times it.
#
# **Predict** which of the three curves of the first picture of this lab each of them will
# resemble.

# %% tags=["experiment"]
suggestion = float(suggest_rate(rates, losses, 0.8))
grid = (1e-4, 1e-3, 1e-2, 1e-1, suggestion)
for rate in grid[3:] if QUICK else grid:
    history = network(rate).fit(x_train, y_train, batch_size=100, epochs=3, verbose=0).history
    print(f"rate {rate:.4f}: steps 80 to 119 have a mean loss of {history['loss'][-1]:.2f}")

tried = {}
for factor in (0.1, 1.0, 10.0):
    print(f"{factor} times the suggestion")
    rate = suggestion * factor
    tried[f"rate {rate:.3g}"] = train(network(rate), epochs=30)
side_by_side(tried, "the suggestion, and around it")

# %% [markdown]
# CityU's two lowest rates hardly move the loss in 120 steps, 0.1 does, and the suggestion still
# more. Over thirty epochs the suggestion is fast, but its curves have bumps: the price of a
# rate from the upper end. A tenth of it is smooth and slower, ten times it is lost at once (its
# loss is NaN, and no line is drawn). A common advice is to take the suggestion, or somewhat
# less, as the *highest* rate of a schedule that falls.
#
# ### UNICAMP's own search
#
# The slide raises the rate every $s$ iterations, which is your `step_decay` with a factor above
# one. While both accuracies are low the network underfits; when the one on the training set is
# high and the one on the validation set is low it overfits; and the rate just before that is
# chosen. Here the rate doubles every five epochs, from 0.01 up to 5.12. In the second run it
# does not: it stays at 0.16.
#
# **Predict:** the first run shows a gap between the two accuracies from some rate on. What will
# the second show?

# %% tags=["experiment"]
runs = {
    "rate doubled every 5 epochs": lambda t: step_decay(t, 0.01, 2.0, 5 * BATCHES),
    "rate 0.16 throughout": lambda t: 0.16,
}
with figures.use():
    fig, axes = plt.subplots(1, 2, figsize=(10, 3.8), sharey=True, layout="constrained")
for ax, (name, rate_of) in zip(axes, runs.items()):
    print(name)
    history = train(network(0.01), 50, [EveryStep(rate_of)])
    figures.learning_curves(history, "accuracy", ax=ax)
    ax.set(title=name, ylim=(0, 1.02))
    epochs = len(history["loss"])
    for epoch in range(4, epochs, 10):
        gap = history["accuracy"][epoch] - history["val_accuracy"][epoch]
        rate = float(rate_of(epoch * BATCHES))
        print(
            f"  epoch {epoch + 1}, rate {rate:.2f}: training {history['accuracy'][epoch]:.2f}",
            end="",
        )
        print(f", gap {gap:.2f}")
plt.show()

# %% [markdown]
# In the second run the rate was never raised, and there the gap is the larger one: 0.34 after 45
# epochs. It is training time that opens the gap. In the first run, 35 epochs lie behind when the
# gap is 0.10 at a rate of 0.64: it belongs to them as well as to the rate. And when the rate gets
# too high, at 2.56, training and held-out accuracy fall *together*, to the level of guessing. That
# is not overfitting (the training accuracy is low, too); the loss has left.
#
# So the slide's search finds the rate at which the loss leaves, and a rate one or two steps below
# it is a fine choice, as the slide says. But the gap between the two accuracies is no good sign
# for it.

# %% [markdown] tags=["reflection"]
# Both searches raise the rate while the weights go on being trained. In the range test that
# takes 400 steps, in UNICAMP's search 2,000. What does each curve show of the rate, and what of
# the time that has passed? How would you change UNICAMP's search so that it compares rates only?

# %% [markdown]
# ## The same in course_kit
#
# Schedules, as Keras has them, are objects that the optimizer asks by itself: `SGD(schedule)`. It
# calls them with the number of steps made so far, which is 0 in the first step: your $t$. So no
# callback is needed, and nothing comes late. And Keras' `ReduceLROnPlateau` follows the rule of
# your `plateau_rates`, but for two things. By default a new best has to be lower by `min_delta`,
# 0.0001: with patience 2, losses that fall by 0.00005 an epoch pass for a plateau, and the rate
# is cut. The cell sets it to 0. And a NaN in the first epoch becomes its best loss, no later loss
# is lower than NaN, and it cuts the rate of a training that goes well.

# %% tags=["experiment"]
from course_kit import callbacks, schedules as kit

pairs = {
    "step": (lambda t: step_decay(t, 0.5, 0.1, 700), kit.StepDecay(0.5, 0.1, every=700)),
    "inverse": (lambda t: inverse_decay(t, 0.5, 0.005), kit.InverseDecay(0.5, 0.005)),
    "warm-up and cosine": (
        lambda t: warm_cosine(t, 0.5, 2_000, 200),
        kit.WarmUp(kit.CosineDecay(0.5, 1_800), steps=200, start=0.5 / 201),
    ),
}
for name, (yours, schedule) in pairs.items():
    apart = max(abs(float(yours(t)) - float(schedule(t))) for t in range(0, 2_200, 7))
    print(f"{name:20s} largest difference to course_kit over 2,200 steps: {apart:.1e}")

keras_rule = keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=8, min_delta=0, min_lr=0)
keras_rule.set_model(network(0.5))
keras_rule.on_train_begin()
seen, by_keras = waited["patience 8"]["val_loss"], []
for epoch, loss in enumerate(seen):
    by_keras.append(float(keras_rule.model.optimizer.learning_rate))
    keras_rule.on_epoch_end(epoch, {"val_loss": loss})
apart = np.max(np.abs(np.array(by_keras) - plateau_rates(seen, 0.5, 0.3, 8)))
print(f"{'plateau':20s} largest difference to Keras over {len(seen)} epochs: {apart:.1e}")

# %% [markdown]
# And the finder. `lr_find` also puts back what your callback does not: the optimizer's memory, the
# random numbers, a schedule in the place of the rate. It uses no moving average, since that
# comes late, and it says how sure it is. The cell asks both twice: about the network of this
# lab, and about one whose labels are drawn at random, anew for each sample, so that no rate can
# make the loss of new batches fall.
#
# **Predict:** what will each say about random labels?

# %% tags=["experiment"]
noise = np.random.default_rng(0).integers(0, 10, size=len(y_train))
with figures.use():
    fig, axes = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
for ax, (name, labels) in zip(axes, {"true labels": y_train, "random labels": noise}.items()):
    keras.utils.set_random_seed(1)
    curve = callbacks.lr_find(
        network(0.1), x_train, labels, batch_size=100, min_lr=1e-4, max_lr=10.0, steps=200
    )
    curve.plot(ax)
    ax.set_title(name)
    own = [suggest_rate(curve.rates, curve.losses, beta) for beta in (0.5, 0.8, 0.95)]
    print(name)
    print(
        "  yours, beta 0.5, 0.8, 0.95:", ", ".join("None" if r is None else f"{r:.3g}" for r in own)
    )
    for kind, found in curve.suggestions.items():
        print(f"  course_kit {kind}:", f"{found.rate:.3g}" if found else None, end="")
        print(f", {found.confidence:.0%} sure" if found else "")
plt.show()

# %% [markdown]
# On true labels course_kit's first two answers lie on the slope, where the eye would put them:
# 0.18 where it is steepest, 0.10 half way down (`valley`). Yours are two or three times higher, or
# at the very beginning. It lays slopes of many widths over the whole curve, so that no single
# batch decides. The third, `minimum/10`, is a rule of thumb: a tenth of the rate with the lowest
# loss. At 0.039 it is below what the eye would choose, and yet "100% sure". Sure is the *place* of
# the lowest loss; whether a tenth of that rate is a good one, the number does not say. On random
# labels both of you say None.

# %% [markdown]
# ## What to keep
#
# - Look at the loss over some hundred steps: too low a rate hardly moves it, too high a rate
#   throws it about or away. In between lie one or two powers of ten.
# - $t$ counts steps from 0, and a rate is set **before** the step that it is meant for. When
#   you write a schedule, write down the rates of the first three steps and of the last one.
# - Warm up if the first steps are the dangerous ones, and fall at the end so that the noise
#   dies out. The shape in between matters less.
# - A loss that is known after an epoch can change later epochs only; better means better than
#   the best, and noise looks like a plateau to the impatient.
# - A range test answers in a minute where the loss begins to fall and where it leaves. Use the
#   loss of each batch, an average without bias, the logarithm of the rate; look before the
#   minimum; and look at the curve before you believe the number.
