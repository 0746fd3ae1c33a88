"""The range test: a callback that sweeps the rate, notes the losses, and puts all back.

The model has one weight w and the loss w x for a batch with the one sample x, so that
step i turns w into w - rate_i x. What it should do is reckoned here, step by step. A second
weight counts the batches, from 0 on.
"""

from typing import Any, NamedTuple

import numpy as np

from course_kit.checks import Draw, Student, expect, expect_array, expect_close
from course_kit.checks.lab04_learning_rate import probes
from course_kit.checks.lab04_learning_rate.claims.base import expect_rates, lab


class Search(NamedTuple):
    """What is asked for, in the order of the probe's arguments."""

    x: np.ndarray
    epochs: int
    sweep: np.ndarray
    weight: float
    compiled: float

    def run(self) -> tuple[np.ndarray, np.ndarray]:
        """The loss of each step's batch, and the weight after it."""
        x = np.tile(np.float64(self.x), self.epochs)[: len(self.sweep)]
        after = self.weight - np.cumsum(self.sweep[: len(x)] * x)
        before = np.append(self.weight, after[:-1])
        return before * x, after


class Found(NamedTuple):
    """What the probe returns."""

    rates: np.ndarray
    losses: np.ndarray
    weights: np.ndarray
    put_back: np.ndarray
    rate: np.ndarray


def geometric(low: float, high: float, steps: int) -> np.ndarray:
    """The rate of each step."""
    return low * (high / low) ** (np.arange(steps) / (steps - 1))


def search(draw: Draw, samples: int, epochs: int, steps: int) -> Search:
    """A search over samples between 0.5 and 1.5, with rates from 0.01 to 1 or so."""
    sweep = geometric(draw.integer(10, 30) / 1000, draw.integer(500, 1500) / 1000, steps)
    x = (0.5 + draw.uniform(samples)).astype("float32")
    return Search(x, epochs, sweep, draw.integer(20, 90) / 16, draw.integer(20, 60) / 8)


def found(student: Student, asked: Search) -> Found:
    """The answer for a search, which has to have five parts."""
    answer = student(probes.range_test, *asked)
    expect(isinstance(answer, tuple) and len(answer) == 5, "no full record came back")
    return Found(*answer)


@lab.check(
    "range_test",
    points=3,
    hint="Which method of a callback is called just before a step, and how many steps have been "
    "made by then?",
)
def steps_are_made_with_the_sweep(student: Student, draw: Draw) -> None:
    """In fit, each step is made with its own rate of the sweep, from the first step on."""
    asked = search(draw, 14, 1, 14)
    expect_close(found(student, asked).weights, asked.run()[1], "weight after each step")


@lab.check(
    "range_test",
    points=1,
    hint="Four steps: which rate belongs to which loss?",
)
def rates_are_recorded(student: Student, draw: Draw) -> None:
    """`rates` holds the rate of each step that was made, and no more if the data end first."""
    asked = search(draw, 9, 1, 9 + draw.integer(2, 5))
    expect_rates(found(student, asked).rates, asked.sweep[:9], "recorded rates")


@lab.check(
    "range_test",
    points=4,
    hint='`logs["loss"]` is a mean over all batches since the last reset of the metrics. How '
    "many batches should it be about?",
)
def losses_are_those_of_single_batches(student: Student, draw: Draw) -> None:
    """`losses` holds the loss of each step's own batch, not a mean since the epoch began."""
    asked = search(draw, 12, 1, 12)
    expect_close(found(student, asked).losses, asked.run()[0], "recorded losses")


@lab.check(
    "range_test",
    points=2,
    hint="Does `fit` know after how many steps the search is over? "
    "It looks at `self.model.stop_training` after each batch.",
)
def search_ends_after_its_steps(student: Student, draw: Draw) -> None:
    """After `steps` steps the training ends, however much data is left."""
    asked = search(draw, 25, 2, draw.integer(6, 12))
    answer = found(student, asked)
    made, steps = np.size(answer.weights), len(asked.sweep)
    expect(made == steps, f"{made} steps were made in a search of {steps}")
    expect_close(answer.weights, asked.run()[1], "weight after each step")
    expect_array(answer.losses, (steps,), "recorded losses")


@lab.check(
    "range_test",
    points=2,
    hint="In a second epoch `batch` starts at 0 again. Which number knows how many steps have "
    "been made in all?",
)
def sweep_goes_on_over_epochs(student: Student, draw: Draw) -> None:
    """A sweep of fifteen steps over three epochs of five batches is one sweep."""
    asked = search(draw, 5, 3, 15)
    answer, (losses, weights) = found(student, asked), asked.run()
    expect_close(answer.weights, weights, "weight after each step")
    expect_close(answer.losses, losses, "recorded losses")


@lab.check(
    "range_test",
    points=1,
    hint="A search with the same callback again: what is left in the lists from the first time?",
)
def second_search_starts_afresh(student: Student, draw: Draw) -> None:
    """Used in a second fit, the callback records that search alone."""
    asked = search(draw, 7, 1, 7)
    x, _, *rest = asked
    answer = student(probes.range_test_again, x, x[:5], *rest)
    expect(isinstance(answer, tuple) and len(answer) == 5, "no full record came back")
    losses, weights = asked._replace(x=x[:5]).run()
    expect_close(answer[2], weights, "weight after each step")
    expect_close(answer[1], losses, "recorded losses")


@lab.check(
    "range_test",
    points=2,
    hint="Does what you keep at the start change when the model is trained? A list of variables "
    "does, a list of their values does not. Is it all of the weights, and are they put back "
    "whenever training ends?",
    edge=True,
)
def weights_are_put_back(student: Student, draw: Draw) -> None:
    """After the search the model has all weights that it had before, also when the data end
    before the sweep, and also those that no gradient trains."""
    asked = search(draw, 7, 1, 10)
    before = [asked.weight, 0]  # w, and how many batches it has seen
    expect_close(
        found(student, asked).put_back, before, "weights after the search", rtol=0, atol=1e-6
    )


@lab.check(
    "range_test",
    points=1,
    hint="`optimizer.learning_rate` is a variable. What is its value, as a plain number, before "
    "the search begins?",
    edge=True,
)
def learning_rate_is_put_back(student: Student, draw: Draw) -> None:
    """After the search the optimizer has the learning rate that it had before."""
    asked = search(draw, 10, 1, 10)
    expect_rates(found(student, asked).rate, asked.compiled, "learning rate after the search")


SMALL = Search(np.array([1.0, 0.5, 2.0], "float32"), 2, geometric(0.1, 2.7, 4), 2.0, 9.0)


@lab.question("range_test")
def four_steps_in_two_epochs(student: Student) -> Any:
    """A search of four steps over two epochs of three batches, and all that it leaves."""
    return student(probes.range_test, *SMALL)


@lab.question("range_test")
def the_same_callback_again(student: Student) -> Any:
    """A search of three steps, and a second one that ends after two, with the data."""
    x, sweep = SMALL.x, geometric(0.1, 2.7, 3)
    return student(probes.range_test_again, x, x[:2], sweep, 2.0, 9.0)


lab.forbids(
    "range_test",
    "course_kit.callbacks.LRFinder",
    "course_kit.callbacks.lr_find",
    "keras.callbacks.LearningRateScheduler",
    written_as=["RangeTest"],
)
