def build_resnet(n, widths, block, input_shape, classes):
    layers = [
        keras.layers.Conv2D(widths[0], (3, 3), padding="same", use_bias=False),
        keras.layers.BatchNormalization(),
        keras.layers.ReLU(),
    ]
    for filters in widths:
        layers.append(block(filters, 1 if len(layers) == 3 else 2))
        if n > 1:
            layers += [block(filters, 1)] * (n - 1)
    layers.append(keras.layers.GlobalAveragePooling2D())
    layers.append(keras.layers.Dense(classes))
    x = inputs = keras.Input(input_shape)
    for layer in layers:
        x = layer(x)
    return keras.Model(inputs, x)
