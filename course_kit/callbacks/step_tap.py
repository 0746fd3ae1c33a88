"""See each training step of ``fit`` from inside: its batch, and the variables around it."""

from collections.abc import Callable, Iterator
from typing import Any

import keras
from keras import ops

ValueOf = Callable[[Any], Any]


class StepTap:
    """Stand in for a model's train function, and tell what goes in and what comes out.

    ``fit`` looks its train function up at each step. This one takes the batch from ``fit``'s
    iterator, shows it, and lets the function that was there train on that batch: the same
    compiled function with the same numbers, so that training goes on as without it, bit for
    bit. It tells only of the step after an `arm`, in the ``fit`` that it was made in;
    otherwise it passes on what it is given. So what a broken-off ``fit`` leaves behind
    disturbs nobody.

    Args:
        model: a model in ``fit``, whose train function exists.
        before: called with the batch and a function that gives a variable's value.
        after: called with the logs and such a function, when the step was made.

    Raises:
        ValueError: when called, if two are armed, one within the other.
    """

    def __init__(
        self,
        model: keras.Model,
        before: Callable[[Any, ValueOf], None],
        after: Callable[[Any, ValueOf], None],
    ) -> None:
        self._model, self._before, self._after = model, before, after
        self._run = _RUNNERS[keras.backend.backend()](self)
        self.armed = False
        self._fit = model.history  # each `fit` has a new one
        self.inner = model.train_function
        while isinstance(self.inner, StepTap) and self.inner.is_over():
            self.inner = self.inner.inner
        model.train_function = self

    def is_over(self) -> bool:
        """Tell whether this belongs to another ``fit`` than the one that is running."""
        return self._model.history is not self._fit

    def arm(self) -> bool:
        """Tell of the next step. False if it was not told of the last, for which it was armed."""
        told, self.armed = not self.armed, True
        return told

    def detach(self) -> None:
        """Put the function that was there back, if this one is still in its place."""
        self.armed, self._fit = False, None
        if self._model.train_function is self:
            self._model.train_function = self.inner

    def __call__(self, *arguments: Any) -> Any:
        """Make a step: what ``fit`` calls."""
        if not self.armed or self.is_over():
            return self.inner(*arguments)
        if isinstance(self.inner, StepTap) and self.inner.armed:
            raise ValueError(
                "One callback in a `fit` may look into its steps. Received: two, both armed. "
                "Pass one LossSpike."
            )
        return self._run(*arguments)

    def begin(self, batch: Any, value_of: ValueOf) -> None:
        """Show the batch. From here on the step is made, or raises."""
        self.armed = False
        self._before(batch, value_of)

    def end(self, logs: Any, value_of: ValueOf) -> None:
        """Show what the step has left."""
        self._after(logs, value_of)


def _value_of(variable: Any) -> Any:
    return ops.convert_to_tensor(variable)


def _torch(tap: StepTap) -> Callable[..., Any]:
    def run(data: Any) -> Any:
        tap.begin(data[0], _value_of)
        logs = tap.inner(data)
        tap.end(logs, _value_of)
        return logs

    return run


def _jax(tap: StepTap) -> Callable[..., Any]:
    model = tap._model
    variables = [
        model.trainable_variables,
        model.non_trainable_variables,
        model.optimizer.variables,
        model.metrics_variables,
    ]

    def reader(state: Any) -> ValueOf:
        values: dict[int, Any] = {}
        for some, theirs in zip(variables, state, strict=True):
            values.update((id(v), value) for v, value in zip(some, theirs, strict=True))
        return lambda variable: values[id(variable)]

    def run(state: Any, iterator: Iterator[Any]) -> Any:
        batch = next(iterator)
        tap.begin(batch, reader(state))
        logs, state = tap.inner(state, iter([batch]))
        tap.end(logs, reader(state))
        return logs, state

    return run


def _tensorflow(tap: StepTap) -> Callable[..., Any]:
    import tensorflow as tf

    made: dict[str, Any] = {}

    def one_step(batch: Any) -> Any:
        return tap.inner(iter([batch]))

    def run(iterator: Any) -> Any:
        if not isinstance(iterator, tf.data.Iterator):  # `train_on_batch`, within a callback
            return tap.inner(iterator)
        batch = iterator.get_next()
        if not made:
            # With the iterator's signature, as in Keras' own loop: shapes known in one and
            # not in the other would make another graph, which may round otherwise.
            eager = tap._model.run_eagerly
            spec = [iterator.element_spec]
            made["step"] = one_step if eager else tf.function(one_step, input_signature=spec)
        tap.begin(keras.tree.map_structure(_present, batch), _value_of)
        logs = made["step"](batch)
        tap.end(logs, _value_of)
        return logs

    return run


def _present(leaf: Any) -> Any:
    """Give None for what a pipeline marks as missing."""
    import tensorflow as tf

    return None if isinstance(leaf, tf.experimental.Optional) else leaf


_RUNNERS = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
