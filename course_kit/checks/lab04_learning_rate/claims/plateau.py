"""Lower the rate when the held-out loss has not improved for some epochs."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student
from course_kit.checks.lab04_learning_rate import probes
from course_kit.checks.lab04_learning_rate.claims.base import expect_rates, lab, some_rate


def rates_of(losses: np.ndarray, initial: float, factor: float, patience: int) -> np.ndarray:
    """The rate that each epoch is trained with.

    An epoch cuts the rate of the next one if it is the `patience`-th since the last new best
    or the last cut.
    """
    best, last, cuts = np.inf, -1, [0]
    for epoch, loss in enumerate(np.float64(losses)):
        if loss < best:
            best, last = loss, epoch
        cut = epoch - last == patience
        last = epoch if cut else last
        cuts.append(cuts[-1] + cut)
    return initial * np.float64(factor) ** cuts[:-1]


def asked(
    student: Student, losses: np.ndarray, initial: float, factor: float, patience: int
) -> None:
    """Ask for the rates of these losses, and expect them, however small."""
    answer = student(probes.plateau_rates, losses, initial, factor, patience)
    expect_rates(answer, rates_of(losses, initial, factor, patience), zero=0)


@lab.check(
    "plateau_rates",
    points=3,
    hint="Go through the eight losses with a pencil. How many epochs in a row were no better "
    "than the best so far? And which epoch is the first to be trained with the new rate?",
)
def eight_epochs_by_hand(student: Student, draw: Draw) -> None:
    """Losses 5, 4, 4, 4, 3, 3, 3, 3, patience 2: the rate is halved after the fourth epoch, and
    again after the seventh."""
    initial, unit = some_rate(draw), draw.integer(1, 9)
    losses = unit * np.array([5.0, 4, 4, 4, 3, 3, 3, 3])
    answer = student(probes.plateau_rates, losses, initial, 0.5, 2)
    expect_rates(answer, initial * np.array([4, 4, 4, 4, 2, 2, 2, 1]) / 4)


@lab.check(
    "plateau_rates",
    points=4,
    hint="Three things change from epoch to epoch: the rate, the best loss, and how long you "
    "have waited. Which of them changes when?",
)
def noisy_losses_are_followed(student: Student, draw: Draw) -> None:
    """Over sixty epochs of noisy losses the rate is cut whenever `patience` epochs in a row
    brought no new best."""
    losses = 3 * 0.97 ** np.arange(60) + draw.normal(60) / 4
    asked(student, losses, some_rate(draw), draw.integer(60, 90) / 100, draw.integer(3, 5))


@lab.check(
    "plateau_rates",
    points=2,
    hint="With patience 1, how many bad epochs are needed?",
)
def patience_of_one_waits_one_epoch(student: Student, draw: Draw) -> None:
    """With patience 1 each epoch without a new best cuts the rate of the next."""
    losses = 3 * 0.9 ** np.arange(12) + draw.normal(12) / 4
    losses[3:5] = losses[:3].max() + 1, losses[:3].max() + 2
    asked(student, losses, some_rate(draw), draw.integer(60, 90) / 100, 1)


@lab.check(
    "plateau_rates",
    points=2,
    hint="Better than what: than the epoch before, or than the best of all?",
)
def better_than_the_last_is_not_enough(student: Student, draw: Draw) -> None:
    """A loss below the last one but above the best is no improvement."""
    losses = 2 + np.array([0, 4, 3, 2, 5, 4, 3, 2, 1, -1, 1, 0, 1, 0.0])
    losses = losses + np.abs(draw.normal(14)) / 9
    asked(student, losses, some_rate(draw), draw.integer(20, 80) / 100, 3)


@lab.check(
    "plateau_rates",
    points=1,
    hint="Is a loss that only equals the best one an improvement? And is there a rate that is not "
    "cut any more?",
)
def equal_is_no_improvement(student: Student, draw: Draw) -> None:
    """Losses that are all equal bring no improvement after the first epoch; the rate is cut
    again and again, and there is no lowest one."""
    patience = draw.integer(2, 4)
    losses = np.full(15 * patience, float(draw.integer(1, 9)))  # fourteen cuts: below 1e-7
    asked(student, losses, some_rate(draw), draw.integer(10, 30) / 100, patience)


@lab.check(
    "plateau_rates",
    points=2,
    hint="A comparison with NaN is always False. Which of your branches does it take, and what "
    "becomes of the best loss?",
)
def nan_is_no_improvement(student: Student, draw: Draw) -> None:
    """A loss of NaN, even the first, is an epoch without improvement and never the best."""
    losses = np.abs(draw.normal(14)) + np.arange(14, 0, -1)
    losses[[0, 1, 5, 6, 7, 12, 13]] = np.nan
    losses[9:12] += 9
    asked(student, losses, some_rate(draw), draw.integer(20, 80) / 100, 3)


@lab.check(
    "plateau_rates",
    points=1,
    hint="Losses that fall all the time: where does your code cut, and why? How much lower has a "
    "loss to be?",
    edge=True,
)
def falling_losses_keep_the_rate(student: Student, draw: Draw) -> None:
    """While every epoch brings a new best, by however little, the rate stays."""
    gain = 5e-7  # of losses that are small: in float32, too, each is lower than the last
    losses = draw.integer(1, 9) / 100 - gain * np.arange(12)
    asked(student, losses, some_rate(draw), 0.5, 2)


@lab.check(
    "plateau_rates",
    points=1,
    hint="How many rates are there for one epoch, and can its own loss have changed it?",
    edge=True,
)
def one_epoch_has_the_first_rate(student: Student, draw: Draw) -> None:
    """For a single epoch there is one rate, the first, even with patience 1."""
    asked(student, np.array([draw.integer(1, 9)]), some_rate(draw), 0.5, 1)


UPS_AND_DOWNS = np.array(
    [9, 7, 8, 8, 7, 7, 8, 5, 6, 5.5, 4, 6, 3, np.nan, 4, 5, 4, 3.5, 2, 5, 6, 7]
)


# The last gain is a small one.
NAN_FIRST = np.array([np.nan, 3, 2, 4, 4, 4, 4, 4, 4, 1, 2, 2, 1 - 5e-7, 2])


@lab.question("plateau_rates")
def ups_and_downs(student: Student) -> Any:
    """The rates for a row of losses with equal ones, a NaN and new bests."""
    return student(probes.plateau_rates, UPS_AND_DOWNS, 1.0, 0.5, 2)


@lab.question("plateau_rates")
def nan_at_first(student: Student) -> Any:
    """The rates when the first loss is NaN, and the last new best hardly one."""
    return student(probes.plateau_rates, NAN_FIRST, 1.0, 0.5, 3)


lab.forbids(
    "plateau_rates",
    "keras.callbacks.ReduceLROnPlateau",
    "torch.optim.lr_scheduler.ReduceLROnPlateau",
)
