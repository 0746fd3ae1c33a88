"""Each stage has n - 1 blocks; it should have n.

loses: blocks_come_in_order, every_block_is_a_new_one
"""


def build_resnet(n, widths, block, input_shape, classes):
    inputs = keras.Input(input_shape)
    x = keras.layers.Conv2D(widths[0], 3, padding="same", use_bias=False)(inputs)
    x = ops.relu(keras.layers.BatchNormalization()(x))
    for stage, filters in enumerate(widths):
        for i in range(n - 1):
            x = block(filters, 2 if stage > 0 and i == 0 else 1)(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(classes)(x))
