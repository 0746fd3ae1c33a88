r"""Learning-rate schedules in one place: Keras' own, and those it lacks or writes differently.

With t the number of optimizer steps made so far, and eta_0 the first rate:

| schedule | eta_t | here |
|---|---|---|
| constant | eta_0 | a plain number |
| step, every s | eta_0 * factor^floor(t / s) | `StepDecay(eta_0, factor, every=s)` |
| inverse | eta_0 / (1 + e t) | `InverseDecay(eta_0, e)` |
| exponential | eta_0 exp(-e t) | `ExponentialDecay(eta_0, 1 / e, math.exp(-1))` |
| linear | eta_0 + (final - eta_0) t / T | `LinearDecay(eta_0, final, steps=T)` |
| cosine | eta_0 (1 + cos(pi t / T)) / 2 | `CosineDecay(eta_0, T)` |
| warm-up | grows linearly, then any of these | `WarmUp(schedule, steps)` |

The others of Keras are here too: `CosineDecayRestarts`, `InverseTimeDecay`,
`PiecewiseConstantDecay`, `PolynomialDecay`. ``ExponentialDecay(eta_0, 1, math.exp(-e))`` is the
same formula, but in single precision it strays, by more than 1 % after 10^6 steps at e = 10^-5.

**Steps are batches, not epochs.** Where a deck counts epochs, multiply by `steps_per_epoch`. With
``gradient_accumulation_steps`` Keras still counts every batch.

Decks: U, Lecture 4, "Learning rate schedules"; M, "Scheduling the learning rate and avoiding
under/overfitting"; C, Lecture 10.2, "Learning Rate Decay".
"""

import math
import operator
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops
from keras.optimizers.schedules import (
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    LearningRateSchedule,
    PiecewiseConstantDecay,
    PolynomialDecay,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "LinearDecay",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "StepDecay",
    "WarmUp",
    "plot_schedule",
    "steps_per_epoch",
]

_POINTS = 500  # of a plotted line: more than a figure has pixels to show a jump


@keras.saving.register_keras_serializable(package="course_kit")
class StepDecay(LearningRateSchedule):
    """Multiply the learning rate by a factor at every ``every``-th step.

    ``eta_t = initial * factor ** floor(t / every)``, with the division among whole numbers.
    It is Keras' ``ExponentialDecay(initial, every, factor, staircase=True)``.

    Args:
        initial: the first learning rate, at least 0.
        factor: above 0; above 1 the rate grows, as in the search that deck M describes.
        every: optimizer steps between two drops, at least 1.

    Raises:
        ValueError: an argument is out of its range.

    Example:

    >>> schedule = StepDecay(0.1, factor=0.5, every=100)
    >>> [round(float(schedule(t)), 4) for t in (0, 99, 100, 250)]
    [0.1, 0.1, 0.05, 0.025]

    Source: deck M, "Scheduling the learning rate and avoiding under/overfitting", with factor
    0.1; deck U, Lecture 4, "Learning rate schedules".
    """

    def __init__(self, initial: float, factor: float, every: int) -> None:
        _check_rate("initial", initial)
        _check_steps("every", every, least=1)
        if not 0 < factor < math.inf:
            raise ValueError(
                f"`factor` must be above 0. Received: factor={factor}. For a drop by 10 give 0.1."
            )
        self.initial = initial
        self.factor = factor
        self.every = every

    def __call__(self, step: Any) -> Any:
        """Return the rate at a step, as a scalar tensor."""
        drops = ops.floor_divide(_whole(step), self.every)
        return self.initial * ops.power(_real(self.factor), _real(drops))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"initial": self.initial, "factor": self.factor, "every": self.every}


@keras.saving.register_keras_serializable(package="course_kit")
class InverseDecay(LearningRateSchedule):
    """Let the learning rate fall like one over the number of steps.

    ``eta_t = initial / (1 + decay * t)``. The sum of these rates over t diverges and that of
    their squares does not, which is what Robbins and Monro ask for. It is Keras'
    ``InverseTimeDecay(initial, decay_steps=1, decay_rate=decay)``, which divides t by
    ``decay_steps`` first.

    Args:
        initial: the first learning rate, at least 0.
        decay: the deck's epsilon, per optimizer step, at least 0: after ``1 / decay`` steps
            the rate has halved.

    Raises:
        ValueError: an argument is out of its range.

    Example:

    >>> schedule = InverseDecay(0.1, decay=0.01)
    >>> [round(float(schedule(t)), 4) for t in (0, 100, 900)]
    [0.1, 0.05, 0.01]

    Source: deck U, Lecture 4, "Learning rate schedules"; Robbins and Monro, "A stochastic
    approximation method", Annals of Mathematical Statistics 22, 1951.
    """

    def __init__(self, initial: float, decay: float) -> None:
        _check_rate("initial", initial)
        _check_rate("decay", decay)
        self.initial = initial
        self.decay = decay

    def __call__(self, step: Any) -> Any:
        """Return the rate at a step, as a scalar tensor."""
        return self.initial / (1 + self.decay * _real(_whole(step)))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"initial": self.initial, "decay": self.decay}


@keras.saving.register_keras_serializable(package="course_kit")
class LinearDecay(LearningRateSchedule):
    """Go from one learning rate to another on a straight line, and stay there.

    ``eta_t = final + (initial - final) * (steps - t) / steps`` up to step ``steps``, ``final``
    from then on.

    Args:
        initial: the first learning rate, at least 0.
        final: the last, at least 0; above ``initial`` the rate grows.
        steps: optimizer steps from the one to the other, at least 1.

    Raises:
        ValueError: an argument is out of its range.

    Example:

    >>> schedule = LinearDecay(0.1, final=0.0, steps=100)
    >>> [round(float(schedule(t)), 4) for t in (0, 50, 100, 500)]
    [0.1, 0.05, 0.0, 0.0]
    """

    def __init__(self, initial: float, final: float, steps: int) -> None:
        _check_rate("initial", initial)
        _check_rate("final", final)
        _check_steps("steps", steps, least=1)
        self.initial = initial
        self.final = final
        self.steps = steps

    def __call__(self, step: Any) -> Any:
        """Return the rate at a step, as a scalar tensor."""
        # The steps that are left are counted exactly: near the end 1 - t / T has few digits.
        left = _real(ops.maximum(self.steps - _whole(step), 0))
        return self.final + (self.initial - self.final) * (left / self.steps)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"initial": self.initial, "final": self.final, "steps": self.steps}


@keras.saving.register_keras_serializable(package="course_kit")
class WarmUp(LearningRateSchedule):
    """Raise the learning rate on a straight line before a schedule begins.

    With f the schedule::

        eta_t = start + (f(0) - start) * t / steps    for t < steps
        eta_t = f(t - steps)                          from then on

    The schedule's own clock starts when the warm-up ends, as with Keras' ``CosineDecay`` and
    its ``warmup_steps``: of 1000 steps with 100 to warm up, give it 900.

    Args:
        schedule: any schedule of Keras or from here, or a number: a constant rate.
        steps: optimizer steps to warm up, at least 0.
        start: the rate at step 0, at least 0. With 0 the very first update changes nothing.

    Raises:
        ValueError: an argument is out of its range.

    Example:

    >>> schedule = WarmUp(LinearDecay(0.4, final=0.0, steps=4), steps=2)
    >>> [round(float(schedule(t)), 4) for t in range(7)]
    [0.0, 0.2, 0.4, 0.3, 0.2, 0.1, 0.0]

    Source: Goyal et al., "Accurate, large minibatch SGD", 2017, section 2.2 (gradual warm-up).
    Deck: U, Lecture 4, "Learning rate schedules".
    """

    def __init__(
        self, schedule: LearningRateSchedule | float, steps: int, start: float = 0.0
    ) -> None:
        if not isinstance(schedule, LearningRateSchedule):
            _check_rate("schedule", schedule)
        _check_steps("steps", steps, least=0)
        _check_rate("start", start)
        self.schedule = schedule
        self.steps = steps
        self.start = start

    def __call__(self, step: Any) -> Any:
        """Return the rate at a step, as a scalar tensor."""
        step = _whole(step)
        after = ops.maximum(step - self.steps, 0)
        rate = _real(self.schedule(after) if callable(self.schedule) else self.schedule)
        part = _real(step) / max(self.steps, 1)
        # A choice, because start + (rate - start) is not always rate when rounded.
        return ops.where(step < self.steps, self.start + (rate - self.start) * part, rate)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        schedule = keras.saving.serialize_keras_object(self.schedule)
        return {"schedule": schedule, "steps": self.steps, "start": self.start}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "WarmUp":
        """Make the schedule, and the one inside, from what `get_config` gave."""
        schedule = keras.saving.deserialize_keras_object(config["schedule"])
        return cls(**{**config, "schedule": schedule})


def steps_per_epoch(examples: int, batch_size: int, drop_remainder: bool = False) -> int:
    """Count the optimizer steps of an epoch: its batches, the short last one included.

    Args:
        examples: in the training set, at least 1.
        batch_size: at least 1.
        drop_remainder: whether a short last batch is left out.

    Raises:
        ValueError: an argument is no positive whole number.

    Example, a drop every 30 epochs:

    >>> schedule = StepDecay(0.1, factor=0.1, every=30 * steps_per_epoch(50_000, 128))
    >>> schedule.every
    11730
    """
    _check_steps("examples", examples, least=1)
    _check_steps("batch_size", batch_size, least=1)
    return examples // batch_size if drop_remainder else -(-examples // batch_size)


def plot_schedule(
    schedules: Callable | float | Mapping[str, Callable | float],
    steps: int,
    ax: "Axes | None" = None,
    steps_per_epoch: int | None = None,
) -> "Axes":
    """Draw the learning rate of one or several schedules over training.

    Args:
        schedules: a schedule, a number (a constant rate), or a mapping from labels to them.
        steps: optimizer steps to draw, at least 1.
        ax: axes to draw on; a new figure's if None.
        steps_per_epoch: if given, the horizontal axis counts epochs.

    Returns:
        The axes.

    Raises:
        ValueError: ``steps`` or ``steps_per_epoch`` is no positive whole number.

    Example:

    >>> ax = plot_schedule({"step": StepDecay(0.1, 0.5, 30), "cosine": CosineDecay(0.1, 100)}, 100)
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('optimizer step', 'learning rate')
    """
    from matplotlib.ticker import MaxNLocator

    from course_kit.figures.style import axes_or_new, line

    _check_steps("steps", steps, least=1)
    if steps_per_epoch is not None:
        _check_steps("steps_per_epoch", steps_per_epoch, least=1)
    ax = axes_or_new(ax)
    at = np.unique(np.linspace(0, steps - 1, min(steps, _POINTS)).round().astype(int))
    named = schedules if isinstance(schedules, Mapping) else {None: schedules}
    for index, (label, schedule) in enumerate(named.items()):
        rates = [_rate_at(schedule, int(step)) for step in at]
        ax.plot(at / (steps_per_epoch or 1), rates, label=label, **line(index, len(at)))
    ax.set(xlabel="epoch" if steps_per_epoch else "optimizer step", ylabel="learning rate")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    if isinstance(schedules, Mapping):
        ax.legend()
    return ax


def _rate_at(schedule: Callable | float, step: int) -> float:
    return float(schedule(step) if callable(schedule) else schedule)


def _whole(step: Any) -> Any:
    """Return the step as an integer tensor: float32 cannot tell steps apart beyond 2**24."""
    return ops.cast(ops.convert_to_tensor(step), "int32")


def _real(x: Any) -> Any:
    """Return a number as a tensor in at least single precision, whatever Keras' float is."""
    dtype = "float64" if keras.config.floatx() == "float64" else "float32"
    return ops.cast(ops.convert_to_tensor(x), dtype)


def _check_rate(name: str, value: Any) -> None:
    try:
        valid = 0 <= value < math.inf
    except TypeError:
        valid = False
    if not valid:
        raise ValueError(
            f"`{name}` must be a finite number, at least 0. Received: {name}={value!r}."
        )


def _check_steps(name: str, value: Any, least: int) -> None:
    try:
        valid = operator.index(value) >= least
    except TypeError:
        valid = False
    if not valid:
        raise ValueError(
            f"`{name}` must be a whole number, at least {least}. Received: {name}={value!r}. "
            "Steps are batches: multiply epochs by steps_per_epoch(examples, batch_size)."
        )
