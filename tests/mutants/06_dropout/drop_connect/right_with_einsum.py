"""Right: the three arrays in one sum, in float64.

loses: nothing
"""


def drop_connect(x, kernel, bias, u, rate):
    return np.einsum("bi,iu,iu->bu", x, kernel, (u >= rate) / (1.0 - rate)) + bias
