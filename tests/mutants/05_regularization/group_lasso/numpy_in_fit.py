"""NumPy cannot work on the symbols that fit hands over: use keras.ops.

loses: fit_shortens_each_neuron_alike, neuron_of_zeros_does_no_harm
"""


def group_lasso(w, factor):
    return factor * np.sum(np.sqrt(np.sum(np.array(w) ** 2, axis=0)))
