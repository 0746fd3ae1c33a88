"""Right: keras.ops throughout.

loses: nothing
"""


def chain_gradients(weights, gradient, skip):
    found = [ops.convert_to_tensor(gradient)]
    for w in list(weights)[::-1]:
        step = ops.matmul(found[0], ops.transpose(w))
        found.insert(0, ops.add(step, found[0]) if skip else step)
    return ops.stack(found)
