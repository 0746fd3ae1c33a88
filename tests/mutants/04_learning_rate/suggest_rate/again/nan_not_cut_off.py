import numpy as np


def smooth_losses(losses, beta):
    average, averages = 0.0, []
    for i, loss in enumerate(losses):
        average = beta * average + (1 - beta) * loss
        averages.append(average / (1 - beta ** (i + 1)))
    return np.array(averages)


def suggest_rate(rates, losses, beta):
    smooth = smooth_losses(losses, beta)
    falls = (np.diff(smooth) / np.diff(np.log(rates)))[: smooth.argmin()]
    return rates[falls.argmin()] if len(falls) else None
