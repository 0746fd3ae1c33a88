import numpy as np


def smooth_losses(losses, beta):
    average, total, averages = 0.0, 0.0, []
    for loss in losses:
        average = beta * average + (1 - beta) * loss
        averages.append(average / total if total else average)
        total = beta * total + (1 - beta)
    return np.array(averages)


def suggest_rate(rates, losses, beta):
    usable = np.cumprod(np.isfinite(losses)).sum()
    s = list(smooth_losses(losses[:usable], beta))
    x = np.log(rates)
    falls = {i: (s[i + 1] - s[i]) / (x[i + 1] - x[i]) for i in range(s.index(min(s)))}
    return rates[min(falls, key=falls.get)] if falls else None
