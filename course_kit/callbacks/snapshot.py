"""A model's whole state, kept and brought back bit for bit, and a rate that can always be set."""

import contextlib
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np


class Snapshot:
    """Keep everything that training changes; `restore` brings it back.

    That is: weights, moving statistics, seed generators and metrics of the model; moments,
    iterations, loss scale and learning rate of the optimizer; and the random states of
    Python, NumPy, Keras and those of TensorFlow and PyTorch that are loaded. Variables are
    kept in the host's memory, and an accelerator's is not asked for more. An optimizer that
    was not built yet is built; restored, it is as fresh.

    Args:
        model: a compiled model whose variables exist.

    Example:

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile("adam", "mse")
    >>> before = Snapshot(model)
    >>> history = model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    >>> before.restore()
    >>> int(model.optimizer.iterations)
    0
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        _build_optimizer(model)
        self._values = [(v, _on_host(v)) for v in _variables(model)]
        self._random = RandomStates()
        # PyTorch's layers carry a flag for training, which `fit` sets.
        self._modes = [(m, m.training) for m in _torch_modules(model)]

    def restore(self) -> None:
        """Bring everything back. What was kept stays kept, for another time."""
        _forget_pending_updates(self._model)
        for variable, value in self._values:
            variable.assign(value)
        self._reset_what_is_new()
        for module, training in self._modes:
            module.training = training
        self._random.restore()

    def _reset_what_is_new(self) -> None:
        """Reset metrics that got their variables only at the first step; nothing else may be."""
        kept = {id(v) for v, _ in self._values}
        for metric in self._model.metrics:
            if any(id(v) not in kept for v in metric.variables):
                metric.reset_state()
        measured = {id(v) for metric in self._model.metrics for v in metric.variables}
        new = [v.path for v in _variables(self._model) if id(v) not in kept | measured]
        if new:
            warnings.warn(
                f"These variables were created after the snapshot, and keep their values: "
                f"{', '.join(new)}. Call the model on a batch before the search.",
                stacklevel=2,
            )


class SettableRate:
    """Let a learning rate be set at each step, also where the optimizer holds a schedule.

    A schedule, which Keras lets nobody overwrite, is put aside, and a variable takes its
    place until `restore`. As compiled steps have the schedule in them, they are compiled
    once more, and put aside too. An optimizer made of several gets one rate for all.

    Args:
        model: a compiled model.
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self._aside: list[tuple[Any, Any]] = []
        self._rates: list[keras.Variable] = []

    def take(self) -> None:
        """Take the rate over."""
        compiled = self._model.train_function
        for optimizer in leaves(self._model.optimizer):
            schedule = optimizer._learning_rate
            if not isinstance(schedule, keras.Variable):
                self._compiled = compiled
                self._aside.append((optimizer, schedule))
                _put_variable(self._model, optimizer)
            self._rates.append(optimizer._learning_rate)
        if self._aside:
            self._model.make_train_function(force=True)

    def set(self, rate: float) -> None:
        """Set the learning rate. On jax, within an epoch, sync the model's state first."""
        for variable in self._rates:
            variable.assign(rate)

    def restore(self) -> None:
        """Put schedules back; a rate that was a variable all along is the snapshot's."""
        for optimizer, schedule in self._aside:
            if isinstance(optimizer._learning_rate, keras.Variable):
                optimizer._untrack_variable(optimizer._learning_rate)
            optimizer._learning_rate = schedule
        if self._aside:
            self._model.train_function = self._compiled
        self._aside = []


def scope(model: keras.Model) -> contextlib.AbstractContextManager[Any]:
    """Enter the model's distribution strategy, if it has one: new variables belong there."""
    strategy = getattr(model, "distribute_strategy", None)
    return strategy.scope() if strategy is not None else contextlib.nullcontext()


def _build_optimizer(model: keras.Model) -> None:
    if not model.optimizer.built:
        with scope(model):
            model.optimizer.build(model.trainable_variables)


def _variables(model: keras.Model) -> list[keras.Variable]:
    """All variables of model, metrics and optimizer, once each.

    `model.weights` would lack the states of seed generators.
    """
    every = [*model.variables, *model.metrics_variables, *model.optimizer.variables]
    return list({id(v): v for v in every}.values())


def _on_host(variable: keras.Variable) -> np.ndarray:
    return np.array(keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(variable)))


def _forget_pending_updates(model: keras.Model) -> None:
    """Drop what a broken-off epoch on jax has not handed back to the variables."""
    if getattr(model, "_jax_state", None) is not None:
        model._jax_state = None
        model._jax_state_synced = True


def _torch_modules(model: keras.Model) -> Iterator[Any]:
    return iter(model.modules()) if keras.backend.backend() == "torch" else iter(())


def leaves(optimizer: Any) -> list[Any]:
    """Give the optimizers that have a rate of their own: not those that wrap one or several."""
    inside = [getattr(optimizer, "inner_optimizer", None), *getattr(optimizer, "optimizers", [])]
    inside = [o for o in inside if o is not None]
    return [leaf for o in inside for leaf in leaves(o)] if inside else [optimizer]


def _put_variable(model: keras.Model, optimizer: Any) -> None:
    with scope(model):
        variable = keras.Variable(
            0.0, trainable=False, name="learning_rate", aggregation="only_first_replica"
        )
    optimizer._learning_rate = variable  # the assignment also tracks it, which jax needs


class RandomStates:
    """The random states outside the model."""

    def __init__(self) -> None:
        self._python, self._numpy = random.getstate(), np.random.get_state()
        self._keras = _keras_generator()
        self._keras_state = None if self._keras is None else _on_host(self._keras.state)
        self._others = list(_loaded_backends())

    def restore(self) -> None:
        """Bring them back. What was kept stays kept."""
        random.setstate(self._python)
        np.random.set_state(self._numpy)
        if self._keras is not None:
            self._keras.state.assign(self._keras_state)
        elif _keras_generator() is not None:
            _set_keras_generator(None)  # the next one draws its seed as this one did
        for put_back in self._others:
            put_back()


def _keras_generator() -> Any:
    """The generator of unseeded `keras.random` calls, if there is one yet."""
    from keras.src.backend.common import global_state

    return global_state.get_global_attribute("global_seed_generator")


def _set_keras_generator(generator: Any) -> None:
    from keras.src.backend.common import global_state

    global_state.set_global_attribute("global_seed_generator", generator)


def _loaded_backends() -> Iterator[Callable[[], Any]]:
    """For each random state of a loaded backend, a function that puts it back."""
    if "torch" in sys.modules:
        import torch

        state = torch.get_rng_state()
        yield lambda: torch.set_rng_state(state)
        if torch.cuda.is_available() and torch.cuda.is_initialized():
            states = torch.cuda.get_rng_state_all()
            yield lambda: torch.cuda.set_rng_state_all(states)
    if "tensorflow" in sys.modules:
        from tensorflow.python.eager import context

        # What eager operations and new data sets without a seed of their own draw from.
        generator = getattr(context.context(), "_rng", None)
        if generator is not None:
            drawn = generator.getstate()
            yield lambda: generator.setstate(drawn)
