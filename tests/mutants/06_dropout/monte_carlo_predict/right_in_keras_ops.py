"""Right: keras.ops, and the masks from last to first.

loses: nothing
"""


def monte_carlo_predict(forward, x, uniforms):
    each = ops.stack([ops.softmax(forward(x, u), axis=-1) for u in uniforms[::-1]])
    return ops.mean(each, axis=0), ops.std(each, axis=0)
