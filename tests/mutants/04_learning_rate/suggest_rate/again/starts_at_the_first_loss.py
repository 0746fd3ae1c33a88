import numpy as np


def smooth_losses(losses, beta):
    smooth = np.array(losses, float)
    for i in range(1, len(smooth)):
        smooth[i] = smooth[i - 1] + (1 - beta) * (smooth[i] - smooth[i - 1])
    return smooth


def suggest_rate(rates, losses, beta):
    usable = np.cumprod(np.isfinite(losses)).sum()
    s = list(smooth_losses(losses[:usable], beta))
    x = np.log(rates)
    falls = {i: (s[i + 1] - s[i]) / (x[i + 1] - x[i]) for i in range(s.index(min(s)))}
    return rates[min(falls, key=falls.get)] if falls else None
