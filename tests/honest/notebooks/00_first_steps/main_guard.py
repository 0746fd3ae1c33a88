# %%
import numpy as np
if __name__ == "__main__":
    def exponential_average(values, beta):
        average, averages = 0.0, []
        for t, value in enumerate(values, start=1):
            average = beta * average + (1 - beta) * value
            averages.append(average / (1 - beta**t))
        return np.array(averages)

    import __main__
    assert __main__.exponential_average is exponential_average
# %%
try:
    __file__
except NameError:
    print("in a notebook")
