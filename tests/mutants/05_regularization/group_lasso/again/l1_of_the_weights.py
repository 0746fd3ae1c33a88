def group_lasso(w, factor):
    per_neuron = ops.sum(ops.maximum(w, -w), axis=0)
    return ops.sum(factor * per_neuron)
