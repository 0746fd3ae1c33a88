"""NumPy was used; inside `fit`, v and g are symbols, and the gradient cannot find its way through
NumPy.

loses: v_and_g_learn_in_fit
"""


def weight_norm(v, g):
    flat = np.reshape(v, (-1, v.shape[-1]))
    return np.asarray(g) * v / np.linalg.norm(flat, axis=0)
