"""Repeated augmentation: each example several times in its batch, each time changed anew."""

from __future__ import annotations

from typing import Any


def repeated_augmentation(dataset: Any, copies: int = 3) -> Any:
    """Repeats each example of a batch, for the augmentation that follows to tell them apart.

    A batch of b examples becomes one of b * copies, the copies of an example side by side.
    For batches of the usual size divide the batch size by `copies`; an epoch then has
    `copies` times as many steps, and `.take(steps)` makes it as long as one likes.

    Args:
        dataset: a `tf.data.Dataset` of batches: after `batch`, before the map that augments.
            Elements may be tuples or dictionaries; all their parts are repeated alike.
        copies: at least 1, which changes nothing.

    Returns:
        A `tf.data.Dataset`.

    Raises:
        ValueError: `copies` below 1, or elements with a part that has no batch axis.

    Example:

    >>> import tensorflow as tf
    >>> data = tf.data.Dataset.from_tensor_slices([1, 2, 3, 4]).batch(2)
    >>> [batch.numpy().tolist() for batch in repeated_augmentation(data, copies=3)]
    [[1, 1, 1, 2, 2, 2], [3, 3, 3, 4, 4, 4]]

    and then ``.map(RandomResizedCrop(32, 32))``, or whatever augments.

    Source: Hoffer et al., "Augment your batch: improving generalization through instance
    repetition", CVPR 2020, section 3. Deck: U, Lecture 4, table of "ResNet strikes back",
    where 3 copies are used.
    """
    import tensorflow as tf

    if not isinstance(copies, int) or copies < 1:
        raise ValueError(
            f"`copies` must be a whole number, at least 1. Received: copies={copies!r}."
        )
    for spec in tf.nest.flatten(dataset.element_spec):
        if spec.shape.rank == 0:
            raise ValueError(
                "`dataset` must give batches: a part of its elements has no batch axis. "
                f"Received: {dataset.element_spec}. Call `dataset.batch(...)` first."
            )

    def repeat(*parts: Any) -> Any:
        parts = tf.nest.map_structure(lambda part: tf.repeat(part, copies, axis=0), parts)
        return parts if isinstance(dataset.element_spec, tuple) else parts[0]

    return dataset.map(repeat)
