# %%
import threading, queue
from concurrent.futures import ThreadPoolExecutor
import numpy as np

results = queue.Queue()
workers = [threading.Thread(target=results.put, args=(i,)) for i in range(8)]
for worker in workers: worker.start()
for worker in workers: worker.join()
pool = ThreadPoolExecutor(4)
lock = threading.Lock()
# %%
def exponential_average(values, beta):
    def average(t):
        with lock:
            weights = beta ** np.arange(t, -1, -1.0)
        return float(weights @ np.asarray(values[: t + 1], float) / weights.sum())
    return np.array(list(pool.map(average, range(len(values)))))
# %%
ticking = threading.Timer(3600, print, ["never"])
ticking.daemon = True
ticking.start()
