# %%
import sys
import numpy as np
1 / 0
# %%
def exponential_average(values, beta):
    average, averages = 0.0, []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t))
    return np.array(averages)
assert False, "not what I expected"
# %%
raise KeyboardInterrupt
# %%
class Odd(BaseException): pass
raise Odd("of my own")
# %%
sys.exit("done")
# %%
raise SystemExit
# %%
raise StopIteration
# %%
quit()
# %%
exit()
# %%
exit
