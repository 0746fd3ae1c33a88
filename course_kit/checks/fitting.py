"""Real `fit` and `predict`, for probes that train something small.

Of the time that a few steps of `fit` take, most goes into what stands around them: for arrays,
Keras has TensorFlow trace three functions that cut them into batches. A dataset that is cut
already needs none.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def fit(
    model: Any,
    x: np.ndarray,
    y: np.ndarray,
    batch: int | None = None,
    epochs: int = 1,
    callbacks: Sequence[Any] = (),
    held_out: tuple[np.ndarray, np.ndarray] | None = None,
) -> Any:
    """Let Keras train a compiled model, silently, on the samples in their order.

    Args:
        batch: samples in a batch; all of them if not given.
        held_out: validation data.

    Returns:
        Keras' History.
    """
    _hush()
    held = _in_batches(len(held_out[0]), *held_out) if held_out else {}
    return model.fit(
        **_in_batches(batch or len(x), x, y),
        epochs=epochs,
        callbacks=list(callbacks),
        validation_data=(held["x"], held["y"]) if "y" in held else held.get("x"),
        shuffle=False,
        verbose=0,
    )


def on_symbols(function: Callable[..., Any], *shapes: tuple[int | None, ...]) -> None:
    """Call a function of floats on symbols, as compiling it would.

    So that a fit need not be compiled to find that NumPy is used, or a number that is not known
    yet: compiling takes longer than a few steps do without. With jax and torch less is found, as
    in a fit with them.

    Args:
        shapes: of its arguments; None for what is not known yet.
    """
    import keras

    class Once(keras.Operation):
        def call(self, *arguments: Any) -> Any:
            return function(*arguments)

    Once()(*[keras.KerasTensor(shape) for shape in shapes])


def predict(model: Any, x: np.ndarray) -> np.ndarray:
    """What Keras' `predict` gives for `x`, all in one batch."""
    _hush()
    model.run_eagerly = True  # once: compiled, it would take ten times as long
    return model.predict(**_in_batches(len(x), x), verbose=0)


def _in_batches(batch: int, *arrays: np.ndarray) -> dict[str, Any]:
    """The arguments by which Keras takes the data."""
    import keras

    # As Keras does with arrays, and not with a dataset.
    arrays = tuple(a.astype(keras.config.floatx()) if a.dtype.kind == "f" else a for a in arrays)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        samples = arrays if len(arrays) > 1 else arrays[0]
        return {"x": tf.data.Dataset.from_tensor_slices(samples).batch(batch)}
    return dict(zip("xy", arrays, strict=False)) | {"batch_size": batch}


def _hush() -> None:
    """Each check makes new models, and TensorFlow warns of that at the fifth."""
    import logging

    logging.getLogger("tensorflow").setLevel(logging.ERROR)
