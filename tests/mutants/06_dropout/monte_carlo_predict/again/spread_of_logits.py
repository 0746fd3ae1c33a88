def monte_carlo_predict(forward, x, uniforms):
    outputs = [ops.convert_to_tensor(forward(x, u)) for u in uniforms]
    probability = outputs[0] * 0
    for z in outputs:
        e = ops.exp(z - ops.max(z, axis=-1, keepdims=True))
        probability = probability + e / ops.sum(e, axis=-1, keepdims=True)
    centre = sum(outputs) / len(outputs)
    spread = ops.sqrt(sum(ops.square(z - centre) for z in outputs) / len(outputs))
    return probability / len(outputs), spread
