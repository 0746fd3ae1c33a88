"""What lab 10's claims ask of a notebook.

Weights come from the claim: they are put into the attributes that the exercise
names (``conv1``, ``norm1``, ...). A norm arrives as (4, channels): gamma, beta,
moving mean, and moving variance with the norm's epsilon in it, so that any epsilon
will do. A part that is not there is left out: then the output tells of it.
"""

from typing import Any

import numpy as np

from course_kit.checks.fitting import fit, predict


def residual_sum(notebook: Any, x: np.ndarray, *weights: np.ndarray) -> Any:
    """The student's dense residual block of `x` (batch, units), and `x` after the call.

    Args:
        weights: (units, hidden), (hidden,), (hidden, units), (units,).
    """
    y = notebook.residual_sum(x, *weights)
    return y, x


def chain(notebook: Any, weights: np.ndarray, gradient: np.ndarray, skip: bool) -> Any:
    """The student's gradients for weights (layers, units, units) and a gradient (batch, units)."""
    found = notebook.chain_gradients(weights, gradient, bool(skip))
    return list(found) if isinstance(found, tuple) else found  # a tuple would be several answers


def block(
    notebook: Any,
    x: np.ndarray,
    training: bool,
    strides: int,
    shortcut: np.ndarray,
    kernel1: np.ndarray,
    norm1: np.ndarray,
    kernel2: np.ndarray,
    norm2: np.ndarray,
) -> Any:
    """What the student's block makes of `x` (batch, h, w, c) with these weights.

    Args:
        shortcut: the matrix (c, filters) of a shortcut to be given to the block; empty
            for none, that is the identity.
    """
    layer = _block(notebook, x, strides, shortcut, kernel1, norm1, kernel2, norm2)
    return layer(x, training=bool(training))


def block_twice(
    notebook: Any, x: np.ndarray, strides: int, shortcut: np.ndarray, kernel1: np.ndarray,
    norm1: np.ndarray, kernel2: np.ndarray, norm2: np.ndarray,
) -> Any:  # fmt: skip
    """What one block makes of `x` in inference, and then in training; see `block`."""
    layer = _block(notebook, x, strides, shortcut, kernel1, norm1, kernel2, norm2)
    return layer(x, training=False), layer(x, training=True)


def block_and_branch(
    notebook: Any, x: np.ndarray, kernel1: np.ndarray, norm1: np.ndarray, kernel2: np.ndarray,
    norm2: np.ndarray,
) -> Any:  # fmt: skip
    """What a block and its `branch` alone make of `x`: both in inference, both in training.

    In inference `branch` gets no flag. In training a layer calls it, as the lab's plain block
    does: Keras then hands the flag on to norms that were not given it.
    """
    layer = _block(notebook, x, 1, np.zeros((0, 0)), kernel1, norm1, kernel2, norm2)
    inference = layer(x, training=False), layer.branch(x)
    return *inference, layer(x, training=True), _branch_of(layer)(x, training=True)


def block_weights(notebook: Any, channels: int, filters: int) -> Any:
    """How many numbers a block has, its shortcut aside: those trained, and the others."""
    short = _shortcut(np.ones((int(channels), int(filters)), "float32"), 1)
    layer = notebook.ResidualBlock(int(filters), shortcut=short)
    layer(np.zeros((1, 2, 2, int(channels)), "float32"))
    return _sizes(layer)


def block_in_fit(
    notebook: Any, x: np.ndarray, y: np.ndarray, kernel1: np.ndarray, norm1: np.ndarray,
    kernel2: np.ndarray, norm2: np.ndarray,
) -> Any:  # fmt: skip
    """Let `fit` and `predict` call a block: a head's weights after a step, and predictions.

    Returns:
        weights (h w filters,) and predictions (batch,); see `_one_step`.
    """
    layer = notebook.ResidualBlock(kernel2.shape[-1])
    model, head = _with_head(layer, x.shape[1:])
    _fill_block(layer, kernel1, norm1, kernel2, norm2)
    for norm in (getattr(layer, "norm1", None), getattr(layer, "norm2", None)):
        if norm is not None:
            norm.momentum = 0.5
    return _one_step(model, head, x, y)


def skip(
    notebook: Any,
    x: np.ndarray,
    training: bool,
    strides: int,
    kernel: np.ndarray,
    norm: np.ndarray,
) -> Any:
    """What the student's shortcut makes of `x`, with a kernel (1, 1, c, filters)."""
    return _skip(notebook, x, strides, kernel, norm)(x, training=bool(training))


def skip_twice(
    notebook: Any, x: np.ndarray, strides: int, kernel: np.ndarray, norm: np.ndarray
) -> Any:
    """What one shortcut makes of `x` in inference, and then in training; see `skip`."""
    layer = _skip(notebook, x, strides, kernel, norm)
    return layer(x, training=False), layer(x, training=True)


def skip_weights(notebook: Any, channels: int, filters: int, strides: int) -> Any:
    """How many numbers a shortcut has: those trained, and the others."""
    layer = notebook.ProjectionSkip(int(filters), strides=int(strides))
    layer(np.zeros((1, 3, 3, int(channels)), "float32"))
    return _sizes(layer)


def block_count(notebook: Any, channels: int, filters: int, strides: int) -> Any:
    """The student's count for one block, as a float."""
    return np.float64(notebook.block_parameters(int(channels), int(filters), int(strides)))


def net_count(notebook: Any, n: int, widths: np.ndarray, classes: int) -> Any:
    """The student's count for a whole network, as a float."""
    sizes = tuple(int(width) for width in widths)
    return np.float64(notebook.resnet_parameters(int(n), sizes, int(classes)))


def net(
    notebook: Any, x: np.ndarray, n: int, widths: np.ndarray, training: bool,
    kernel: np.ndarray, norm: np.ndarray, dense: np.ndarray, bias: np.ndarray,
) -> Any:  # fmt: skip
    """What the student's network makes of `x`, built from blocks of ours without weights."""
    model, _ = _net(notebook, x.shape[1:], n, widths, len(bias))
    _fill_net(model, kernel, norm, dense, bias)
    return model(x, training=bool(training))


def net_plan(notebook: Any, shape: np.ndarray, n: int, widths: np.ndarray) -> Any:
    """The blocks that were asked for, (blocks, 2): filters and strides, in their order."""
    _, asked = _net(notebook, [int(size) for size in shape], n, widths, 2)
    return np.array(asked, "float64").reshape(-1, 2)


def net_weights(notebook: Any, colours: int, widths: np.ndarray, classes: int) -> Any:
    """How many numbers the network has besides its blocks: those trained, and the others."""
    model, _ = _net(notebook, (4, 4, int(colours)), 1, widths, int(classes))
    return _sizes(model)


def net_in_fit(
    notebook: Any, x: np.ndarray, y: np.ndarray, n: int, widths: np.ndarray, classes: int,
    kernel: np.ndarray, norm: np.ndarray,
) -> Any:  # fmt: skip
    """One step of `fit` from logits that are zero: the last layer's kernel and bias after it.

    The step size is 1 and the batch is all of `x`; `y` holds classes (batch,).
    """
    import keras

    model, _ = _net(notebook, x.shape[1:], n, widths, int(classes))
    zeros = np.zeros((int(widths[-1]), int(classes)), "float32")
    _fill_net(model, kernel, norm, zeros, zeros[0])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(1.0), loss, run_eagerly=True)
    fit(model, x, y)
    last = _layers(model, keras.layers.Dense)[-1]
    return last.kernel, last.bias


# ------------------------------------------------------------ what the probes share


def _block(
    notebook: Any, x: np.ndarray, strides: int, shortcut: np.ndarray, *weights: np.ndarray
) -> Any:
    """The student's block, with these weights."""
    short = _shortcut(shortcut, int(strides)) if shortcut.size else None
    layer = notebook.ResidualBlock(weights[2].shape[-1], strides=int(strides), shortcut=short)
    layer(x)  # which makes its weights
    _fill_block(layer, *weights)
    return layer


def _skip(notebook: Any, x: np.ndarray, strides: int, kernel: np.ndarray, norm: np.ndarray) -> Any:
    """The student's shortcut, with these weights where it has any."""
    layer = notebook.ProjectionSkip(kernel.shape[-1], strides=int(strides))
    layer(x)
    _put_kernel(getattr(layer, "conv", None), kernel)
    _put_norm(getattr(layer, "norm", None), norm)
    return layer


def _branch_of(block: Any) -> Any:
    """A layer that is the branch of `block`, and nothing else."""
    import keras

    class Branch(keras.layers.Layer):
        def call(self, x: Any, training: bool = False) -> Any:
            return block.branch(x, training=training)

    return Branch()


def _shortcut(matrix: np.ndarray, strides: int) -> Any:
    """A shortcut of ours: every strides-th pixel times a matrix, and 1 more in training."""
    import keras
    from keras import ops

    class Shortcut(keras.layers.Layer):
        def call(self, x: Any, training: bool = False) -> Any:
            y = ops.matmul(x[:, ::strides, ::strides], ops.convert_to_tensor(matrix))
            return y + 1.0 if training else y

    return Shortcut()


def _toy_block(place: int, filters: int, strides: int) -> Any:
    """A block of ours without weights, another one at each place; it gives negative numbers too."""
    import keras
    from keras import ops

    class Toy(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            channels = [i % x.shape[-1] for i in range(filters)]
            return ops.take(x[:, ::strides, ::strides], channels, axis=-1) * (1 + place / 4) - place

    return Toy()


def _net(
    notebook: Any, shape: Any, n: int, widths: np.ndarray, classes: int
) -> tuple[Any, list[tuple[int, int]]]:
    """The student's network of toy blocks, and (filters, strides) of each as asked for."""
    asked: list[tuple[int, int]] = []

    def one(filters: int, strides: int = 1) -> Any:
        asked.append((int(filters), int(strides)))
        return _toy_block(len(asked), int(filters), int(strides))

    sizes = tuple(int(width) for width in widths)
    model = notebook.build_resnet(int(n), sizes, one, tuple(shape), int(classes))
    if not getattr(model, "built", True):  # a subclass of Model makes its weights when called
        model(np.zeros((1, *shape), "float32"))
    return model, asked


def _with_head(layer: Any, shape: Any) -> tuple[Any, Any]:
    """A model: the layer, and one linear unit behind all of its values."""
    import keras

    head = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    inputs = keras.Input(shape)
    model = keras.Model(inputs, head(keras.layers.Flatten()(layer(inputs))))
    model.compile(keras.optimizers.SGD(0.5), loss="mse", run_eagerly=True)
    return model, head


def _one_step(model: Any, head: Any, x: np.ndarray, y: np.ndarray) -> Any:
    """One step from a head of zeros: its weights then, and what `predict` says with them.

    Loss (0 - y)^2 and step size 1/2 make the weights the mean over the batch of y times
    what the layer gave while training. The layer's own weights get no gradient.
    """
    fit(model, x, y)
    return head.get_weights()[0][:, 0], predict(model, x)[:, 0]


def _fill_block(layer: Any, *values: np.ndarray) -> None:
    for name, value in zip(("conv1", "norm1", "conv2", "norm2"), values, strict=True):
        put = _put_kernel if name.startswith("conv") else _put_norm
        put(getattr(layer, name, None), value)


def _fill_net(
    model: Any, kernel: np.ndarray, norm: np.ndarray, dense: np.ndarray, bias: np.ndarray
) -> None:
    import keras

    for layer in _layers(model, keras.layers.Conv2D):
        _put_kernel(layer, kernel)
    for layer in _layers(model, keras.layers.BatchNormalization):
        _put_norm(layer, norm)
    for layer in _layers(model, keras.layers.Dense):
        _put_kernel(layer, dense)
        _put(getattr(layer, "bias", None), bias)


def _layers(model: Any, kind: Any) -> list[Any]:
    return [layer for layer in model._flatten_layers() if isinstance(layer, kind)]


def _put_kernel(layer: Any, kernel: np.ndarray) -> None:
    if layer is not None and layer.built:
        _put(layer.kernel, kernel)


def _put_norm(layer: Any, values: np.ndarray) -> None:
    if layer is None or not layer.built:
        return
    gamma, beta, mean, variance = values
    for variable, value in (
        (layer.gamma, gamma),
        (layer.beta, beta),
        (layer.moving_mean, mean),
        (layer.moving_variance, variance - layer.epsilon),
    ):
        _put(variable, value)


def _put(variable: Any, value: np.ndarray) -> None:
    """Assign; where the shapes differ, the same numbers over and over."""
    if variable is not None:
        variable.assign(np.resize(value, variable.shape).astype("float32"))


def _sizes(layer: Any) -> np.ndarray:
    groups = (layer.trainable_variables, layer.non_trainable_variables)
    return np.array([sum(int(np.prod(v.shape)) for v in group) for group in groups], "float64")
