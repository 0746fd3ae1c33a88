"""What lab 04's claims ask of a notebook.

Numbers arrive as plain numbers in a notebook and as arrays without axes from
the grader: ``float`` and ``int`` make them the same.

Where a model is trained it is one weight w, with the loss w x for a sample x: the
gradient is x whatever w is, so that a step of plain gradient descent shows the rate
that it was made with. Beside w the model has a weight that counts its batches, as the moving
averages of a normalization change in training without a gradient.
"""

import functools
from typing import Any

import numpy as np

from course_kit.checks.fitting import fit


def step_decay(notebook: Any, t: np.ndarray, initial: float, factor: float, every: int) -> Any:
    """The student's step decay at each step of `t` (steps,)."""
    return _each(
        [notebook.step_decay(int(n), float(initial), float(factor), int(every)) for n in t]
    )


def inverse_decay(notebook: Any, t: np.ndarray, initial: float, epsilon: float) -> Any:
    """The student's inverse decay at each step of `t` (steps,)."""
    return _each([notebook.inverse_decay(int(n), float(initial), float(epsilon)) for n in t])


def warm_cosine(notebook: Any, t: np.ndarray, peak: float, steps: int, warm_up: int) -> Any:
    """The student's warm-up and cosine at each step of `t` (steps,)."""
    return _each([notebook.warm_cosine(int(n), float(peak), int(steps), int(warm_up)) for n in t])


def every_step(
    notebook: Any,
    rates: np.ndarray,
    epochs: int,
    batches: int,
    fits: int,
    compiled: float,
    made: int = 0,
) -> Any:
    """Let one `EveryStep` guide `fits` runs of fit: the weight after each step, (fits, steps).

    All are of one model: from the second on the weight is 0 again, but the optimizer's own count
    of steps goes on, and so does its rate.

    Args:
        rates: (steps,); the schedule gives rates[t] at step t, and after the last goes on
            with it: who asks a step ahead is answered.
        epochs, batches: of each fit; every sample is 1 and a batch for itself.
        compiled: the rate that the model is compiled with.
        made: steps that its optimizer has made before.
    """
    callback = notebook.EveryStep(lambda t: float(rates[min(int(t), len(rates) - 1)]))
    x = np.ones((int(batches), 1), "float32")
    model, seen = _one_weight(0.0, float(compiled)), []
    model.optimizer.iterations.assign(int(made))
    for _ in range(int(fits)):
        _set_weight(model, 0.0)
        trace = _trace()
        fit(model, x, x, 1, int(epochs), [callback, trace])
        seen.append(np.array(trace.weights))
    return np.stack(seen)


def plateau_rates(
    notebook: Any, losses: np.ndarray, initial: float, factor: float, patience: int
) -> Any:
    """The student's rate of each epoch, for held-out losses (epochs,)."""
    listed = [float(loss) for loss in losses]
    return np.asarray(notebook.plateau_rates(listed, float(initial), float(factor), int(patience)))


def sweep_rates(notebook: Any, low: float, high: float, steps: int) -> Any:
    """The student's rates of a range test."""
    return np.asarray(notebook.sweep_rates(float(low), float(high), int(steps)))


def range_test(
    notebook: Any,
    x: np.ndarray,
    epochs: int,
    sweep: np.ndarray,
    weight: float,
    compiled: float,
) -> Any:
    """Run fit with a `RangeTest`.

    Args:
        x: (samples,), each a batch for itself, in this order.
        sweep: the rate of each step, (steps,); there may be more than batches.
        weight: w before the search; the count of batches is 0.
        compiled: the rate that the model is compiled with.

    Returns:
        The rates and losses that the callback has recorded; w after each step that was made;
        both weights, (2,), and the rate after fit.
    """
    callback = _range_test(notebook, sweep)
    return _search(callback, x, int(epochs), float(weight), float(compiled))


def range_test_again(
    notebook: Any,
    x: np.ndarray,
    again: np.ndarray,
    sweep: np.ndarray,
    weight: float,
    compiled: float,
) -> Any:
    """What `range_test` returns, for the second fit of one callback: over `again`, after `x`."""
    callback = _range_test(notebook, sweep)
    _search(callback, x, 1, float(weight), float(compiled))
    return _search(callback, again, 1, float(weight), float(compiled))


def smooth_losses(notebook: Any, losses: np.ndarray, beta: float) -> Any:
    """The student's average of losses (steps,)."""
    return np.asarray(notebook.smooth_losses(np.array(losses), float(beta)))


def suggest_rate(notebook: Any, rates: np.ndarray, losses: np.ndarray, beta: float) -> Any:
    """The student's suggestion: one number in an array, or none where it was None."""
    found = notebook.suggest_rate(np.array(rates), np.array(losses), float(beta))
    return np.zeros(0) if found is None else np.reshape(np.asarray(found), -1)


def _each(values: list[Any]) -> np.ndarray:
    return np.stack([np.asarray(value) for value in values])


def _range_test(notebook: Any, sweep: np.ndarray) -> Any:
    """The student's callback for this sweep.

    The line that makes its `sweep` is given and calls `sweep_rates`, which is an exercise of its
    own: a sweep that is wrong there is replaced, so that it is not judged here once more.
    """
    callback = notebook.RangeTest(float(sweep[0]), float(sweep[-1]), len(sweep))
    own: Any = getattr(callback, "sweep", None)
    if np.shape(own) != sweep.shape or not np.allclose(own, sweep, rtol=1e-4, atol=0):
        callback.sweep = np.array(sweep)
    return callback


def _search(callback: Any, x: np.ndarray, epochs: int, weight: float, compiled: float) -> Any:
    model, trace = _one_weight(weight, compiled), _trace()
    x = np.reshape(x, (-1, 1))
    fit(model, x, x, 1, epochs, [callback, trace])
    after = np.array([float(np.squeeze(values)) for values in model.get_weights()])
    rate = np.asarray(model.optimizer.learning_rate)
    records = [np.array([float(n) for n in record]) for record in (callback.rates, callback.losses)]
    return *records, np.array(trace.weights), after, rate


def _one_weight(weight: float, rate: float) -> Any:
    """A model with the output w x, whose loss is its mean output; as if it were new."""
    model, optimizer, variable = _compiled()
    if model.optimizer is not optimizer or optimizer.learning_rate is not variable:
        _compiled.cache_clear()  # a callback has put something else there
        return _one_weight(weight, rate)
    _set_weight(model, weight)
    optimizer.iterations.assign(0)
    optimizer.learning_rate = rate
    return model


def _set_weight(model: Any, weight: float) -> None:
    """Set w; no batches are counted yet."""
    model.set_weights([np.full((1, 1), weight, "float32"), np.zeros((), "float32")])


@functools.cache
def _compiled() -> tuple[Any, Any, Any]:
    """The model, its optimizer and its rate; compiling takes longer than a check's steps."""
    import keras

    class Counting(keras.layers.Layer):
        """Changes nothing, and counts how often."""

        def build(self, shape: Any) -> None:
            self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False)

        def call(self, x: Any) -> Any:
            self.calls.assign_add(1.0)
            return x

    w = keras.layers.Dense(1, use_bias=False)
    model = keras.Sequential([keras.Input((1,)), w, Counting()])
    optimizer = keras.optimizers.SGD(1.0)
    model.compile(optimizer, lambda _, output: keras.ops.mean(output))
    return model, optimizer, optimizer.learning_rate


def _trace() -> Any:
    """A callback that keeps the weight after each step."""
    import keras

    class Trace(keras.callbacks.Callback):
        def __init__(self) -> None:
            super().__init__()
            self.weights: list[float] = []

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.weights.append(float(self.model.get_weights()[0][0, 0]))

    return Trace()
