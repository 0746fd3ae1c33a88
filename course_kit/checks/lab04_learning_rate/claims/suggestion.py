"""Smooth the losses of a range test without bias, and suggest a rate, or none."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect, expect_close
from course_kit.checks.lab04_learning_rate import probes
from course_kit.checks.lab04_learning_rate.claims.base import expect_rates, lab


def smoothed(losses: np.ndarray, beta: float) -> np.ndarray:
    """Averages with weights beta^age that sum to one, each as the weighted sum that it is."""
    count = len(losses)
    ages = np.arange(count)[:, None] - np.arange(count)[None, :]
    weights = np.where(ages >= 0, np.float64(beta) ** np.maximum(ages, 0), 0.0)
    return weights @ np.float64(losses) / weights.sum(axis=1)


def slopes(rates: np.ndarray, curve: np.ndarray) -> np.ndarray:
    """The slopes of a curve before its minimum, against the logarithms of the rates."""
    end = curve.argmin() + 1
    return np.diff(curve[:end]) / np.diff(np.log(np.float64(rates[:end])))


def steepest(rates: np.ndarray, losses: np.ndarray, beta: float) -> np.ndarray:
    """The rate of the largest fall before the minimum, in an array; no rate where none falls."""
    finite = np.isfinite(losses)
    losses = losses[: len(losses) if finite.all() else finite.argmin()]
    falls = slopes(rates, smoothed(losses, beta))
    return np.float64(rates)[[falls.argmin()] if falls.size else []]


def sweep(draw: Draw, count: int) -> np.ndarray:
    """Rates that grow by one factor, from a lowest that is drawn."""
    return draw.integer(101, 997) * 1e-6 * 10 ** np.linspace(0, 4, count)


def uneven_sweep(draw: Draw, count: int) -> np.ndarray:
    """The same, but of the gaps between the logarithms some are up to twice as wide as others."""
    ends = np.append(0, np.cumsum(1 + np.float64(draw.uniform(count - 1))))
    return draw.integer(101, 997) * 1e-6 * 10 ** (4 * ends / ends[-1])


def curve(draw: Draw, rates: np.ndarray, beta: float, tail: float) -> np.ndarray:
    """Forty losses: level but for one noisy batch, a long fall, then up to `tail`.

    The noisy batch gives the largest fall of the raw losses; four falls in a row give that of
    the smoothed ones. The steepest is apart from the next by a fiftieth, so that rounding
    cannot move it. Drawn again until it is so; most are.
    """
    while True:
        level = 2 + np.abs(draw.normal(10)) / 20
        level[draw.integer(3, 6)] += 1.3
        falls = 0.02 + 0.02 * draw.uniform(18)
        place = draw.integer(3, 12)
        falls[place : place + 4] += 0.4 + 0.2 * draw.uniform(4)
        down = level[-1] - np.cumsum(falls)
        up = down[-1] + tail * np.linspace(0.1, 1, 12) ** 2
        losses = np.concatenate([level, down, up])
        steps = np.sort(slopes(rates, smoothed(losses, beta)))
        if len(steps) > 1 and steps[0] < 1.02 * steps[1]:
            return losses


def telling(draw: Draw, beta: float) -> tuple[np.ndarray, np.ndarray]:
    """Uneven rates, and a curve whose steepest place is not found by a shorter way.

    Not where it falls most from one loss to the next, nor where the slope to both sides is
    steepest, nor where the raw losses fall fastest. Drawn again until it is so.
    """
    while True:
        rates = uneven_sweep(draw, 40)
        losses = curve(draw, rates, beta, tail=3.0)
        smooth = smoothed(losses, beta)
        end = smooth.argmin() + 1
        shorter = [
            np.diff(smooth[:end]),
            np.gradient(smooth[:end]),
            np.gradient(smooth[:end], np.log(rates[:end])),
            slopes(rates, losses),
        ]
        if slopes(rates, smooth).argmin() not in [way.argmin() for way in shorter]:
            return rates, losses


def expect_suggestion(answer: Any, rates: np.ndarray, losses: np.ndarray, beta: float) -> None:
    """The rate that `steepest` names, or None."""
    expect(np.size(answer) > 0, "suggestion: None, though the losses do fall")
    expect_rates(answer, steepest(rates, losses, beta), "suggestion")


@lab.check(
    "suggest_rate",
    points=1,
    hint="beta = 1/2, losses 4, 2: the average starts at 0. What do the weights of 4 and 2 add "
    "up to?",
)
def three_losses_are_smoothed_by_hand(student: Student, draw: Draw) -> None:
    """With beta = 1/2 the losses 4, 2, 1 become 4, 8/3 and 12/7: weights 1/2, 1/4, 1/8 over
    their sum."""
    unit = draw.integer(1, 99) / 4
    averages = student(probes.smooth_losses, unit * np.array([4.0, 2, 1]), 0.5)
    expect_close(averages, unit * np.array([4, 8 / 3, 12 / 7]), "smoothed losses")


@lab.check(
    "suggest_rate",
    points=3,
    hint="An average that starts at 0 is too low at first. By what should step i be divided, "
    "when i counts from 0?",
)
def losses_are_smoothed_without_bias(student: Student, draw: Draw) -> None:
    """Every entry is the exponential average of the losses up to there, divided by the sum of
    its weights."""
    losses, beta = 2 + draw.normal(40) / 2, draw.rate()
    averages = student(probes.smooth_losses, losses, beta)
    expect_close(averages, smoothed(losses, beta), "smoothed losses")


@lab.check(
    "suggest_rate",
    points=1,
    hint="What should an average of equal numbers be?",
    edge=True,
)
def constant_losses_stay(student: Student, draw: Draw) -> None:
    """Losses that are all the same are left as they are, from the first on."""
    losses = np.full(9, draw.integer(1, 99) / 8)
    expect_close(student(probes.smooth_losses, losses, 0.9), losses, "smoothed losses")


@lab.check(
    "suggest_rate",
    points=1,
    hint="Each loss was seen before its own step was made. So which rate made the loss fall "
    "from one entry to the next?",
)
def six_losses_by_hand(student: Student, draw: Draw) -> None:
    """Losses 9, 9, 8, 4, 3, 7 with no smoothing: the fall from 8 to 4 is the work of the third
    rate."""
    rates = draw.integer(101, 997) * 1e-6 * 10.0 ** np.arange(6)
    losses = np.array([9.0, 9, 8, 4, 3, 7])
    answer = student(probes.suggest_rate, rates, losses, 0.0)
    expect_rates(answer, rates[[2]], "suggestion")


@lab.check(
    "suggest_rate",
    points=3,
    hint="Where is the smoothed curve steepest, against the logarithm of the rate? Which part of "
    "the curve is looked at?",
)
def steepest_fall_is_suggested(student: Student, draw: Draw) -> None:
    """The suggestion is the rate with which the smoothed loss fell fastest against the logarithm
    of the rate, also where the rates do not grow by one factor."""
    beta = draw.integer(55, 80) / 100
    rates, losses = telling(draw, beta)
    answer = student(probes.suggest_rate, rates, losses, beta)
    expect_suggestion(answer, rates, losses, beta)


@lab.check(
    "suggest_rate",
    points=2,
    hint="A loss that has left may fall back for a moment, and faster than it ever fell before. "
    "Up to which point do you look?",
)
def what_comes_after_the_minimum_is_ignored(student: Student, draw: Draw) -> None:
    """Falls after the smoothed loss was lowest do not count: it has left already."""
    rates, beta = sweep(draw, 40), draw.integer(55, 80) / 100
    losses = curve(draw, rates, beta, tail=60.0)
    losses[-1] = losses.min() - 0.1  # back from the height, at one stroke, but not on average
    answer = student(probes.suggest_rate, rates, losses, beta)
    expect_suggestion(answer, rates, losses, beta)


@lab.check(
    "suggest_rate",
    points=1,
    hint="What does argmin say about an array that holds a NaN? Where does the curve end that "
    "you can use?",
)
def losses_after_a_nan_are_ignored(student: Student, draw: Draw) -> None:
    """From the first NaN or infinite loss on, the losses are left out, however low they are."""
    rates, betas = sweep(draw, 40), [draw.integer(55, 80) / 100, 0.0]
    curves = [curve(draw, rates, beta, tail=3.0) for beta in betas]
    for losses, broken in zip(curves, (np.nan, np.inf), strict=True):
        losses[32:] -= 20  # lower than all before, and a steeper fall
        losses[32] = losses[38] = broken
    answers = [
        student(probes.suggest_rate, rates, *asked) for asked in zip(curves, betas, strict=True)
    ]
    for answer, losses, beta in zip(answers, curves, betas, strict=True):
        expect_suggestion(answer, rates, losses, beta)


@lab.check(
    "suggest_rate",
    points=1,
    hint="Where is the minimum of a curve that only rises? Which rate could be suggested?",
    edge=True,
)
def no_fall_no_suggestion(student: Student, draw: Draw) -> None:
    """Where the loss never falls below its beginning, the answer is None."""
    rates, level = sweep(draw, 20), draw.integer(1, 9)
    rising = level + np.cumsum(0.1 + np.abs(draw.normal(20)))
    equal = np.full(20, level + 0.5)  # and no smoothing: no rounding that could pass for a fall
    answers = {
        "losses that rise": student(probes.suggest_rate, rates, rising, 0.5),
        "equal losses": student(probes.suggest_rate, rates, equal, 0.0),
    }
    for what, answer in answers.items():
        expect(np.size(answer) == 0, f"{what}: a rate was suggested")


RATES = 1e-3 * 2.0 ** np.arange(13)
# Against the logarithm, the losses below are steepest before they fall most.
UNEVEN = RATES * np.where(np.arange(13) < 5, 1, 0.75)
# Level with one noisy batch, a fall, up, and down at one stroke, but not to the lowest.
LOSSES = np.array([14.0, 14, 13, 15.5, 12.8, 11.5, 10, 8.5, 8.4, 8.2, 10, 34, 9])


@lab.question("suggest_rate")
def a_curve_that_leaves(student: Student) -> Any:
    """The average with beta 3/5, and the suggestion for a curve that leaves and falls back."""
    smooth = student(probes.smooth_losses, LOSSES, 0.6)
    return smooth, student(probes.suggest_rate, UNEVEN, LOSSES, 0.6)


@lab.question("suggest_rate")
def curves_without_an_end(student: Student) -> Any:
    """The suggestions for a curve that is lost and comes back low, and for one that rises."""
    broken = np.append(LOSSES[:10], [np.nan, 0, 0])
    return (
        student(probes.suggest_rate, RATES, broken, 0.6),
        student(probes.suggest_rate, RATES, np.arange(13.0), 0.6),
    )


lab.forbids(
    "suggest_rate",
    "course_kit.callbacks.LRFinder",
    "course_kit.callbacks.lr_find",
    "course_kit.callbacks.suggestions.suggest",
    "pandas.Series.ewm",
    "pandas.DataFrame.ewm",
    "scipy.signal.lfilter",
    "scipy.signal.sosfilt",
    "tensorflow.train.ExponentialMovingAverage",
    written_as=["smooth_losses", "suggest_rate"],
)
