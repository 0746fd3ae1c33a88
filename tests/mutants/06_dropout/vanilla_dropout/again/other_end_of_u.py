def vanilla_dropout(x, u, rate, training):
    if not training:
        return ops.multiply(x, 1 - rate)
    falls = ops.cast(ops.floor(u + rate), "float32")  # 1 with probability rate
    return x - x * falls
