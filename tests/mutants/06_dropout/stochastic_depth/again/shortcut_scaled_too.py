import tensorflow as tf


def stochastic_depth(x, branch, u, rate, training):
    total = tf.add(x, branch)
    if not training:
        return tf.scalar_mul(1 - rate, total)
    fallen = tf.reshape(u < rate, [-1] + [1] * (len(x.shape) - 1))
    return tf.where(fallen, x, total)


def depth_rates(blocks, last):
    return np.linspace(0, last, blocks + 1)[1:]
