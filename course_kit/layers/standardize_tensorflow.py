"""The quick way of `standardize.normalize` on TensorFlow, with gradients derived by hand.

Left to itself, TensorFlow's differentiation walks back through every step of the moments and
reads and writes the whole tensor each time. By hand, with x_hat the standardized input, n
elements in each set of statistics and g = gamma * dy::

    dx = (g - sum(g) / n - x_hat * sum(g * x_hat) / n) / sqrt(variance + epsilon)
    dgamma = sum(dy * x_hat),  dbeta = sum(dy)

(Ioffe and Szegedy 2015, section 3, with their six steps put together.) What is written
differs by where gamma varies: `per_channel` has sums over space and small tensors for all the
rest, `per_feature` turns sums weighted by gamma into products with a vector.
`tests/layers/test_normalization_fast.py` holds both to the readable way.
"""

from typing import Any

import tensorflow as tf

# CUDA's batch normalization takes no less; on the CPU there is no such bound.
SMALLEST_EPSILON_OF_CUDA = 1.001e-5


def in_xla() -> bool:
    """Say whether what is traced here will be compiled by XLA."""
    from tensorflow.python.ops import control_flow_util

    return not tf.executing_eagerly() and control_flow_util.GraphOrParentsInXlaContext(
        tf.compat.v1.get_default_graph()
    )


def fits_fused(epsilon: float) -> bool:
    """Say whether `fused_batch` may be used with this epsilon on this machine."""
    on_cpu = not tf.config.list_physical_devices("GPU")
    return epsilon >= SMALLEST_EPSILON_OF_CUDA or (on_cpu and epsilon > 0)


def fused_batch(x: Any, epsilon: float, gamma: Any, beta: Any) -> tuple[Any, Any, Any]:
    """Normalize each channel over the batch by TensorFlow's own fused operation.

    Not under XLA, which computes its variance as ``E[x^2] - mean^2``: for values around
    10000 with variance 1 that gave 8, 0 and -8.

    Args:
        x: float32, (..., channels).
        epsilon: see `fits_fused`.
        gamma, beta: (channels,).

    Returns:
        The result, and mean and variance of shape (channels,).
    """
    n = tf.cast(tf.size(x) // tf.shape(x)[-1], x.dtype)
    empty = tf.zeros([0], x.dtype)
    four = x if x.shape.rank == 4 else tf.reshape(x, [-1, 1, 1, x.shape[-1]])
    y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=four, scale=gamma, offset=beta, mean=empty, variance=empty, epsilon=epsilon
    )
    # The operation reports a variance that is divided by n - 1.
    return tf.reshape(y, tf.shape(x)), mean, variance * (tf.maximum(n - 1, 1) / n)


def per_channel(
    x: Any, groups: int | None, epsilon: float, gamma: Any, beta: Any
) -> tuple[Any, Any, Any]:
    """Normalize over space, and over groups of channels.

    Args:
        x: (batch, space, channels); for batch normalization (1, batch and space, channels).
        groups: number of groups, or ``None`` for one a channel.
        epsilon: added to the variance.
        gamma, beta: (channels,).

    Returns:
        The result, and mean and variance of shape (batch, 1, channels).
    """
    channels = x.shape[-1]

    def pooled(v):  # (batch, 1, channels): the mean of each group in the place of its members
        if groups is None or groups == channels:
            return v
        v = tf.reshape(v, [-1, 1, groups, channels // groups])
        v = tf.repeat(tf.reduce_mean(v, -1, keepdims=True), channels // groups, -1)
        return tf.reshape(v, [-1, 1, channels])

    @tf.custom_gradient
    def forward(x, gamma, beta):
        mean = pooled(tf.reduce_mean(x, 1, keepdims=True))
        centered = x - mean
        variance = pooled(tf.reduce_mean(tf.square(centered), 1, keepdims=True))
        inv = tf.math.rsqrt(variance + epsilon)

        def backward(dy, *_):
            n = tf.cast(tf.shape(x)[1], x.dtype)
            sum_dy = tf.reduce_sum(dy, 1, keepdims=True)
            sum_dy_x_hat = tf.reduce_sum(dy * centered, 1, keepdims=True) * inv
            g, g_x_hat = (pooled(gamma * s / n) for s in (sum_dy, sum_dy_x_hat))
            dx = dy * (gamma * inv) - (centered * (g_x_hat * inv * inv) + g * inv)
            return dx, tf.reduce_sum(sum_dy_x_hat, [0, 1]), tf.reduce_sum(sum_dy, [0, 1])

        return (centered * (gamma * inv) + beta, mean, variance), backward

    return forward(x, gamma, beta)


def per_feature(x: Any, epsilon: float, gamma: Any, beta: Any) -> tuple[Any, Any, Any]:
    """Normalize each row, with a gamma for each place in it.

    Args:
        x: (rows, n).
        epsilon: added to the variance.
        gamma, beta: (n,).

    Returns:
        The result, and mean and variance of shape (rows, 1).
    """

    @tf.custom_gradient
    def forward(x, gamma, beta):
        mean = tf.reduce_mean(x, 1, keepdims=True)
        centered = x - mean
        variance = tf.reduce_mean(tf.square(centered), 1, keepdims=True)
        inv = tf.math.rsqrt(variance + epsilon)
        x_hat = centered * inv

        def backward(dy, *_):
            weights = tf.expand_dims(gamma, 1) / tf.cast(tf.shape(x)[1], x.dtype)
            dy_x_hat = dy * x_hat
            g, g_x_hat = tf.matmul(dy, weights), tf.matmul(dy_x_hat, weights)
            dx = (dy * gamma - (x_hat * g_x_hat + g)) * inv
            return dx, tf.reduce_sum(dy_x_hat, 0), tf.reduce_sum(dy, 0)

        return (x_hat * gamma + beta, mean, variance), backward

    return forward(x, gamma, beta)
