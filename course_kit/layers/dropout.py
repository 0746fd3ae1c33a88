"""Dropout: every unit falls by itself."""

from typing import Any

import keras
from keras import ops

from course_kit.layers.base_dropout import BaseDropout


@keras.saving.register_keras_serializable(package="course_kit")
class Dropout(BaseDropout):
    r"""Set each unit to zero with probability ``rate`` while training.

    With ``M`` a mask of independent zeros (probability ``rate``) and ones::

        inverted   training: x * M / (1 - rate)    inference: x
        vanilla    training: x * M                 inference: x * (1 - rate)

    Takes the place of ``keras.layers.Dropout``; ``scaling`` is what it adds.

    Args:
        rate: probability of dropping a unit, in [0, 1]. 1 gives zeros.
        noise_shape: shape of the mask, which is broadcast to the input; ``None`` in it
            stands for the size of the input. ``(None, 1, None)`` drops a feature for all
            time steps of ``(batch, time, features)`` at once.
        seed: integer for a repeatable sequence of masks; the mask differs from call to call.
        scaling: ``"inverted"`` as Keras, or ``"vanilla"``, the 2014 paper's.
        **kwargs: ``name``, ``dtype`` and the like, as for every Keras layer.

    Shapes:
        any shape, returned as it came.

    Raises:
        ValueError: ``rate`` is no probability, ``noise_shape`` no shape, ``scaling`` unknown.

    Example:

    >>> import numpy as np
    >>> layer = Dropout(0.5, seed=1)
    >>> sorted(set(np.array(layer(np.ones((8, 8)), training=True)).ravel().tolist()))
    [0.0, 2.0]
    >>> float(np.array(Dropout(0.25, scaling="vanilla")(np.ones(1)))[0])
    0.75

    Source: Srivastava et al., JMLR 15, 2014, section 4. Decks: S, Lecture 5, "Dropout
    regularization", equations 6 and 7; C, Lecture 10.2, "Dropout at Test Time", where p is
    the probability of keeping; U, Lecture 4, "Dropout: how is it implemented?".
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Any = None,
        seed: int | None = None,
        scaling: str = "inverted",
        **kwargs: Any,
    ) -> None:
        super().__init__(rate, seed, scaling, **kwargs)
        self.noise_shape = _as_noise_shape(noise_shape)

    def mask_shape(self, inputs: Any) -> tuple:
        """The shape of the input, or ``noise_shape`` with its gaps filled."""
        shape = ops.shape(inputs)
        if self.noise_shape is None:
            return shape
        return tuple(shape[i] if n is None else n for i, n in enumerate(self.noise_shape))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "noise_shape": self.noise_shape}


def _as_noise_shape(noise_shape: Any) -> tuple | None:
    """Return the shape as a tuple, or raise in the words that Keras' tests expect."""
    if noise_shape is None:
        return None
    start = "Invalid value received for argument `noise_shape`. "
    if isinstance(noise_shape, str) or not hasattr(noise_shape, "__iter__"):
        raise ValueError(
            f"{start}Expected a tuple or list of integers. Received: noise_shape={noise_shape}"
        )
    shape = tuple(noise_shape)
    for i, size in enumerate(shape):
        if size is not None and not isinstance(size, int):
            raise ValueError(
                f"{start}Expected all elements to be integers or None. "
                f"Received element at index {i}: {size} (type: {type(size).__name__})"
            )
        if size is not None and size <= 0:
            raise ValueError(
                f"{start}Expected all dimensions to be positive integers or None. "
                f"Received negative or zero value at index {i}: {size}"
            )
    return shape
