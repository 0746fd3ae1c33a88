# %%
import numpy as np
junk = [1]
# %%
%reset -f
# %%
%reset_selective -f junk
import numpy as np
def exponential_average(values, beta):
    average, averages = 0.0, []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t))
    return np.array(averages)
