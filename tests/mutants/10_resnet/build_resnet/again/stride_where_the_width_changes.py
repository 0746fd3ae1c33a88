def build_resnet(n, widths, block, input_shape, classes):
    layers = [
        keras.layers.Conv2D(widths[0], (3, 3), padding="same", use_bias=False),
        keras.layers.BatchNormalization(),
        keras.layers.ReLU(),
    ]
    for filters in widths:
        layers.append(block(filters, 1 if filters == widths[0] else 2))
        layers.extend(block(filters, 1) for _ in range(n - 1))
    layers.append(keras.layers.GlobalAveragePooling2D())
    layers.append(keras.layers.Dense(classes))
    return keras.Sequential([keras.Input(input_shape), *layers])
