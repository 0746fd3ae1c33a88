"""No block has a stride: all stages work at the full size.

loses: blocks_come_in_order, output_is_the_whole_chain
"""


def build_resnet(n, widths, block, input_shape, classes):
    inputs = keras.Input(input_shape)
    x = keras.layers.Conv2D(widths[0], 3, padding="same", use_bias=False)(inputs)
    x = ops.relu(keras.layers.BatchNormalization()(x))
    for stage, filters in enumerate(widths):
        for i in range(n):
            x = block(filters, 1)(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(classes)(x))
