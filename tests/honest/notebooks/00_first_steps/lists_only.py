# %%
def exponential_average(values, beta):
    values = list(map(float, values))
    def at(t):
        return sum((1 - beta) * beta ** (t - i) * values[i] for i in range(t + 1))
    return [at(t) / (1 - beta ** (t + 1)) for t in range(len(values))]
