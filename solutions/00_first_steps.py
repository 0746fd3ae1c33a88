# %% [markdown] title="First steps" minutes=5 prerequisites="none"
# See how these labs work: load data, train a model with a callback of the kit, fill in
# one function, and have it checked.

# %% [markdown]
# ## How a lab works
#
# Run the cells from top to bottom with Shift+Enter. Cells that say `Complete '...' first.`
# are yours to fill in. After each of them stands a `check(...)`: it asks your code with
# numbers drawn afresh and tells you, claim by claim, what holds and what does not. You may
# check as often as you like. The same claims are asked when your notebook is graded.

# %% tags=["setup"]
import matplotlib.pyplot as plt
import numpy as np

from course_kit import check, data

# %% [markdown]
# ## Data
#
# `data.load("digits")` gives real handwriting that comes with scikit-learn: pictures of
# 8 x 8 pixels, so small that a laptop trains on them in seconds.

# %%
(x_train, y_train), (x_test, y_test) = data.load("digits")
print("pictures", x_train.shape, "labels", y_train.shape)

figure, axes = plt.subplots(1, 8, figsize=(8, 1.4))
for axis, picture, label in zip(axes, x_train, y_train):
    axis.imshow(picture[:, :, 0], cmap="gray_r")
    axis.set_title(str(label))
    axis.axis("off")
plt.show()

# %% [markdown]
# ## A model, and when to stop
#
# A small VGG network: blocks of convolutions, each block closed by a pooling. The callback
# `EarlyStopping` watches the loss on the pictures that are held out, stops when it has not
# improved for some epochs (the *patience*), and brings back the weights of the best epoch.
#
# **Before you run it:** the training loss will fall to nearly nothing. What do you expect
# of the loss on the held-out pictures?

# %% tags=["experiment"]
from course_kit import quiet

with quiet.start_up():  # TensorFlow has much to say when it is loaded
    import keras

    from course_kit import callbacks, figures, models

keras.utils.set_random_seed(0)
model = models.vgg(
    depths=(2, 2), filters=(16, 32), input_shape=(8, 8, 1), classes=10, head="average"
)
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
stopping = callbacks.EarlyStopping(patience=5, restore_best_weights=True)
history = model.fit(
    x_train, y_train, validation_data=(x_test, y_test), epochs=40, callbacks=[stopping], verbose=2
)
figures.learning_curves(history.history, log_y=True)
plt.show()

# %% [markdown]
# ## Your turn: the exponential average
#
# The loss of a single batch jumps about. To see where it is going, average it: give the
# newest value the weight $1 - \beta$ and let the older ones fade,
#
# $$m_0 = 0, \qquad m_t = \beta\, m_{t-1} + (1 - \beta)\, v_t, \qquad t = 1, 2, \dots$$
#
# The average starts at 0, so that the first entries are too small. The weights of
# $v_1, \dots, v_t$ in $m_t$ add up to $1 - \beta^t$ only; dividing by that puts it right:
#
# $$\hat m_t = \frac{m_t}{1 - \beta^t}.$$
#
# By hand, with $\beta = 0.5$ and the values 4, 2: $m = (2,\ 2)$, and
# $\hat m = (2 / 0.5,\ 2 / 0.75) = (4,\ 2.67)$.
#
# <details><summary>Hint 1</summary>
#
# One loop over the values is enough. Keep `average` from one step to the next, and collect
# the corrected values in a list.
# </details>
#
# <details><summary>Hint 2</summary>
#
# `enumerate(values, start=1)` counts the steps from 1, as the formula does. With steps
# counted from 0, the first correction would divide by zero.
# </details>


# %% tags=["exercise"] exercise="exponential_average"
def exponential_average(values, beta):
    """Bias-corrected exponential averages of `values`.

    values: numbers, shape (steps,)
    beta: how much of the old average is kept, in [0, 1)
    returns: an array of shape (steps,)
    """
    ### BEGIN SOLUTION
    average, averages = 0.0, []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t))
    return np.array(averages)
    ### END SOLUTION


# %%
check("exponential_average")

# %% [markdown]
# A line that begins with ✗ says what was claimed and what was seen. `seed=...` in the last
# line asks the same numbers again, which helps while you look for a mistake.
#
# ## See it work
#
# The points are the losses of single batches; the line is your average. Does it lag behind?

# %% tags=["experiment"]
random = np.random.default_rng(0)
steps = np.arange(1, 201)
losses = 2.3 * np.exp(-steps / 60) + 0.2 + 0.15 * random.standard_normal(200)

plt.figure(figsize=(7, 3.5))
plt.plot(steps, losses, ".", color="0.6", label="loss of a batch")
plt.plot(steps, exponential_average(losses, 0.9), "-", color="#0072b2", label="average, beta = 0.9")
plt.plot(
    steps, exponential_average(losses, 0.98), "--", color="#d55e00", label="average, beta = 0.98"
)
plt.xlabel("step")
plt.ylabel("loss")
plt.legend()
plt.show()

# %% [markdown] tags=["reflection"]
# With beta = 0.98 the line is smoother, and it lies above the points while they fall. In a
# sentence or two: what do you pay for smoothness, and when would that mislead you?

# %% [markdown]
# ## What to keep
#
# Fill in, check, look, go on. Save the notebook; `course-kit check 00_first_steps.ipynb`
# runs all of it as the grader will. The next labs work the same way.
