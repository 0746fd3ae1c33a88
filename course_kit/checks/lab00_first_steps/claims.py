"""Lab 00: the exponential average that makes a noisy loss curve readable."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Lab, Student, StudentError, expect_close
from course_kit.checks.lab00_first_steps import probes

lab = Lab("00_first_steps", "First steps", cell_seconds=20, probe_seconds=5, total_seconds=60)


def reference(values: np.ndarray, beta: float) -> np.ndarray:
    """Bias-corrected averages (steps,), each as the weighted sum that it is."""
    steps = len(values)
    ages = np.arange(steps)[:, None] - np.arange(steps)[None, :]  # (step, earlier step)
    weights = np.where(ages >= 0, (1 - beta) * beta ** np.maximum(ages, 0), 0.0)
    return weights @ np.float64(values) / (1 - beta ** np.arange(1, steps + 1))


@lab.check(
    "exponential_average",
    points=40,
    hint="Start the average at 0, and divide each value you return by 1 - beta ** t, t = 1, 2, ...",
)
def averages_are_weighted(student: Student, draw: Draw) -> None:
    """Every entry is the bias-corrected exponential average of the values up to there."""
    values, beta = draw.normal(30), draw.rate()
    expect_close(student(probes.average, values, beta), reference(values, beta), "averages")


@lab.check(
    "exponential_average",
    points=20,
    hint="What is left of the first average, (1 - beta) * value, after the correction?",
)
def first_is_the_first_value(student: Student, draw: Draw) -> None:
    """The first average is the first value, as there is nothing yet to average with."""
    values, beta = draw.normal(8), 0.98
    averages = student(probes.average, values, beta)
    expect_close(averages[:1], values[:1], "first average")
    expect_close(averages, reference(values, beta), "averages")


@lab.check(
    "exponential_average",
    points=20,
    hint="history.history['loss'] is a list of floats. Loop over it, or make an array of it.",
)
def a_list_will_do(student: Student, draw: Draw) -> None:
    """A plain list of losses is averaged as an array is."""
    values, beta = draw.normal(12), draw.rate()
    expect_close(student(probes.average_of_list, values, beta), reference(values, beta), "averages")


@lab.check(
    "exponential_average",
    points=20,
    hint="Does a line assign into the array that was handed in? Write into a new one.",
)
def input_is_left_alone(student: Student, draw: Draw) -> None:
    """The values that were handed in are unchanged afterwards."""
    values, beta = draw.normal(12), draw.rate()
    averages, after = student(probes.values_after, values, beta)
    expect_close(after, values, "values after the call")
    expect_close(averages, reference(values, beta), "averages")


# The same for everybody: from what is answered here, known mistakes are recognised.
VALUES = np.array([2.0, -1.0, 4.0, 0.5, 3.0])


@lab.question("exponential_average")
def of_five_values(student: Student) -> Any:
    """What comes of five losses in a list; of whatever is raised, nothing."""
    try:
        return student(probes.average_of_list, VALUES, 0.8)
    except StudentError:
        return ()


@lab.question("exponential_average")
def and_the_values_afterwards(student: Student) -> Any:
    """The same of an array, and whether it is left as it was."""
    averages, after = student(probes.values_after, VALUES, 0.8)
    return averages, np.array_equal(after, VALUES)


# What would be the whole answer in one call.
lab.forbids(
    "exponential_average",
    "pandas.Series.ewm",
    "pandas.DataFrame.ewm",
    "scipy.signal.lfilter",
    "scipy.signal.sosfilt",
    "tensorflow.train.ExponentialMovingAverage",
)
