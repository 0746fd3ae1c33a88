"""Linear warm-up, then half a cosine."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student
from course_kit.checks.lab04_learning_rate import probes
from course_kit.checks.lab04_learning_rate.claims.base import expect_rates, lab, some_rate, steps_of


def share(t: np.ndarray, steps: int, warm_up: int) -> np.ndarray:
    """The share of the peak at each step, as the cosine's half angle: cos(a / 2)^2."""
    part = np.clip((np.float64(t) - warm_up) / (steps - warm_up), 0, 1)
    return np.where(t < warm_up, (t + 1) / (warm_up + 1), np.cos(np.pi / 2 * part) ** 2)


@lab.check(
    "warm_cosine",
    points=3,
    hint="Three steps of warm-up: the rates 1/4, 2/4, 3/4 of the peak. Then the cosine begins "
    "its own count at 0. Which angle has it reached two steps later?",
)
def nine_steps_by_hand(student: Student, draw: Draw) -> None:
    """Three steps of warm-up and six of cosine: 1/4, 1/2, 3/4, then 1, two steps later 3/4, one
    more 1/2, one more 1/4 of the peak."""
    t, peak = np.array([0, 1, 2, 3, 5, 6, 7]), some_rate(draw)
    rates = student(probes.warm_cosine, t, peak, 9, 3)
    expect_rates(rates, peak * np.array([1, 2, 3, 4, 3, 2, 1]) / 4)


@lab.check(
    "warm_cosine",
    points=5,
    hint="The cosine has steps - warm_up steps, and its clock stands at 0 when the warm-up is "
    "over. What do you divide by what?",
)
def rates_follow_warm_up_and_cosine(student: Student, draw: Draw) -> None:
    """At every step from 0 to the end, the rate is that of the warm-up or of the cosine."""
    steps, warm_up = draw.integer(60, 90), draw.integer(5, 25)
    t, peak = steps_of(draw, steps + 1), some_rate(draw)
    rates = student(probes.warm_cosine, t, peak, steps, warm_up)
    expect_rates(rates, peak * share(t, steps, warm_up))


@lab.check(
    "warm_cosine",
    points=2,
    hint="At t = 0 nothing has been trained yet. Is your rate above 0 there? How many equal "
    "steps lead from 0 to the peak at t = warm_up?",
)
def warm_up_grows_from_its_first_step(student: Student, draw: Draw) -> None:
    """During the warm-up the rate grows in equal steps, and is above 0 already at t = 0."""
    warm_up, peak = draw.integer(5, 40), some_rate(draw)
    t = steps_of(draw, warm_up)
    rates = student(probes.warm_cosine, t, peak, 2 * warm_up + 7, warm_up)
    expect_rates(rates, peak * (t + 1) / (warm_up + 1))


@lab.check(
    "warm_cosine",
    points=1,
    hint="What is the cosine of the angle with which your cosine begins?",
)
def peak_is_reached(student: Student, draw: Draw) -> None:
    """The rate is the peak itself at t = warm_up, and at no step before or after."""
    steps, warm_up, peak = draw.integer(60, 90), draw.integer(5, 25), some_rate(draw)
    t = warm_up + np.array([-1, 0, 1])
    rates = student(probes.warm_cosine, t, peak, steps, warm_up)
    expect_rates(rates, peak * share(t, steps, warm_up))


@lab.check(
    "warm_cosine",
    points=1,
    hint="The cosine falls to the middle in half of its steps. Does your angle count half a turn "
    "or a whole one, and in radians?",
)
def half_way_is_half_the_peak(student: Student, draw: Draw) -> None:
    """When half of the cosine's steps are made, half of the peak is left."""
    half, warm_up, peak = draw.integer(20, 400), draw.integer(1, 30), some_rate(draw)
    t = np.array([warm_up + half])
    rates = student(probes.warm_cosine, t, peak, 2 * half + warm_up, warm_up)
    expect_rates(rates, [peak / 2])


@lab.check(
    "warm_cosine",
    points=2,
    hint="Does a line divide by warm_up?",
)
def no_warm_up_is_plain_cosine(student: Student, draw: Draw) -> None:
    """With warm_up = 0 it is the slide's cosine, from the peak on."""
    steps, peak = draw.integer(30, 60), some_rate(draw)
    t = steps_of(draw, steps)
    rates = student(probes.warm_cosine, t, peak, steps, 0)
    expect_rates(rates, peak * share(t, steps, 0))


@lab.check(
    "warm_cosine",
    points=2,
    hint="What does a cosine do after half a turn? And what should the rate do if somebody "
    "trains for longer than planned?",
)
def rate_stays_at_zero_after_the_end(student: Student, draw: Draw) -> None:
    """The last rates fall to 0 at t = steps, and stay there however long it goes on."""
    steps, warm_up, peak = draw.integer(30, 60), draw.integer(0, 9), some_rate(draw)
    t = steps + np.array([-3, -1, 0, 1, 7, 29])
    rates = student(probes.warm_cosine, t, peak, steps, warm_up)
    expect_rates(rates, peak * share(t, steps, warm_up))


@lab.question("warm_cosine")
def a_short_training(student: Student) -> Any:
    """Three steps of warm-up, six of cosine, and two after the end."""
    return student(probes.warm_cosine, np.arange(12), 0.8, 9, 3)


lab.forbids(
    "warm_cosine",
    "keras.optimizers.schedules.CosineDecay",
    "keras.optimizers.schedules.CosineDecayRestarts",
    "tensorflow.compat.v1.train.cosine_decay",
    "tensorflow.compat.v1.train.cosine_decay_restarts",
    "torch.optim.lr_scheduler.CosineAnnealingLR",
    "torch.optim.lr_scheduler.CosineAnnealingWarmRestarts",
    "course_kit.schedules.WarmUp",
    "course_kit.schedules.CosineDecay",
)
