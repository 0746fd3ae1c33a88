"""The early-stopping callback, led through runs whose metric and weights are drawn.

Every claim looks at both what the callback did: how many epochs it allowed, and
which weights the model has in the end. The weights are drawn anew each epoch.
"""

from typing import Any, NamedTuple

import numpy as np

from course_kit.checks import Draw, Student, expect_close, expect_equal
from course_kit.checks.lab05_regularization import probes
from course_kit.checks.lab05_regularization.claims.base import lab, spread

EXERCISE = "early_stopping"

# The question's: metric after each epoch, patience, min_delta, whether high is good, and whether
# the model has two layers.
_FIRST = [5.0, 4.0, 4.5, 3.0, 3.5, 3.6, 3.7, 3.8, 3.9, 4.0, 4.1, 4.2]
TRAININGS: list[tuple[list[Any], int, float, bool, bool]] = [
    ([_FIRST, [value + 5 for value in _FIRST]], 2, 0.0, False, False),
    ([7.0, 6.6, 6.2, 5.8, 5.4, 5.0], 3, 1.0, False, False),
    ([0.5, 0.6, 0.7, 0.65, 0.64, 0.6], 2, 0.0, True, False),
    ([np.nan, 3.0, np.nan, 2.0, np.nan, np.nan, np.nan, np.nan], 3, 0.0, False, False),
    ([3.0, 2.0, 2.5], 5, 0.0, False, True),
    ([3.0, 2.0, 2.0, 2.0, 2.0], 2, 0.0, False, False),
    ([-3.0, -2.6, -2.2, -1.8, -1.4, -1.6], 3, 1.0, True, False),
    ([[5.0, 4.0, 4.5], [np.nan, 6.0, 5.0], [np.nan] * 3], 2, 0.0, False, False),
]


def best_and_last(
    values: np.ndarray, patience: int, min_delta: float = 0, highest: bool = False
) -> tuple[int, int]:
    """The best epoch (-1: none) and the number of epochs run, as the text defines them."""
    best, best_epoch = -np.inf, -1
    for epoch, value in enumerate(values if highest else -values):
        if value > best + min_delta:
            best, best_epoch = value, epoch
        elif epoch - best_epoch >= patience:
            return best_epoch, epoch + 1
    return best_epoch, len(values)


class Run(NamedTuple):
    """A metric after each epoch, (epochs,) or for several fits (runs, epochs), and settings."""

    values: Any
    patience: int
    min_delta: float = 0.0
    highest: bool = False


def lead(student: Student, draw: Draw, *through: Run, normalized: bool = False) -> None:
    """Lead a new callback through each; all are asked before the first is judged."""
    answers = []
    for values, patience, min_delta, highest in through:
        runs = np.atleast_2d(np.asarray(values, float))
        weights = draw.normal(*runs.shape, 4)
        answer = student(probes.stopping, runs, weights, patience, min_delta, highest, normalized)
        found = [best_and_last(each, patience, min_delta, highest) for each in runs]
        answers.append((weights, found, answer))
    for weights, found, (epochs, left) in answers:
        # Where nothing was best, nothing is put back: the weights of the last epoch stay.
        kept = [best if best >= 0 else count - 1 for best, count in found]
        desired = weights[np.arange(len(weights)), kept]
        expect_close(left, desired, "weights in the end", rtol=0, atol=0)
        expect_equal(epochs, [count for _, count in found], "epochs run")


def valley(draw: Draw, down: int, up: int) -> np.ndarray:
    """A metric that falls for `down` epochs in uneven steps, then rises for `up`."""
    falls, rises = spread(draw, 0.2, 0.4, down), spread(draw, 0.05, 0.2, up)
    return 9 - np.cumsum(np.concatenate([falls, -rises]))


@lab.check(
    EXERCISE,
    points=3,
    hint="With patience 3: how many epochs without improvement may there be before the last one "
    "ends the training? When does the counting start anew?",
)
def stops_when_patience_is_lost(student: Student, draw: Draw) -> None:
    """It stops after `patience` epochs in a row without improvement, and counts anew after one."""
    patience = draw.integer(2, 5)
    # One epoch short of the patience, then a new best, then the end.
    first = valley(draw, draw.integer(2, 5), patience - 1)
    values = np.concatenate([first, valley(draw, draw.integer(1, 4), patience + 4) - 5])
    lead(student, draw, Run(values, patience))


@lab.check(
    EXERCISE,
    points=4,
    hint="Is what you keep a copy? The model's weights go on changing after you have kept them. "
    "Who puts the copy back, when? And are all weights in it, of every layer, trained or not?",
)
def best_weights_come_back(student: Student, draw: Draw) -> None:
    """The model is left with all weights of its best epoch, not of its last."""
    patience = draw.integer(2, 5)
    run = Run(valley(draw, draw.integer(3, 6), patience + 3), patience)
    lead(student, draw, run, normalized=True)


@lab.check(
    EXERCISE,
    points=3,
    hint="When the epochs are used up, nobody stops the training: it ends. Which of your methods "
    "is called then?",
)
def they_come_back_without_a_stop_too(student: Student, draw: Draw) -> None:
    """Also where the epochs are used up before patience is, the best weights come back."""
    patience = draw.integer(4, 7)
    lead(student, draw, Run(valley(draw, draw.integer(3, 6), patience - 2), patience))


@lab.check(
    EXERCISE,
    points=1,
    hint="Go through the six epochs with a pencil: the best so far, and the epochs since.",
)
def six_epochs_by_hand(student: Student, draw: Draw) -> None:
    """Losses 5, 4, 4, 4.5, 4.2, 3 with patience 3, by hand: a tie is no improvement."""
    lead(student, draw, Run([5.0, 4.0, 4.0, 4.5, 4.2, 3.0], 3))


@lab.check(
    EXERCISE,
    points=3,
    hint="Which two numbers do you compare: this epoch's and the last one's, or this epoch's and "
    "the best? And does an epoch that improved too little change what is best?",
)
def small_steps_count_when_they_add_up(student: Student, draw: Draw) -> None:
    """An epoch counts when it is better than the best by more than min_delta, else not at all."""
    creep = 7 - np.cumsum(spread(draw, 0.35, 0.45, 9))  # every third step is more than 1
    fast = 7 - np.cumsum(spread(draw, 1.1, 1.4, 3))
    slow = fast[-1] - 0.9 * np.sort(draw.uniform(6))
    lead(student, draw, Run(creep, 3, 1.0), Run(np.concatenate([fast, slow]), 4, 1.0))


@lab.check(
    EXERCISE,
    points=2,
    hint="Which accuracy is better, 0.8 or 0.7? What is worse than every value, also than -100, to "
    "begin with? And by how much must an epoch be better?",
)
def highest_is_best_in_mode_max(student: Student, draw: Draw) -> None:
    """With mode="max" the highest value is the best, also below zero, and if by min_delta."""
    patience = draw.integer(2, 4)
    values = 10 - valley(draw, draw.integer(2, 5), patience + 2)
    creep = np.cumsum(spread(draw, 0.35, 0.45, 9)) - 9  # every third step is more than 1
    accuracy, below_zero = Run(values / 10, patience, highest=True), Run(creep, 3, 1.0, True)
    lead(student, draw, accuracy, below_zero)


@lab.check(
    EXERCISE,
    points=2,
    hint="The same callback is given to a second fit. Which numbers of the first one does it still "
    "hold, and which method is called when a fit begins?",
)
def second_fit_starts_anew(student: Student, draw: Draw) -> None:
    """In a second fit the callback has forgotten the first: its best, its weights, its count."""
    patience, down = draw.integer(2, 4), draw.integer(2, 4)
    stopped, over = (valley(draw, down, up) for up in (patience + 2, patience - 1))
    # What is left of a count shows in an epoch that is no better, what is left of the weights
    # where none is.
    after, nothing = over + 5, np.full(len(over), np.nan)
    after[0] = np.nan
    lead(
        student, draw, Run([stopped, stopped + 5], patience), Run([over, after, nothing], patience)
    )


@lab.check(
    EXERCISE,
    points=2,
    hint="What do `nan < 3` and `3 < nan` give? What is best after a first epoch with NaN?",
)
def nan_is_never_the_best(student: Student, draw: Draw) -> None:
    """A NaN is no improvement, in the first epoch or later: an epoch spent without one."""
    patience, values = draw.integer(3, 4), valley(draw, 4, 7)
    values[[0, 2, 5]] = np.nan
    nothing_else = np.full(patience + 2, np.nan)
    lead(student, draw, Run(values, patience), Run(nothing_else, patience))


@lab.check(
    EXERCISE,
    points=3,
    hint="Does your callback look at what it was told to monitor? Does it set "
    "`self.model.stop_training`?",
)
def fit_is_stopped_and_mended(student: Student, draw: Draw) -> None:
    """In a real fit: it ends `patience` epochs after the best one, whose weight comes back."""
    patience, target, held = draw.integer(2, 4), 1.0, 0.0
    rate, steps = 0.1, np.arange(1, 31)
    path: np.ndarray = np.zeros(30)
    far: np.ndarray = np.zeros(30)
    while np.partition(far, 1)[1] - far.min() < 1e-3:  # no two epochs all but equally good
        target = draw.integer(100, 300) / 100
        held = target * draw.integer(30, 60) / 100
        path = target * (1 - (1 - 2 * rate) ** steps)
        far = (path - held) ** 2
    best, count = best_and_last(far, patience)
    epochs, left = student(probes.stopping_in_fit, target, held, rate, 30, patience)
    expect_close(left, path[[best]], "weight in the end", rtol=1e-3)
    expect_equal(epochs, [count], "epochs run")


@lab.question(EXERCISE)
def eight_kinds_of_training(student: Student) -> Any:
    """Epochs run and weights left: two fits, small steps, an accuracy, NaN, no stop, a tie,
    a value below zero, fits that begin with NaN."""
    parts: list[Any] = []
    for values, *settings in TRAININGS:
        runs = np.atleast_2d(np.array(values))
        weights = np.arange(4.0 * runs.size).reshape(*runs.shape, 4)
        parts += student(probes.stopping, runs, weights, *settings)
    return tuple(parts)


lab.forbids(
    EXERCISE,
    "keras.callbacks.EarlyStopping",
    "keras.callbacks.ModelCheckpoint",
    "course_kit.callbacks.EarlyStopping",
    written_as=["EarlyStop"],
)
