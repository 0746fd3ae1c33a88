"""All pixels were laid side by side before the dense layer; the mean over them was asked for, so
that pictures of any size will do.

loses: output_is_the_whole_chain, rest_of_the_net_is_small
"""


def build_resnet(n, widths, block, input_shape, classes):
    inputs = keras.Input(input_shape)
    x = keras.layers.Conv2D(widths[0], 3, padding="same", use_bias=False)(inputs)
    x = ops.relu(keras.layers.BatchNormalization()(x))
    for stage, filters in enumerate(widths):
        for i in range(n):
            x = block(filters, 2 if stage > 0 and i == 0 else 1)(x)
    x = keras.layers.Flatten()(x)
    return keras.Model(inputs, keras.layers.Dense(classes)(x))
