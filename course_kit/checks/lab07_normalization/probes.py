"""What lab 07's claims ask of a notebook.

Numbers arrive as plain numbers in a notebook and as arrays without axes from
the grader: ``float``, ``int`` and `axes_of` make them the same.
"""

from typing import Any

import numpy as np

from course_kit.checks.fitting import fit, on_symbols, predict


def axes_of(numbers: Any) -> list[int]:
    """A list of plain whole numbers."""
    return [int(number) for number in np.ravel(numbers)]


def standardized(notebook: Any, x: np.ndarray, axes: Any, epsilon: float) -> Any:
    """The student's `standardize` of `x` over `axes`."""
    return notebook.standardize(x, axes_of(axes), float(epsilon))


def standardized_and_input(notebook: Any, x: np.ndarray, axes: Any, epsilon: float) -> Any:
    """The same, and `x` as it is after the call."""
    y = notebook.standardize(x, axes_of(axes), float(epsilon))
    return y, x


def standardized_in_a_model(notebook: Any, x: np.ndarray, axes: Any, epsilon: float) -> Any:
    """The same as `standardized`, after a call as a model makes it, its batch size not known."""

    def called(x: Any) -> Any:
        return notebook.standardize(x, axes_of(axes), float(epsilon))

    on_symbols(called, (None, *x.shape[1:]))
    return called(x)


def in_test(
    notebook: Any,
    x: np.ndarray,
    moving_mean: np.ndarray,
    moving_variance: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    epsilon: float,
) -> Any:
    """The student's batch norm of `x` (batch, ..., c) outside of training."""
    return notebook.batch_norm_in_test(x, moving_mean, moving_variance, gamma, beta, float(epsilon))


def in_test_in_a_model(notebook: Any, x: np.ndarray, *weights: Any) -> Any:
    """The same, after a call as a model makes it, its batch size not known."""
    *arrays, epsilon = weights

    def called(*arrays: Any) -> Any:
        return notebook.batch_norm_in_test(*arrays, float(epsilon))

    on_symbols(called, (None, *x.shape[1:]), *(array.shape for array in arrays))
    return called(x, *arrays)


def layer_calls(
    notebook: Any,
    xs: np.ndarray,
    weights: np.ndarray,
    momentum: float,
    epsilon: float,
    training: bool,
) -> Any:
    """One `BatchNorm` called with one batch of `xs` after the other.

    Args:
        xs: (calls, batch, ..., c).
        weights: (4, c), what gamma, beta, moving_mean and moving_variance are set to before.

    Returns:
        outputs (calls, batch, ..., c), and moving mean and variance after each call, (calls, c).
    """
    layer = _layer(notebook, xs[0], weights, momentum, epsilon)
    outputs, means, variances = [], [], []
    for x in xs:
        outputs.append(np.asarray(layer(x, training=bool(training))))
        means.append(_numbers(layer.moving_mean))
        variances.append(_numbers(layer.moving_variance))
    return np.stack(outputs), np.stack(means), np.stack(variances)


def layer_without_flag(
    notebook: Any, x: np.ndarray, weights: np.ndarray, momentum: float, epsilon: float
) -> Any:
    """What `BatchNorm` gives when nobody says whether it is training."""
    return _layer(notebook, x, weights, momentum, epsilon)(x)


def layer_on_symbols(notebook: Any, x: np.ndarray) -> bool:
    """Whether a `BatchNorm` has its variables still after a model was built with it.

    Called in test and in training, on symbols whose batch size is known.
    """
    import keras

    layer = _layer(notebook, x, np.ones((4, x.shape[-1])), 0.7, 1e-3)
    for training in (False, True):
        layer(keras.KerasTensor(x.shape), training=training)
    averages = layer.moving_mean, layer.moving_variance
    return all(isinstance(average, keras.Variable) for average in averages)


def layer_in_fit(
    notebook: Any,
    x: np.ndarray,
    y: np.ndarray,
    new: np.ndarray,
    kernel: np.ndarray,
    momentum: float,
    rate: float,
    batch: int,
) -> Any:
    """A dense layer without bias and a `BatchNorm`, one epoch of SGD on the mean square error.

    The batches come in order; `kernel` (inputs, c) is the dense layer's at the start.

    Returns:
        gamma, beta, moving mean and variance (4, c); the kernel; the predictions of `new`.
    """
    # Compiled: averages that are kept in Python would otherwise seem to move.
    model, dense, layer = _behind_a_kernel(notebook, kernel, momentum, rate, compiled=True)
    fit(model, x, y, int(batch))
    learned = [layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance]
    predictions = predict(model, new)
    return np.stack([_numbers(w) for w in learned]), _numbers(dense.kernel), predictions


def kernel_in_fit(
    notebook: Any,
    x: np.ndarray,
    y: np.ndarray,
    kernel: np.ndarray,
    momentum: float,
    rate: float,
    batch: int,
) -> Any:
    """The kernel alone after such an epoch, made step by step and not compiled."""
    model, dense, _ = _behind_a_kernel(notebook, kernel, momentum, rate, compiled=False)
    fit(model, x, y, int(batch))
    return _numbers(dense.kernel)


def precise(notebook: Any, x: np.ndarray, sizes: np.ndarray) -> Any:
    """The student's statistics of `x` (n, ..., c), which come in batches of the given sizes."""
    batches = np.split(x, np.cumsum(axes_of(sizes))[:-1])
    mean, variance = notebook.precise_statistics(batches)
    return mean, variance


def precise_and_input(notebook: Any, x: np.ndarray, sizes: np.ndarray) -> Any:
    """The same, and what the list of batches holds after the call, put together."""
    batches = np.split(x, np.cumsum(axes_of(sizes))[:-1])
    mean, variance = notebook.precise_statistics(batches)
    return mean, variance, np.concatenate([x[:0], *batches])


def folded(
    notebook: Any,
    kernel: np.ndarray,
    bias: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    moving_mean: np.ndarray,
    moving_variance: np.ndarray,
    epsilon: float,
) -> Any:
    """The student's folded kernel and bias."""
    kernel, bias = notebook.fold(
        kernel, bias, gamma, beta, moving_mean, moving_variance, float(epsilon)
    )
    return kernel, bias


def folded_in_a_model(
    notebook: Any,
    x: np.ndarray,
    kernel: np.ndarray,
    bias: np.ndarray,
    statistics: np.ndarray,
    epsilon: float,
) -> Any:
    """What a convolution gives on `x` when it has the student's kernel and bias.

    Args:
        x: (batch, h, w, inputs).
        kernel: (3, 3, inputs, c); the convolution pads its input with zeros.
        statistics: gamma, beta, moving mean and moving variance, (4, c).
    """
    import keras

    new_kernel, new_bias = notebook.fold(kernel, bias, *statistics, float(epsilon))
    convolution = keras.layers.Conv2D(kernel.shape[-1], kernel.shape[:2], padding="same")
    convolution.build(x.shape)
    convolution.set_weights([np.asarray(new_kernel), np.asarray(new_bias)])
    return convolution(x)


def batch_by_axis(
    notebook: Any, x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, axis: Any, epsilon: float
) -> Any:
    """The student's `batch_norm`: the axes are kept."""
    return notebook.batch_norm(x, gamma, beta, axes_of(axis), float(epsilon))


def layer_by_axis(
    notebook: Any, x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, axis: Any, epsilon: float
) -> Any:
    """The student's `layer_norm`: the axes are reduced."""
    return notebook.layer_norm(x, gamma, beta, axes_of(axis), float(epsilon))


def groups(
    notebook: Any, x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, count: int, epsilon: float
) -> Any:
    """The student's `group_norm` of `x` (batch, ..., c) with `count` groups."""
    return notebook.group_norm(x, gamma, beta, int(count), float(epsilon))


def groups_on_symbols(
    notebook: Any,
    x: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    count: int,
    epsilon: float,
    batch_known: bool,
) -> Any:
    """The same as `groups`, after a call as a model makes it, its batch size known or not."""

    def called(*arrays: Any) -> Any:
        return notebook.group_norm(*arrays, int(count), float(epsilon))

    size = len(x) if bool(batch_known) else None
    on_symbols(called, (size, *x.shape[1:]), gamma.shape, beta.shape)
    return called(x, gamma, beta)


def groups_in_fit(
    notebook: Any,
    x: np.ndarray,
    y: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    count: int,
    rate: float,
) -> Any:
    """gamma and beta after one step of SGD on the mean square error, `group_norm` in a layer."""
    import keras

    shape = gamma.shape

    class Normalized(keras.layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.gamma = self.add_weight(shape=shape, initializer="ones")
            self.beta = self.add_weight(shape=shape, initializer="zeros")

        def call(self, x: Any) -> Any:
            gamma, beta = map(keras.ops.convert_to_tensor, (self.gamma, self.beta))
            return notebook.group_norm(x, gamma, beta, int(count), 1e-3)

    layer = Normalized()
    layer.set_weights([gamma, beta])
    inputs = keras.Input(x.shape[1:])
    model = keras.Model(inputs, layer(inputs))
    # In steps, not compiled: `layer(inputs)` has shown already that it works on symbols.
    # (Sequential would not: it passes over what cannot be called on them.)
    model.compile(keras.optimizers.SGD(float(rate)), loss="mse", run_eagerly=True)
    fit(model, x, y)
    return _numbers(layer.gamma), _numbers(layer.beta)


def weights(notebook: Any, v: np.ndarray, g: np.ndarray) -> Any:
    """The student's kernel for direction `v` (..., units) and length `g` (units,)."""
    return notebook.weight_norm(v, g)


def weights_in_fit(
    notebook: Any, x: np.ndarray, y: np.ndarray, v: np.ndarray, g: np.ndarray, rate: float
) -> Any:
    """v and g after one step of SGD on the mean square error of ``x @ weight_norm(v, g)``."""
    import keras

    class Reparameterized(keras.layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.v = self.add_weight(shape=v.shape)
            self.g = self.add_weight(shape=g.shape)

        def call(self, x: Any) -> Any:
            v, g = map(keras.ops.convert_to_tensor, (self.v, self.g))
            return keras.ops.matmul(x, notebook.weight_norm(v, g))

    layer = Reparameterized()
    layer.set_weights([v, g])
    inputs = keras.Input((x.shape[1],))
    model = keras.Model(inputs, layer(inputs))
    # In steps, not compiled: `layer(inputs)` has shown already that it works on symbols.
    # (Sequential would not: it passes over what cannot be called on them.)
    model.compile(keras.optimizers.SGD(float(rate)), loss="mse", run_eagerly=True)
    fit(model, x, y)
    return _numbers(layer.v), _numbers(layer.g)


def _behind_a_kernel(
    notebook: Any, kernel: np.ndarray, momentum: float, rate: float, compiled: bool
) -> tuple[Any, Any, Any]:
    """A model, its dense layer and the `BatchNorm` after it."""
    import keras

    dense = keras.layers.Dense(kernel.shape[1], use_bias=False)
    layer = notebook.BatchNorm(momentum=float(momentum), epsilon=1e-3)
    inputs = keras.Input((kernel.shape[0],))
    model = keras.Model(inputs, layer(dense(inputs)))
    dense.set_weights([kernel])
    model.compile(keras.optimizers.SGD(float(rate)), loss="mse", run_eagerly=not compiled)
    return model, dense, layer


def _layer(
    notebook: Any, x: np.ndarray, weights: np.ndarray, momentum: float, epsilon: float
) -> Any:
    layer = notebook.BatchNorm(momentum=float(momentum), epsilon=float(epsilon))
    layer.build(x.shape)
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    for name, values in zip(names, weights, strict=True):
        getattr(layer, name).assign(values)
    return layer


def _numbers(variable: Any) -> np.ndarray:
    import keras

    return np.array(keras.ops.convert_to_numpy(variable))  # a copy: the variable will change
