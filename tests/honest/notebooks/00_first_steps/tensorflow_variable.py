# %%
import tensorflow as tf
tf.random.set_seed(1)
tf.get_logger().setLevel("ERROR")
tf.config.run_functions_eagerly(False)

@tf.function(reduce_retracing=True)
def averages(values, beta):
    steps = tf.range(1, tf.size(values) + 1)
    sums = tf.scan(lambda a, v: beta * a + (1 - beta) * v, values, initializer=tf.zeros([], values.dtype))
    return sums / (1 - beta ** tf.cast(steps, values.dtype))

def exponential_average(values, beta):
    return tf.Variable(averages(tf.constant(values, tf.float64), tf.constant(beta, tf.float64)))
