"""One block was made for a stage and used again and again: its weights are shared. Each block is to
be a new one.

loses: every_block_is_a_new_one, blocks_come_in_order
"""


def build_resnet(n, widths, block, input_shape, classes):
    inputs = keras.Input(input_shape)
    x = keras.layers.Conv2D(widths[0], 3, padding="same", use_bias=False)(inputs)
    x = ops.relu(keras.layers.BatchNormalization()(x))
    for stage, filters in enumerate(widths):
        x = block(filters, 2 if stage > 0 else 1)(x)
        if n > 1:
            again = block(filters, 1)
            for _ in range(n - 1):
                x = again(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(classes)(x))
