def weight_norm(v, g):
    return np.einsum('...iu,...u->...iu', v, g / np.sqrt(np.einsum('...iu,...iu->...u', v, v)))
