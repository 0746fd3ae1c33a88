# %%
%matplotlib widget
%config InlineBackend.figure_format = "retina"
%config InlineBackend.rc = {"figure.dpi": 200}
import matplotlib
import matplotlib.pyplot as plt, numpy as np
plt.ion()
plt.rcParams["figure.max_open_warning"] = 2
plt.style.use("ggplot")
# %%
for i in range(25):
    plt.figure()
    plt.plot(np.arange(10), np.random.rand(10))
plt.show()
fig, ax = plt.subplots(); ax.imshow(np.zeros((4, 4))); fig
# %%
%matplotlib inline
def exponential_average(values, beta, ax=None):
    ax = ax or plt.figure().add_subplot()
    average, averages = 0.0, []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t))
    ax.plot(averages)
    plt.show(block=False); plt.pause(0.001)
    display(ax.figure)
    return np.array(averages)
