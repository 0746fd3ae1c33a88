import numpy as np


def smooth_losses(losses, beta):
    count = len(losses)
    ages = np.arange(count)[:, None] - np.arange(count)
    weights = np.tril(beta ** np.maximum(ages, 0.0))
    return weights @ losses / weights.sum(axis=1)


def suggest_rate(rates, losses, beta):
    usable = [i for i, loss in enumerate(losses) if abs(loss) < np.inf]
    x = [np.log(rates[i]) for i in usable]
    s = list(smooth_losses(losses[usable], beta))
    falls = {i: (s[i + 1] - s[i]) / (x[i + 1] - x[i]) for i in range(s.index(min(s)))}
    return rates[usable[min(falls, key=falls.get)]] if falls else None
