def weight_norm(v, g):
    return np.einsum('...u,u->...u', v, g)
