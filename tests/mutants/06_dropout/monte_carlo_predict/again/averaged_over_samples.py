def monte_carlo_predict(forward, x, uniforms):
    means, spreads = [], []
    for u in uniforms:
        p = ops.softmax(ops.convert_to_tensor(forward(x, u)), axis=-1)  # (batch, classes)
        means.append(ops.mean(p, axis=0))
        spreads.append(ops.std(p, axis=0))
    return ops.stack(means), ops.stack(spreads)
