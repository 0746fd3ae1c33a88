def weight_norm(v, g):
    return ops.einsum('...iu,...u->...iu', v, g / ops.sqrt(ops.einsum('...iu,...iu->...u', v, v)))
