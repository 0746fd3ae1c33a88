def spatial_dropout(x, u, rate):
    noise = keras.random.uniform(ops.shape(x))
    mask = ops.cast(noise >= rate, "float32")
    return ops.divide(ops.multiply(x, mask), 1 - rate)
