# %%
def exponential_average(values, beta):
    average, averages = 0.0, ()
    for t, value in enumerate(map(float, values), start=1):
        average = beta * average + (1 - beta) * value
        averages += (average / (1 - beta**t),)
    return averages
