"""Mean and covariance of data that come in batches, in NumPy and double precision."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import keras
import numpy as np
from keras import ops

_AT_ONCE = 2**22  # numbers of an array that are looked at together: 32 MiB


def squares(centered: np.ndarray) -> np.ndarray:
    """Sum the squares of each column: n times the variances. (n, d) -> (d,)."""
    return np.sum(centered**2, axis=0)


def products(centered: np.ndarray) -> np.ndarray:
    """Sum the products of each pair of columns: n times the covariance. (n, d) -> (d, d)."""
    return centered.T @ centered


def pooled_moments(
    batches: Iterable[np.ndarray], scatter: Callable[[np.ndarray], np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    r"""Take the mean and the (co)variance of all rows of some batches, in one pass.

    With n rows so far and m in the next batch, whose means differ by delta::

        scatter <- scatter + scatter of the batch + delta delta^T n m / (n + m)
        mean    <- mean + delta m / (n + m)

    and (co)variance = scatter / n at the end. Each batch is centred by its own mean first, so
    that a large mean costs no digits.

    Args:
        batches: arrays (rows, features) in float64; at least one row in all.
        scatter: `squares` for the variances, `products` for the covariance.

    Returns:
        The mean, (features,), and what ``scatter`` says, divided by the number of rows.

    Example:

    >>> rows = np.array([[1.0, 5.0], [3.0, 5.0], [5.0, 8.0]])
    >>> mean, variance = pooled_moments([rows[:2], rows[2:]], squares)
    >>> mean.tolist(), variance.round(3).tolist()
    ([3.0, 6.0], [2.667, 2.0])

    Source: Chan, Golub and LeVeque, "Algorithms for computing the sample variance", The
    American Statistician 37, 1983, equation 2.1.
    """
    n, mean, total = 0, np.zeros(()), np.zeros(())
    for batch in batches:
        m = len(batch)
        own = batch.mean(axis=0)
        delta = own - mean
        total = total + scatter(batch - own) + scatter(delta[np.newaxis]) * (n * m / (n + m))
        mean = mean + delta * (m / (n + m))
        n += m
    return mean, total / n


def batches_of(data: Any) -> Iterator[np.ndarray]:
    """Give data batch by batch, as arrays in float64.

    Args:
        data: an array or tensor (examples, ...), or what gives batches: a ``tf.data.Dataset``, a
            ``keras.utils.PyDataset``, a PyTorch ``DataLoader``, a list of arrays. Of batches
            (x, y) it takes x.

    Raises:
        ValueError: there is no example, a batch is a single one, numbers are missing or infinite,
            shapes differ, or the data never end.

    Example:

    >>> [batch.shape for batch in batches_of([np.ones((4, 3)), np.ones((2, 3))])]
    [(6, 3)]
    """
    # Small batches together: to update a covariance costs as much as hundreds of its rows.
    waiting: list[np.ndarray] = []
    numbers = 0
    for x in _checked(data):
        waiting.append(x)
        numbers += x.size
        if numbers >= _AT_ONCE:
            yield np.concatenate(waiting)
            waiting, numbers = [], 0
    if waiting:
        yield np.concatenate(waiting)


def _checked(data: Any) -> Iterator[np.ndarray]:
    """Give the batches as they come, or raise."""
    shape, examples = None, 0
    for batch in _parts(data):
        x = _as_array(batch[0] if isinstance(batch, (tuple, list)) else batch)
        if x.ndim < 2:
            raise ValueError(
                "`data` must come in batches of shape (examples, ...). Received: one of shape "
                f"{x.shape}. Call .batch(100) on a tf.data.Dataset; give numbers as one array."
            )
        if not np.isfinite(x).all():
            raise ValueError("`data` must be finite. Received: NaN or infinity. Clean it first.")
        if shape is not None and x.shape[1:] != shape:
            raise ValueError(
                "`data` must have examples of one shape. Received: batches of shape "
                f"{(None, *shape)} and {(None, *x.shape[1:])}."
            )
        shape = x.shape[1:]
        examples += len(x)
        yield x
    if examples == 0:
        raise ValueError("`data` must hold an example. Received: none.")


def _parts(data: Any) -> Iterator[Any]:
    """Cut an array so that its copy in double precision stays small; pass batches on."""
    if ops.is_tensor(data) or hasattr(data, "__array__"):
        data = data if ops.is_tensor(data) else np.asarray(data)
        examples = data.shape[0] if len(data.shape) else 0
        rows = max(1, _AT_ONCE // max(1, int(np.prod(data.shape[1:]))))
        for start in range(0, examples, rows):
            yield data[start : start + rows]
    elif isinstance(data, keras.utils.PyDataset):
        for index in range(data.num_batches or 0):
            yield data[index]
    else:
        if hasattr(data, "cardinality") and int(data.cardinality()) == -1:
            raise ValueError(
                "`data` must end. Received: a tf.data.Dataset without end. Leave out .repeat()."
            )
        yield from data


def _as_array(batch: Any) -> np.ndarray:
    array = ops.convert_to_numpy(batch) if ops.is_tensor(batch) else np.asarray(batch)
    return array.astype("float64")
