from scipy.signal import lfilter


def exponential_average(values, beta):
    # m[t] - beta m[t-1] = (1 - beta) v[t]
    return lfilter([1.0 - beta], [1.0, -beta], np.asarray(values, dtype=float))
