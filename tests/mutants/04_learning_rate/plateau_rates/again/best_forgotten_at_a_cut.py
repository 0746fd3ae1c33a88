import numpy as np


def plateau_rates(losses, initial, factor, patience):
    rates, since = [initial], []
    for loss in losses[:-1]:
        since.append(loss if np.isfinite(loss) else np.inf)
        waited = len(since) - 1 - int(np.argmin(since))
        waited += not np.isfinite(min(since))
        cut = waited == patience
        rates.append(rates[-1] * factor if cut else rates[-1])
        since = [] if cut else since
    return np.array(rates)
