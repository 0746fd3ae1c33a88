def monte_carlo_predict(forward, x, uniforms):
    first, second = 0.0, 0.0
    for u in uniforms:
        out = np.asarray(forward(x, u), "float64")
        first = first + out / len(uniforms)
        second = second + out**2 / len(uniforms)
    return first, np.sqrt(np.maximum(second - first**2, 0.0))
