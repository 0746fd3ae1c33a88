"""What lab 06's claims ask of a notebook.

Numbers arrive as plain numbers in a notebook and as arrays without axes from
the grader: ``float``, ``bool`` and ``int`` make them the same.
"""

from typing import Any

import numpy as np

from course_kit.checks.fitting import fit, predict


def vanilla(notebook: Any, x: np.ndarray, u: np.ndarray, rate: float, training: bool) -> Any:
    """The student's vanilla dropout of `x`, with the uniforms `u` of the same shape."""
    return notebook.vanilla_dropout(x, u, float(rate), bool(training))


def vanilla_and_input(notebook: Any, x: np.ndarray, u: np.ndarray, rate: float) -> Any:
    """The same while training, and `x` as it is after the call."""
    y = notebook.vanilla_dropout(x, u, float(rate), True)
    return y, x


def inverted(notebook: Any, x: np.ndarray, u: np.ndarray, rate: float, training: bool) -> Any:
    """The student's inverted dropout of `x`, with the uniforms `u` of the same shape."""
    return notebook.inverted_dropout(x, u, float(rate), bool(training))


def inverted_and_input(notebook: Any, x: np.ndarray, u: np.ndarray, rate: float) -> Any:
    """The same while training, and `x` as it is after the call."""
    y = notebook.inverted_dropout(x, u, float(rate), True)
    return y, x


def layer_calls(
    notebook: Any, x: np.ndarray, rate: float, seed: int, training: bool, calls: int
) -> Any:
    """What one `InvertedDropout` gives when called with `x` again and again: (calls, ...)."""
    layer = notebook.InvertedDropout(float(rate), seed=int(seed))
    return np.stack([np.asarray(layer(x, training=bool(training))) for _ in range(int(calls))])


def layer_without_flag(notebook: Any, x: np.ndarray, rate: float, seed: int) -> Any:
    """What a new `InvertedDropout` gives when nobody says whether it is training."""
    return notebook.InvertedDropout(float(rate), seed=int(seed))(x)


def layer_of_a_symbol(notebook: Any, rate: float, seed: int) -> Any:
    """The shape of what a new `InvertedDropout` makes of a symbol (any batch, 4), -1 for any."""
    import keras

    y = notebook.InvertedDropout(float(rate), seed=int(seed))(keras.Input((4,)), training=True)
    return np.array([-1 if size is None else size for size in y.shape])


def layer_in_fit(notebook: Any, x: np.ndarray, rate: float, seed: int) -> Any:
    """Let `fit` and `predict` set the flag: the kernel after each of two fits, and predictions.

    Behind the layer stands one linear unit, its weights zero before each fit. A fit
    is one step on the first sample. Loss (0 - 1)^2 and step size 1/2 make the new
    weights equal to what the layer let through.

    Returns:
        kernels (2, features), predictions (batch,) made with the last kernel.
    """
    import keras

    unit = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    layer = notebook.InvertedDropout(float(rate), seed=int(seed))
    model = keras.Sequential([keras.Input((x.shape[1],)), layer, unit])
    model.compile(keras.optimizers.SGD(0.5), loss="mse")
    kernels = []
    for _ in range(2):
        unit.set_weights([np.zeros((x.shape[1], 1), "float32")])
        fit(model, x[:1], np.ones((1, 1), "float32"))
        kernels.append(unit.get_weights()[0][:, 0])
    return np.stack(kernels), predict(model, x)[:, 0]


def spatial(notebook: Any, x: np.ndarray, u: np.ndarray, rate: float) -> Any:
    """The student's spatial dropout of `x` (batch, h, w, c) with `u` (batch, c)."""
    return notebook.spatial_dropout(x, u, float(rate))


def spatial_and_input(notebook: Any, x: np.ndarray, u: np.ndarray, rate: float) -> Any:
    """The same, and `x` as it is after the call."""
    y = notebook.spatial_dropout(x, u, float(rate))
    return y, x


def connect(
    notebook: Any, x: np.ndarray, kernel: np.ndarray, bias: np.ndarray, u: np.ndarray, rate: float
) -> Any:
    """The student's dense layer with dropped weights: (batch, inputs) -> (batch, units)."""
    return notebook.drop_connect(x, kernel, bias, u, float(rate))


def connect_and_kernel(
    notebook: Any, x: np.ndarray, kernel: np.ndarray, bias: np.ndarray, u: np.ndarray, rate: float
) -> Any:
    """The same, and `kernel` as it is after the call."""
    y = notebook.drop_connect(x, kernel, bias, u, float(rate))
    return y, kernel


def connect_each(
    notebook: Any, x: np.ndarray, kernel: np.ndarray, bias: np.ndarray, us: np.ndarray, rate: float
) -> Any:
    """One output for each mask in `us` (masks, inputs, units): (masks, batch, units)."""
    outputs = [notebook.drop_connect(x, kernel, bias, u, float(rate)) for u in us]
    return np.stack([np.asarray(y) for y in outputs])


def monte_carlo(
    notebook: Any, x: np.ndarray, kernel: np.ndarray, uniforms: np.ndarray, rate: float
) -> Any:
    """Mean and spread for a linear net with dropout on its inputs.

    Args:
        x: (batch, inputs).
        kernel: (inputs, classes).
        uniforms: (masks, inputs).
    """
    mean, spread = notebook.monte_carlo_predict(_forward(kernel, float(rate)), x, uniforms)
    return mean, spread


def monte_carlo_calls(
    notebook: Any, x: np.ndarray, kernel: np.ndarray, uniforms: np.ndarray, rate: float
) -> Any:
    """The mean, and every `x` and every `u` that `forward` was called with, in order."""
    forward, inputs, masks = _forward(kernel, float(rate)), [], []

    def listening(x: Any, u: Any) -> np.ndarray:
        inputs.append(np.array(x))
        masks.append(np.array(u))
        return forward(x, u)

    mean, _ = notebook.monte_carlo_predict(listening, x, uniforms)
    return mean, np.stack(inputs), np.stack(masks)


def monte_carlo_of_logits(notebook: Any, logits: np.ndarray) -> Any:
    """Mean and spread where mask k gives ``logits[k]``: (masks, batch, classes)."""
    x = np.zeros((logits.shape[1], 1), "float32")
    uniforms = np.arange(len(logits), dtype="float32")
    mean, spread = notebook.monte_carlo_predict(lambda x, u: logits[int(u)], x, uniforms)
    return mean, spread


def _forward(kernel: np.ndarray, rate: float) -> Any:
    def forward(x: Any, u: Any) -> np.ndarray:
        """Logits (batch, classes) under one mask."""
        return (np.asarray(x) * (np.asarray(u) >= rate) / (1 - rate)) @ kernel

    return forward


def depth(
    notebook: Any, x: np.ndarray, branch: np.ndarray, u: np.ndarray, rate: float, training: bool
) -> Any:
    """The student's residual sum for `x` and `branch` (batch, ...) with `u` (batch,)."""
    return notebook.stochastic_depth(x, branch, u, float(rate), bool(training))


def rates(notebook: Any, blocks: int, last: float) -> Any:
    """The student's dropping rates of `blocks` blocks: (blocks,)."""
    return np.asarray(notebook.depth_rates(int(blocks), float(last)))
