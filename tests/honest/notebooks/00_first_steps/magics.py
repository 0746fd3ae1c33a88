# %%
%autosave 60
%load_ext autoreload
%autoreload 2
%env MY_FLAG=1
%precision 3
%xmode Minimal
%pdb off
%qtconsole
import numpy as np
np.mean?
# %%
%%time
def exponential_average(values, beta):
    average, averages = 0.0, []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t))
    return np.array(averages)
# %%
%timeit -n 3 -r 2 exponential_average([1.0, 2.0], 0.5)
%time y = exponential_average([1.0, 2.0], 0.5)
%prun -q exponential_average([1.0, 2.0], 0.5)
%who
%whos
%memit exponential_average([1.0], 0.5)
exponential_average??
# %%
%%capture out
print("kept")
# %%
%%timeit -n 2 -r 1
exponential_average([1.0, 2.0], 0.5)
# %%
%%wandb
assert exponential_average([3.0], 0.5)[0] == 3.0
# %%
%history -n 1
%lsmagic
%alias_magic t timeit
%debug
?exponential_average
