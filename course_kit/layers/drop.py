"""The mathematics under every dropout: draw a binary mask, apply it, take its expected value.

In this package ``rate`` is always the probability of *dropping*, as in Keras.
Deck C writes p for the probability of *keeping*; its ``p = 0.8`` is our ``rate=0.2``.

Srivastava et al., "Dropout: a simple way to prevent neural networks from
overfitting", JMLR 15, 2014. Decks: S, Lecture 5, "Dropout regularization",
equations 6 and 7; C, Lecture 10.2, "Dropout at Test Time"; U, Lecture 4,
"Dropout: how is it implemented?".
"""

import math
from typing import Any

import keras
from keras import ops

SCALINGS = ("inverted", "vanilla")


def drop(x: Any, keep: Any, rate: float, scaling: str = "inverted") -> Any:
    r"""Set the units of ``x`` outside the mask to zero: what dropout does while training.

    Inverted: ``x_tilde = x * keep / (1 - rate)``; vanilla: ``x_tilde = x * keep``.

    Args:
        x: float tensor, any shape.
        keep: the mask, true or 1 where a unit survives; broadcasts to the shape of ``x``.
        rate: probability in [0, 1] with which a unit was dropped when ``keep`` was drawn.
        scaling: ``"inverted"`` grows the survivors so that the expected value is ``x``;
            ``"vanilla"`` leaves them, and inference has to shrink: see `expected`.

    Returns:
        A tensor of the shape and dtype of ``x``. It is the product, as on the slide, so that a
        dropped infinity or NaN becomes NaN, where Keras selects, more slowly, and gives 0.

    Raises:
        TypeError: ``x`` does not hold floating-point numbers.

    Example:

    >>> import numpy as np
    >>> x, keep = np.array([1.0, 2.0, 3.0, 4.0], "float32"), np.array([1, 0, 0, 1])
    >>> np.array(drop(x, keep, rate=0.5)).tolist()
    [2.0, 0.0, 0.0, 8.0]
    >>> np.array(drop(x, keep, rate=0.5, scaling="vanilla")).tolist()
    [1.0, 0.0, 0.0, 4.0]
    """
    x = ops.convert_to_tensor(x)
    if not keras.backend.is_float_dtype(keras.backend.standardize_dtype(x.dtype)):
        raise TypeError(
            f"Dropout needs floating-point inputs. Received: dtype={x.dtype}. Cast them first."
        )
    if rate == 1:
        return ops.zeros_like(x)
    mask = ops.cast(keep, x.dtype)
    if scaling == "inverted":
        # On the mask, not on x: a spatial mask is a thousand times smaller.
        mask = mask / (1 - rate)
    return x * mask


def expected(x: Any, rate: float, scaling: str = "inverted") -> Any:
    """Give the expected value of `drop` over all masks: what dropout does at inference.

    Inverted: ``E[x_tilde] = x``; vanilla: ``E[x_tilde] = (1 - rate) * x`` (deck S, equation 7).

    Args:
        x: float tensor, any shape.
        rate: probability of dropping, in [0, 1].
        scaling: ``"inverted"`` or ``"vanilla"``, the same as while training.

    Returns:
        A tensor of the shape and dtype of ``x``.

    Example:

    >>> import numpy as np
    >>> x = np.array([1.0, 2.0], "float32")
    >>> np.array(expected(x, rate=0.25, scaling="vanilla")).tolist()
    [0.75, 1.5]
    """
    return x * (1 - rate) if scaling == "vanilla" else x


def keep_mask(shape: Any, rate: float, seed: Any) -> Any:
    """Draw a mask that keeps each unit with probability ``1 - rate``, independently.

    ``keep = u >= rate`` with ``u`` uniform in [0, 1).

    Args:
        shape: shape of the mask; entries may be scalar tensors.
        rate: probability of dropping, in [0, 1].
        seed: a ``keras.random.SeedGenerator`` (a new mask each call) or an integer
            (the same mask each call).

    Returns:
        A boolean tensor.

    Example:

    >>> tuple(keep_mask((2, 3), rate=0.5, seed=0).shape)
    (2, 3)
    """
    return keras.random.uniform(shape, dtype="float32", seed=seed) >= rate


def draw(shape: Any, rate: float, seed: Any) -> tuple[Any, float]:
    """Draw a mask in the quickest way the backend has.

    Args:
        shape, rate, seed: as in `keep_mask`.

    Returns:
        The mask, and the probability of dropping that was really used: within 2**-16 of
        ``rate``. `drop` must be told the latter, or the expected value is off.
    """
    if keras.backend.backend() == "tensorflow" and 0 < rate < 1:
        bits, threshold = word_and_threshold(rate)
        return keep_mask_from_words(shape, bits, threshold, seed), threshold / 2**bits
    return keep_mask(shape, rate, seed), rate


def word_and_threshold(rate: float) -> tuple[int, int]:
    """Choose the shortest random integer that can decide about dropping.

    A uniform integer of ``bits`` bits is below ``threshold`` with probability
    ``threshold / 2**bits``. Eight bits are taken where they are exact (0.5, 0.25, ...),
    sixteen where they miss ``rate`` by less than 2**-16 and the rarer outcome by less than
    one part in 500, and otherwise 32.

    >>> word_and_threshold(0.5), word_and_threshold(0.1)[0], word_and_threshold(1e-6)[0]
    ((8, 128), 16, 32)
    """
    rarer = min(rate, 1 - rate)
    for bits, tolerance in ((8, 0.0), (16, rarer / 500)):
        threshold = round(rate * 2**bits)
        if abs(threshold / 2**bits - rate) <= tolerance:
            return bits, threshold
    return 32, min(max(round(rate * 2**32), 1), 2**32 - 1)


def keep_mask_from_words(shape: Any, bits: int, threshold: int, seed: Any) -> Any:
    """Draw `keep_mask` from short random integers: ``keep = word >= threshold``.

    Two reasons to leave the readable line above. Keras turns 32 random bits and a
    multiplication into each uniform number, where 8 or 16 bits can decide; and the
    generator that TensorFlow picks by itself is two hundred times slower than Philox
    when XLA compiles for a CPU.

    Args:
        shape: shape of the mask; entries may be scalar tensors.
        bits: 8, 16 or 32.
        threshold: words below it drop; in [1, 2**bits - 1].
        seed: as in `keep_mask`.
    """
    import tensorflow as tf

    count = math.prod(shape) if all(isinstance(n, int) for n in shape) else tf.reduce_prod(shape)
    per_draw = 32 // bits
    words = tf.random.stateless_uniform(
        [-(-count // per_draw)], _two_int32(seed), None, None, tf.uint32, alg="philox"
    )
    if bits < 32:
        words = tf.reshape(tf.bitcast(words, {8: tf.uint8, 16: tf.uint16}[bits]), [-1])
        words = words[:count]
    return tf.reshape(words, shape) >= tf.constant(threshold, words.dtype)


def _two_int32(seed: Any) -> Any:
    """Turn a seed generator or an integer into the key TensorFlow wants; XLA takes int32 only."""
    import tensorflow as tf

    key = [seed, 0] if isinstance(seed, int) else seed.next()
    return tf.cast(tf.math.floormod(tf.cast(key, tf.int64), 2**31 - 1), tf.int32)
