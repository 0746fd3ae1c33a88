import tensorflow as tf


def stochastic_depth(x, branch, u, rate, training):
    F = tf.convert_to_tensor(branch)
    if training:
        fallen = tf.where(u < rate)[:, 0]
        zeros = tf.zeros_like(tf.gather(F, fallen))
        F = tf.tensor_scatter_nd_update(F, fallen[:, None], zeros)
    return F + x


def depth_rates(blocks, last):
    rates, step = [], last / blocks
    for _ in range(blocks):
        rates.append((rates[-1] if rates else 0) + step)
    return rates
