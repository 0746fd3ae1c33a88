"""Stochastic depth: a whole residual branch falls, sample by sample."""

from typing import Any

import keras
from keras import ops

from course_kit.layers.base_dropout import BaseDropout


@keras.saving.register_keras_serializable(package="course_kit")
class StochasticDepth(BaseDropout):
    """Set the whole input to zero for a sample with probability ``rate`` while training.

    Put it at the end of a residual branch, before the addition: ``y = x + depth(f(x))``.
    With ``b`` one draw a sample, 0 with probability ``rate`` and else 1::

        inverted   training: f * b / (1 - rate)    inference: f
        vanilla    training: f * b                 inference: f * (1 - rate)

    The paper's is ``"vanilla"``, and draws once a batch, which lets it skip the
    computation. Here each sample has its own draw, and the branch is computed: this
    regularizes, and saves no time.

    Args:
        rate: probability of dropping the branch, in [0, 1]. The paper lets it rise
            linearly with depth, from 0 to 0.5.
        seed: integer for a repeatable sequence of draws.
        scaling: ``"inverted"`` or ``"vanilla"``, as for `Dropout`.
        **kwargs: ``name``, ``dtype`` and the like, as for every Keras layer.

    Shapes:
        ``(batch, ...)``, returned as it came.

    Raises:
        ValueError: ``rate`` is no probability, or ``scaling`` is unknown.

    Example:

    >>> import numpy as np
    >>> y = np.array(StochasticDepth(0.5, seed=1)(np.ones((64, 2, 2)), training=True))
    >>> sorted(set(y.mean((1, 2)).tolist()))
    [0.0, 2.0]

    Source: Huang et al., "Deep networks with stochastic depth", ECCV 2016, equations 2 and
    5. Deck: C, Lecture 10.2, "Stochastic Depth", which names survival probabilities:
    survival = 1 - rate. U, Lecture 4, calls it "DropPath".
    """

    def mask_shape(self, inputs: Any) -> tuple:
        """One draw a sample: ``(batch, 1, ..., 1)``."""
        return (ops.shape(inputs)[0],) + (1,) * (len(inputs.shape) - 1)
