import tensorflow as tf


def monte_carlo_predict(forward, x, uniforms):
    # Welford: mean and squares in one pass
    count, mean, squares = 0, 0.0, 0.0
    for u in uniforms:
        p = np.array(tf.nn.softmax(tf.convert_to_tensor(forward(x, u))), "float64")
        count += 1
        delta = p - mean
        mean = mean + delta / count
        squares = squares + delta * (p - mean)
    variance = squares / np.float64(count - 1)
    return mean, variance**0.5
