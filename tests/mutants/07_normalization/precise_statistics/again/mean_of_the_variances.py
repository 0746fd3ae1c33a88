def precise_statistics(batches):
    count, total, spread = 0, 0, 0
    for x in batches:
        axes = tuple(range(x.ndim - 1))
        size = x.size // x.shape[-1]
        count += size
        total = total + size * x.mean(axes)
        spread = spread + np.square(x - x.mean(axes)).sum(axes)
    return total / count, spread / count
