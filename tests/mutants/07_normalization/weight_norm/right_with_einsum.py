"""Right: the squared lengths by einsum.

loses: nothing
"""


def weight_norm(v, g):
    squares = ops.einsum('...iu,...iu->...u', v, v)
    while len(squares.shape) > 1:
        squares = ops.sum(squares, axis=0)
    return ops.einsum('...u,u->...u', v, g * ops.rsqrt(squares))
