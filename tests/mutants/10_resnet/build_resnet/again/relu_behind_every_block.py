def build_resnet(n, widths, block, input_shape, classes):
    layers = [
        keras.layers.Conv2D(widths[0], (3, 3), padding="same", use_bias=False),
        keras.layers.BatchNormalization(),
        keras.layers.ReLU(),
    ]
    for stage, filters in enumerate(widths):
        for strides in [1 if stage == 0 else 2] + [1] * (n - 1):
            layers += [block(filters, strides), keras.layers.ReLU()]
    layers.append(keras.layers.GlobalAveragePooling2D())
    layers.append(keras.layers.Dense(classes))
    return keras.Sequential([keras.Input(input_shape), *layers])
