def spatial_dropout(x, u, rate):
    pictures = []
    for picture, numbers in zip(x, u):
        survive = np.where(numbers < rate, 0.0, 1 / (1 - rate))  # (c,)
        pictures.append(np.squeeze(picture * survive))
    return np.stack(pictures)
