def weight_norm(v, g):
    return ops.einsum('...u,u->...u', v, g)
