"""One base for layers that hold statistics of the training data."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import keras
import numpy as np
from keras import ops
from keras.src.backend.common.stateless_scope import in_stateless_scope

from course_kit.layers.pooled_moments import batches_of


class AdaptedLayer(keras.layers.Layer):
    """Compute with statistics that `adapt` takes from the training data, once.

    They are weights that no optimizer changes: they are saved with the model, and a model
    that is compiled already sees new ones. Until they are there they are NaN, so that
    a forgotten `adapt` is no quiet mistake: an eager call raises, a compiled one gives NaN.

    A subclass makes them in `build` by `add_statistic`, as attributes of the same name, `mean`
    among them; computes them in `summarize`, and uses them in `transform`.
    """

    mean: Any

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # Half precision is for the result: pixels up to 255 would lose their last digits.
        self.autocast = False

    def adapt(self, data: Any) -> None:
        """Take the statistics of the training data, and of no other: else the test leaks in.

        Args:
            data: an array or tensor (examples, ...), or what gives batches: a ``tf.data.Dataset``,
                a ``keras.utils.PyDataset``, a PyTorch ``DataLoader``, a list of arrays. Of
                batches (x, y) it takes x. Sums are in double precision, one pass over the data.

        Raises:
            ValueError: the data are empty, endless, not finite, not in batches, or of another shape
                than the layer's.
        """
        batches = batches_of(data)
        first = next(batches)
        if not self.built:
            self.build((None, *first.shape[1:]))
        self.check_examples(first.shape[1:])
        for name, value in self.summarize(chain([first], batches)).items():
            getattr(self, name).assign(value)

    def add_statistic(self, name: str, shape: tuple[int, ...], value: Any = None) -> Any:
        """Add a weight that is not trained; NaN until `adapt`, unless its value is given."""
        start = np.nan if value is None else value
        return self.add_weight(
            shape=shape,
            name=name,
            initializer=lambda shape, dtype: ops.cast(np.broadcast_to(start, shape), dtype),
            trainable=False,
            autocast=False,
        )

    def check_examples(self, shape: tuple[int, ...]) -> None:
        """Raise where examples of this shape do not fit the statistics."""
        raise NotImplementedError

    def summarize(self, batches: Iterator[np.ndarray]) -> dict[str, np.ndarray]:
        """Compute the statistics by name, from batches in float64."""
        raise NotImplementedError

    def transform(self, x: Any) -> Any:
        """Compute the result from inputs in the dtype of the statistics."""
        raise NotImplementedError

    def call(self, inputs: Any) -> Any:
        """Transform the inputs; training and inference alike."""
        self._require_statistics()
        x = ops.cast(ops.convert_to_tensor(inputs), self.variable_dtype)
        return ops.cast(self.transform(x), self.compute_dtype)

    def _require_statistics(self) -> None:
        """Raise if they are missing, where the numbers can be looked at: outside a graph."""
        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            visible = tf.executing_eagerly()
        else:
            visible = not in_stateless_scope()
        if visible and np.isnan(ops.convert_to_numpy(ops.convert_to_tensor(self.mean))).any():
            raise ValueError(
                f"`{type(self).__name__}` must have seen the training data. Received: a call "
                "before that. Call `layer.adapt(x_train)` first."
            )
