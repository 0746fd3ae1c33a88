"""Step decay and inverse decay."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student
from course_kit.checks.lab04_learning_rate import probes
from course_kit.checks.lab04_learning_rate.claims.base import expect_rates, lab, some_rate, steps_of


def falls(t: np.ndarray, every: int) -> np.ndarray:
    """How often the rate has fallen by step t, counted: the multiples of `every` up to t."""
    marks = every * np.arange(1, t.max() // every + 2)
    return np.searchsorted(marks, t, side="right")


@lab.check(
    "step_and_inverse",
    points=2,
    hint="With a drop every 4 steps: how many drops lie behind you at step 3, at step 4 and at "
    "step 11?",
)
def twelve_steps_by_hand(student: Student, draw: Draw) -> None:
    """Step decay, halved every 4 steps: four steps at the first rate, four at half, four at a
    quarter of it."""
    initial = some_rate(draw)
    rates = student(probes.step_decay, np.arange(12), initial, 0.5, 4)
    expect_rates(rates, initial * np.repeat([1, 1 / 2, 1 / 4], 4))


@lab.check(
    "step_and_inverse",
    points=4,
    hint="Between two drops the rate stays as it is. Does your exponent?",
)
def rate_falls_in_steps(student: Student, draw: Draw) -> None:
    """Step decay: the rate is multiplied by `factor` at every multiple of `every`, and only
    there."""
    t, every = steps_of(draw, 60), draw.integer(3, 11)
    initial, factor = some_rate(draw), draw.rate()
    rates = student(probes.step_decay, t, initial, factor, every)
    expect_rates(rates, initial * np.float64(factor) ** falls(t, every))


@lab.check(
    "step_and_inverse",
    points=1,
    hint="Is step `every` the last one before the drop, or the first one after it?",
)
def drops_come_at_the_multiples(student: Student, draw: Draw) -> None:
    """Step decay: step `every - 1` still has the old rate, step `every` has the new one, also
    after many drops."""
    initial, factor, every = some_rate(draw), draw.integer(10, 40) / 100, draw.integer(5, 5000)
    drops = np.array([0, 1, 1, 2, 19, 20])
    t = drops * every + np.array([every - 1, 0, every - 1, 0, every - 1, 0])
    rates = student(probes.step_decay, t, initial, factor, every)
    expect_rates(rates, initial * np.float64(factor) ** drops, zero=0)  # there is no lowest one


@lab.check(
    "step_and_inverse",
    points=1,
    hint="MO434's search multiplies the rate by more than 1 every s iterations. Does your line "
    "need `factor` to be below 1?",
)
def a_factor_above_one_raises(student: Student, draw: Draw) -> None:
    """Step decay with a factor above 1 raises the rate, as in MO434's search for a rate."""
    t, initial, every = steps_of(draw, 20), some_rate(draw), draw.integer(3, 6)
    rates = student(probes.step_decay, t, initial, 2.0, every)
    expect_rates(rates, initial * 2.0 ** falls(t, every))


@lab.check(
    "step_and_inverse",
    points=2,
    hint="What is 1 + epsilon t at t = 1 / epsilon, and at t = 3 / epsilon?",
)
def inverse_halves_and_quarters(student: Student, draw: Draw) -> None:
    """Inverse decay, by hand: after 1 / epsilon steps half of the rate is left, after
    3 / epsilon steps a quarter."""
    initial, life = some_rate(draw), draw.integer(2, 50)
    t = np.array([0, life, 3 * life])
    rates = student(probes.inverse_decay, t, initial, 1 / life)
    expect_rates(rates, initial * np.array([1, 1 / 2, 1 / 4]))


@lab.check(
    "step_and_inverse",
    points=4,
    hint="Which part of eta_0 / (1 + epsilon t) changes with t? Is it the first rate that you "
    "divide, each time?",
)
def inverse_follows_the_formula(student: Student, draw: Draw) -> None:
    """Inverse decay: the first rate divided by 1 + epsilon t, at every step."""
    t, initial, epsilon = steps_of(draw, 60), some_rate(draw), draw.rate()
    rates = student(probes.inverse_decay, t, initial, epsilon)
    expect_rates(rates, initial / (1 + epsilon * np.float64(t)))


@lab.check(
    "step_and_inverse",
    points=1,
    hint="How much has the rate decayed before the first step is made?",
    edge=True,
)
def first_step_has_the_first_rate(student: Student, draw: Draw) -> None:
    """At t = 0 both decays give the first rate itself."""
    initial, rate, first = some_rate(draw), draw.rate(), np.array([0])
    step = student(probes.step_decay, first, initial, rate, 3)
    inverse = student(probes.inverse_decay, first, initial, rate)
    expect_rates(step, [initial], "step decay")
    expect_rates(inverse, [initial], "inverse decay")


@lab.check(
    "step_and_inverse",
    points=1,
    hint="What does epsilon = 0 leave of the formula?",
    edge=True,
)
def nothing_decays_without_decay(student: Student, draw: Draw) -> None:
    """With factor 1, and with epsilon 0, the rate stays what it was."""
    t, initial = steps_of(draw, 12), some_rate(draw)
    constant = np.full(12, initial)
    step = student(probes.step_decay, t, initial, 1.0, 5)
    inverse = student(probes.inverse_decay, t, initial, 0.0)
    expect_rates(step, constant, "step decay")
    expect_rates(inverse, constant, "inverse decay")


STEPS = np.array([0, 1, 3, 4, 5, 6, 7, 8, 13])


@lab.question("step_and_inverse")
def some_steps(student: Student) -> Any:
    """Both decays at a few steps, with 3/10 every four steps and epsilon 1/4."""
    falling = student(probes.step_decay, STEPS, 0.8, 0.3, 4)
    return falling, student(probes.inverse_decay, STEPS, 0.8, 0.25)


lab.forbids(
    "step_and_inverse",
    "keras.optimizers.schedules.ExponentialDecay",
    "keras.optimizers.schedules.InverseTimeDecay",
    "keras.optimizers.schedules.PiecewiseConstantDecay",
    "tensorflow.compat.v1.train.exponential_decay",
    "tensorflow.compat.v1.train.inverse_time_decay",
    "tensorflow.compat.v1.train.piecewise_constant",
    "tensorflow.compat.v1.train.piecewise_constant_decay",
    "torch.optim.lr_scheduler.StepLR",
    "torch.optim.lr_scheduler.MultiStepLR",
    "course_kit.schedules.StepDecay",
    "course_kit.schedules.InverseDecay",
    written_as=["step_decay", "inverse_decay"],
)
