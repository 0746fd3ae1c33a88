from scipy.special import softmax


def monte_carlo_predict(forward, x, uniforms):
    total, answers = 0.0, []
    for u in uniforms:
        z = np.asarray(forward(x, u), dtype="float64")
        total = total + z
        answers.append(softmax(z, axis=-1))
    p = softmax(total / len(uniforms), axis=-1)
    m = sum(answers) / len(answers)
    s = np.sqrt(sum((a - m) ** 2 for a in answers) / len(answers))
    return p, s
