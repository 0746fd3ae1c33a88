"""Inputs in batches: from arrays as `predict` takes them, or from anything that yields batches."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import keras
import numpy as np


def batches(model: Any, data: Any, batch_size: int, steps: int | None = None) -> Iterator[Any]:
    """Yield the inputs of ``model`` in batches that every backend takes; targets are left out.

    Args:
        model: a layer or model; its inputs say whether a list is one batch of several inputs.
        data: an array, a dictionary of arrays, a tuple ``(x, y)`` of such, or, for a model
            with several inputs, a list of arrays; otherwise an iterable of batches, each
            ``x`` or ``(x, y)``: a ``tf.data.Dataset``, a ``PyDataset``, a ``DataLoader``, a
            generator, a list.
        batch_size: examples in a batch, where ``data`` are arrays.
        steps: batches at most; None for all.

    Raises:
        ValueError: ``batch_size`` or ``steps`` is not positive, or the arrays differ in length.

    Example:

    >>> x, y = np.zeros((5, 2)), np.zeros(5)
    >>> [len(batch) for batch in batches(keras.layers.Dense(1), (x, y), batch_size=2)]
    [2, 2, 1]
    """
    if steps is not None and steps < 1:
        raise ValueError(f"`steps` must be at least 1. Received: steps={steps}.")
    several = _number_of_inputs(model)
    _check_batch_size(batch_size)
    if _are_arrays(data, several):
        found = _cut(data[0] if isinstance(data, tuple) else data, batch_size)
    else:
        found = (_inputs_of(batch, several) for batch in data)
    for batch in islice(found, steps):
        yield keras.tree.map_structure(_for_this_backend, batch)


def count_batches(model: Any, data: Any, batch_size: int) -> int | None:
    """Count what `batches` will yield; None where that is not known.

    >>> count_batches(keras.layers.Dense(1), np.zeros((5, 2)), batch_size=2)
    3
    """
    _check_batch_size(batch_size)
    if _are_arrays(data, _number_of_inputs(model)):
        arrays = keras.tree.flatten(data[0] if isinstance(data, tuple) else data)
        return -(-len(arrays[0]) // batch_size)
    try:
        return len(data)
    except TypeError:  # a generator, or a pipeline without an end
        return None


def _check_batch_size(batch_size: int) -> None:
    if batch_size < 1:
        raise ValueError(f"`batch_size` must be at least 1. Received: batch_size={batch_size}.")


def _number_of_inputs(model: Any) -> int:
    """Count the inputs of a model that names them; a subclass of `Model` does not."""
    return len(getattr(model, "inputs", None) or [None])


def _is_array(data: Any) -> bool:
    return hasattr(data, "shape") and hasattr(data, "dtype")


def _are_arrays(data: Any, several: int) -> bool:
    return isinstance(data, (dict, tuple)) or _is_array(data) or _is_inputs(data, several)


def _is_inputs(data: Any, several: int) -> bool:
    return several > 1 and isinstance(data, list) and len(data) == several and _is_array(data[0])


def _inputs_of(batch: Any, several: int) -> Any:
    """Take x from ``(x, y)``, which torch's loaders give as a list."""
    if isinstance(batch, tuple) or (isinstance(batch, list) and not _is_inputs(batch, several)):
        return batch[0]
    return batch


def _cut(arrays: Any, batch_size: int) -> Iterator[Any]:
    lengths = {len(array) for array in keras.tree.flatten(arrays)}
    if len(lengths) != 1:
        raise ValueError(
            "Arrays must have one length, the number of examples. Received arrays of length "
            f"{', '.join(map(str, sorted(lengths)))}."
        )
    for start in range(0, lengths.pop(), batch_size):
        yield keras.tree.map_structure(lambda array: array[start : start + batch_size], arrays)  # noqa: B023


def _for_this_backend(leaf: Any) -> Any:
    """Leave this backend's tensors as they are; of another's, and of lists, make an array."""
    if keras.ops.is_tensor(leaf):
        return leaf
    if hasattr(leaf, "detach"):  # torch's, which may be on an accelerator
        leaf = leaf.detach().cpu()
    return np.asarray(leaf)
