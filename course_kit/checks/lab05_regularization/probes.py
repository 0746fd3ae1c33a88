"""What lab 05's claims ask of a notebook.

Numbers arrive as plain numbers in a notebook and as arrays without axes from
the grader: ``float``, ``bool`` and ``int`` make them the same. Keras is imported
where it is used, since the judge imports this module too.
"""

from functools import cache
from typing import Any

import numpy as np

from course_kit.checks.fitting import fit, on_symbols


def l2(notebook: Any, losses: np.ndarray, factor: float, *kernels: np.ndarray) -> Any:
    """The student's objective for per-sample losses (batch,), and a gradient for each kernel."""
    objective, gradients = notebook.l2_objective(losses, list(kernels), float(factor))
    return objective, *gradients


def l2_and_inputs(notebook: Any, losses: np.ndarray, factor: float, kernel: np.ndarray) -> Any:
    """What the losses and the kernel are after the call."""
    notebook.l2_objective(losses, [kernel], float(factor))
    return losses, kernel


def l1(notebook: Any, w: np.ndarray, factor: float) -> Any:
    """The student's l1 penalty of `w`, and its gradient."""
    penalty, gradient = notebook.l1_penalty(w, float(factor))
    return penalty, gradient


def group(notebook: Any, w: np.ndarray, factor: float) -> Any:
    """The student's group lasso penalty of a kernel (inputs, units)."""
    return notebook.group_lasso(w, float(factor))


def group_in_fit(
    notebook: Any, kernel: np.ndarray, factor: float, rate: float, steps: int
) -> np.ndarray:
    """The kernel after `steps` steps of SGD in which the penalty is the only thing to lower.

    Inputs and targets are zeros, so that the loss without the penalty is zero
    whatever the kernel is.
    """
    from keras import ops

    def penalty(w: Any) -> Any:
        return notebook.group_lasso(ops.convert_to_tensor(w), float(factor))

    on_symbols(penalty, kernel.shape)
    return _trained(
        kernel,
        np.zeros((1, kernel.shape[0]), "float32"),
        np.zeros((1, kernel.shape[1]), "float32"),
        "mse",
        float(rate),
        int(steps),
        kernel_regularizer=penalty,
    )


def group_gradients(notebook: Any, kernel: np.ndarray, factor: float) -> Any:
    """The gradient of the student's penalty, in compiled code and in code that is not.

    Where there is a GPU, Keras has XLA compile a model unless told otherwise. TensorFlow's own
    gradient of a root leaves zeros alone; XLA's makes 0 / 0 of them.
    """
    import keras

    if keras.backend.backend() != "tensorflow":  # one way there, and a step of 1 shows it
        gradient = kernel - group_in_fit(notebook, kernel, factor, 1.0, 1)
        return gradient, gradient
    import tensorflow as tf

    def gradient_at(w: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(w)
            penalty = notebook.group_lasso(w, float(factor))
        return tape.gradient(penalty, w, unconnected_gradients="zero")

    w = tf.constant(kernel)
    try:
        compiled = tf.function(gradient_at, jit_compile=True, autograph=False)(w)
    except tf.errors.OpError:  # a machine without XLA
        compiled = gradient_at(w)
    return compiled, gradient_at(w)


def projected(notebook: Any, w: np.ndarray, max_value: float) -> Any:
    """The student's max-norm projection of a kernel (..., units)."""
    return notebook.max_norm(w, float(max_value))


def max_norm_in_fit(
    notebook: Any, kernel: np.ndarray, x: np.ndarray, y: np.ndarray, rate: float, max_value: float
) -> np.ndarray:
    """The kernel after one step of SGD on the mean squared error, and the projection after it."""
    from keras import ops

    def project(w: Any) -> Any:
        return notebook.max_norm(ops.convert_to_tensor(w), float(max_value))

    on_symbols(project, kernel.shape)
    return _trained(kernel, x, y, "mse", float(rate), 1, kernel_constraint=project)


def smoothed(notebook: Any, labels: np.ndarray, classes: int, share: float) -> Any:
    """The student's targets for labels (batch,): (batch, classes)."""
    return notebook.smooth_labels(labels, int(classes), float(share))


def smoothed_loss(notebook: Any, labels: np.ndarray, logits: np.ndarray, share: float) -> Any:
    """The student's cross-entropy with smoothed labels, one number a sample."""
    return notebook.smoothed_cross_entropy(labels, logits, float(share))


def smoothing_in_fit(
    notebook: Any, kernel: np.ndarray, x: np.ndarray, labels: np.ndarray, share: float, rate: float
) -> np.ndarray:
    """The kernel (inputs, classes) after one step of SGD on the student's loss."""
    from keras import ops

    def loss(y: Any, logits: Any) -> Any:
        y = ops.cast(ops.reshape(y, [-1]), "int32")  # Keras hands labels over as floats
        return notebook.smoothed_cross_entropy(y, logits, float(share))

    on_symbols(loss, (None,), (None, kernel.shape[1]))
    return _trained(kernel, x, labels, loss, float(rate), 1)


def _trained(
    kernel: np.ndarray, x: Any, y: Any, loss: Any, rate: float, steps: int, **settings: Any
) -> np.ndarray:
    """Let `fit` train one dense layer that starts from `kernel`, all samples in one batch."""
    import keras

    layer = keras.layers.Dense(kernel.shape[1], use_bias=False, **settings)
    model = keras.Sequential([keras.Input((kernel.shape[0],)), layer])
    layer.set_weights([kernel])
    model.compile(keras.optimizers.SGD(rate), loss=loss, run_eagerly=True)
    fit(model, x, y, epochs=steps)
    return layer.get_weights()[0]


def stopping(
    notebook: Any,
    values: np.ndarray,
    weights: np.ndarray,
    patience: int,
    min_delta: float,
    highest: bool,
    normalized: bool = False,
) -> Any:
    """Lead one `EarlyStop` through one run after another, as `fit` does.

    Args:
        values: (runs, epochs), the monitored metric after each epoch.
        weights: (runs, epochs, 4), the model's weights after each epoch.
        patience, min_delta: as the callback takes them.
        highest: whether the metric is good if high (mode "max") or if low (mode "min").
        normalized: whether the weights are those of two layers, the second a normalization.

    Returns:
        epochs run (runs,), and the weights that the model is left with (runs, 4).
    """
    # Both can be below zero: R2 where a model is worse than the mean, a loss where it is a
    # negative logarithm of densities.
    metric, mode = ("val_r2_score", "max") if highest else ("val_loss", "min")
    model = _four_weights(bool(normalized))
    _put(model, np.zeros(4))
    callback = notebook.EarlyStop(
        monitor=metric, patience=int(patience), min_delta=float(min_delta), mode=mode
    )
    callback.set_model(model)
    epochs, left = [], []
    for run_values, run_weights in zip(values, weights, strict=True):
        epochs.append(_one_run(callback, model, metric, run_values, run_weights))
        left.append(np.concatenate([np.ravel(w) for w in model.get_weights()]))
    return np.array(epochs), np.stack(left)


@cache
def _four_weights(normalized: bool) -> Any:
    """One layer with four weights, or two with one weight of each kind, also of those that no
    optimizer trains: kernel, offset, moving mean, moving variance.

    Built once: that takes far longer than all the runs of a callback.
    """
    import keras

    layers = [keras.layers.Dense(1, use_bias=False)]
    if normalized:
        layers.append(keras.layers.BatchNormalization(scale=False))
    return keras.Sequential([keras.Input((1 if normalized else 4,)), *layers])


def _put(model: Any, numbers: np.ndarray) -> None:
    """Give a model these four weights."""
    shapes = [w.shape for w in model.weights]
    each = np.split(numbers, len(shapes))
    model.set_weights([part.reshape(shape) for part, shape in zip(each, shapes, strict=True)])


def _one_run(
    callback: Any, model: Any, metric: str, values: np.ndarray, weights: np.ndarray
) -> int:
    """One run under one callback; the number of epochs it lasted."""
    model.stop_training = False
    callback.on_train_begin({})
    epochs, logs = 0, {}
    for epoch, (value, after) in enumerate(zip(values, weights, strict=True)):
        callback.on_epoch_begin(epoch, {})
        _put(model, after)
        # The training loss falls all the time: whoever looks at it never stops.
        logs = {"loss": 10.0 / (epoch + 1), metric: float(value)}
        callback.on_epoch_end(epoch, logs)
        epochs += 1
        if model.stop_training:
            break
    callback.on_train_end(logs)
    return epochs


def stopping_in_fit(
    notebook: Any, target: float, held: float, rate: float, epochs: int, patience: int
) -> Any:
    """Train one weight from 0 towards `target` while the validation data want `held`.

    Returns:
        the number of epochs (1,), the weight that is left (1,).
    """
    import keras

    unit = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((1,)), unit])
    model.compile(keras.optimizers.SGD(float(rate)), loss="mse", run_eagerly=True)
    one = np.ones((1, 1), "float32")
    history = fit(
        model,
        one,
        one * np.float32(target),
        epochs=int(epochs),
        callbacks=[notebook.EarlyStop(monitor="val_loss", patience=int(patience))],
        held_out=(one, one * np.float32(held)),
    )
    return np.array([len(history.epoch)]), unit.get_weights()[0][0]
