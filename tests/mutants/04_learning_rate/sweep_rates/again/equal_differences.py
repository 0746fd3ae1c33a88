def sweep_rates(low, high, steps):
    gap = (high - low) / (steps - 1)
    return [low + gap * i for i in range(steps)]
