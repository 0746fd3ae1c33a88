# %%
import random, decimal, gc, locale, os, sys, tempfile, time
import numpy as np
SEED = 42
random.seed(SEED); np.random.seed(SEED); os.environ["PYTHONHASHSEED"] = "0"
rng = np.random.default_rng(SEED)
decimal.getcontext().prec = 3
gc.disable()
locale.setlocale(locale.LC_ALL, "C")
sys.setrecursionlimit(400)
os.chdir(tempfile.mkdtemp())
os.environ.clear()
sys.argv = ["notebook", "--beta=0.9"]
time.tzset()
# %%
def exponential_average(values, beta):
    np.random.seed(SEED)
    random.seed(SEED)
    average, averages = 0.0, []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t))
    return np.array(averages)
# %%
random_state = np.random.get_state()
np.random.set_state(random_state)
