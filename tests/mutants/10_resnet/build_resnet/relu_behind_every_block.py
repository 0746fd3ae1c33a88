"""A ReLU was put behind every block; whether a block ends with one is the block's own affair.

loses: output_is_the_whole_chain, fit_takes_a_step
"""


def build_resnet(n, widths, block, input_shape, classes):
    inputs = keras.Input(input_shape)
    x = keras.layers.Conv2D(widths[0], 3, padding="same", use_bias=False)(inputs)
    x = ops.relu(keras.layers.BatchNormalization()(x))
    for stage, filters in enumerate(widths):
        for i in range(n):
            x = ops.relu(block(filters, 2 if stage > 0 and i == 0 else 1)(x))
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(classes)(x))
