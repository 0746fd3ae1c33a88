"""The layer that draws its own masks.

The claims look at masks that it drew. But for the counted one, a right answer misses them
less than once in 10^20.
"""

from typing import Any

import numpy as np

from course_kit.checks import (
    Draw,
    Statistical,
    Student,
    expect,
    expect_array,
    expect_binomial,
    expect_close,
)
from course_kit.checks.lab06_dropout import probes
from course_kit.checks.lab06_dropout.claims.base import DROPOUT, lab

LAYER_UNITS = 64 * 64


# With 4,096 units every mistake below slips through less than once in 10^3 at
# every rate that `Draw.rate` gives; the tightest is 0.5 taken for 0.4.
STATISTICAL = [
    Statistical(
        "dropout_layer.units_fall_at_the_rate",
        LAYER_UNITS,
        lambda rate: rate,
        {
            "rate and 1 - rate swapped": lambda rate: 1 - rate,
            "0.5 whatever the rate": lambda rate: 0.5,
            "dropped twice": lambda rate: 1 - (1 - rate) ** 2,
            "half of the rate": lambda rate: rate / 2,
        },
    )
]


def masks_of(outputs: np.ndarray, x: np.ndarray, rate: float, calls: int) -> np.ndarray:
    """Where units survived, after making sure that each is zero or x / (1 - rate)."""
    outputs = expect_array(outputs, (calls, *x.shape))
    kept = outputs != 0
    expect_close(outputs, np.where(kept, np.float64(x) / (1 - rate), 0.0))
    return kept


def expect_variety(kept: np.ndarray, axis: int, what: str) -> None:
    """Somewhere along `axis` the mask changes."""
    changes = bool(np.diff(kept, axis=axis).any())
    expect(changes, f"all {what} share one mask; x has shape {kept.shape[1:]}")


@lab.check(
    "dropout_layer",
    points=4,
    hint="Which function that you have written already does this, once the uniforms are drawn?",
)
def layer_scales_survivors(student: Student, draw: Draw) -> None:
    """Called with training=True, the layer gives zero or x / (1 - rate) for each unit."""
    x, rate, seed = draw.normal(32, 16), draw.rate(), draw.integer(0, 9999)
    outputs = student(probes.layer_calls, x, rate, seed, True, 1)
    kept = masks_of(outputs, x, rate, 1)
    expect(bool(kept.any()), "no unit survived")
    expect(not kept.all(), "no unit was dropped")


@lab.check(
    "dropout_layer",
    points=4,
    hint="With which probability does `u < rate` happen, and what becomes of such a unit?",
)
def units_fall_at_the_rate(student: Student, draw: Draw) -> None:
    """Of 4,096 units about the share `rate` is zero, whether the rate is small or large."""
    x, rate, seed = draw.normal(64, 64), draw.rate(), draw.integer(0, 9999)
    # At a single rate another law than the uniform may give the right share by chance.
    rates = (rate, 1 - rate)
    outputs = [student(probes.layer_calls, x, r, seed, True, 1) for r in rates]
    for r, output in zip(rates, outputs, strict=True):
        fallen = int((~masks_of(output, x, r, 1)).sum())
        expect_binomial(fallen, LAYER_UNITS, r, f"units that are zero at rate {r:.2f}")


@lab.check(
    "dropout_layer",
    points=2,
    hint="What changes between two calls, so that the second draws other numbers?",
)
def every_call_has_its_own_mask(student: Student, draw: Draw) -> None:
    """Two calls of the layer draw two masks."""
    x, rate, seed = draw.normal(8, 6, 10), draw.rate(), draw.integer(0, 9999)
    outputs = student(probes.layer_calls, x, rate, seed, True, 2)
    kept = masks_of(outputs, x, rate, 2)
    expect(bool((kept[0] != kept[1]).any()), "two calls of the layer gave the same mask")


@lab.check(
    "dropout_layer",
    points=1,
    hint="Is the batch part of the shape of your uniforms?",
)
def every_sample_has_its_own_mask(student: Student, draw: Draw) -> None:
    """Two samples of a batch do not share a mask."""
    x, rate, seed = draw.normal(8, 6, 10), draw.rate(), draw.integer(0, 9999)
    outputs = student(probes.layer_calls, x, rate, seed, True, 1)
    expect_variety(masks_of(outputs, x, rate, 1), 1, "samples")


@lab.check(
    "dropout_layer",
    points=1,
    hint="How many numbers does x of shape (8, 6, 10) hold, and how many did you draw?",
)
def every_unit_has_its_own_mask(student: Student, draw: Draw) -> None:
    """Each unit falls by itself, whatever its position and its channel."""
    x, rate, seed = draw.normal(8, 6, 10), draw.rate(), draw.integer(0, 9999)
    outputs = student(probes.layer_calls, x, rate, seed, True, 1)
    kept = masks_of(outputs, x, rate, 1)
    expect_variety(kept, 2, "positions")
    expect_variety(kept, 3, "channels")


@lab.check(
    "dropout_layer",
    points=2,
    hint="Who keeps the state of the random numbers: does it know the seed?",
)
def seed_repeats_the_masks(student: Student, draw: Draw) -> None:
    """Two layers with one seed draw the same masks, call by call; another seed draws others."""
    x, rate, seed = draw.normal(16, 16), draw.rate(), draw.integer(0, 9999)
    first = student(probes.layer_calls, x, rate, seed, True, 2)
    again = student(probes.layer_calls, x, rate, seed, True, 2)
    other = student(probes.layer_calls, x, rate, seed + 1, True, 2)
    kept = [masks_of(outputs, x, rate, 2) for outputs in (first, again, other)]
    expect(bool((kept[0] == kept[1]).all()), "two layers with the same seed gave different masks")
    expect(bool((kept[0] != kept[2]).any()), "layers with different seeds gave the same masks")


@lab.check(
    "dropout_layer",
    points=4,
    hint="`fit` hands `training=True` to `call`, `predict` hands `training=False`. And in `fit` "
    "the input is a symbol without numbers: does each line work on it?",
)
def fit_drops_and_predict_does_not(student: Student, draw: Draw) -> None:
    """In a model, fit trains with a new mask each step and predict uses no mask."""
    x, rate, seed = draw.normal(3, 256), draw.rate(), draw.integer(0, 9999)
    kernels, predictions = student(probes.layer_in_fit, x, rate, seed)
    kernels = expect_array(kernels, (2, 256), "weights after fit")
    kept = masks_of(kernels, x[0], rate, 2)
    expect(not kept.all(), "no unit was dropped in fit")
    expect(bool((kept[0] != kept[1]).any()), "two steps of fit had the same mask")
    expect_close(predictions, np.float64(x) @ np.float64(kernels[1]), "predictions", 1e-3, 1e-3)


@lab.check(
    "dropout_layer",
    points=2,
    hint="What does the layer do with the flag? What is the flag when nobody sets it?",
    edge=True,
)
def layer_is_identity_in_test(student: Student, draw: Draw) -> None:
    """With training=False, and with no flag at all, the input comes back."""
    x, rate, seed = draw.normal(8, 8), draw.rate(), draw.integer(0, 9999)
    outputs = student(probes.layer_calls, x, rate, seed, False, 1)
    unsaid = student(probes.layer_without_flag, x, rate, seed)
    expect_close(outputs, x[None], "output with training=False")
    expect_close(unsaid, x, "output with no flag")


# What is random is not looked at itself, but how large its parts are and what is alike.
ONES = np.ones((8, 16, 16), "float32")


@lab.question("dropout_layer")
def called_twice(student: Student) -> Any:
    """The share that fell, the largest value, and along which axes all is alike."""
    y = student(probes.layer_calls, ONES, 0.3, 1, True, 2)
    alike = [bool(np.all(np.diff(y, axis=axis) == 0)) for axis in range(y.ndim)]
    return np.round(np.mean(y == 0), 1), y.max(), np.array(alike)


@lab.question("dropout_layer")
def with_one_seed(student: Student) -> Any:
    """Whether two layers of one seed draw alike."""
    first, second = (student(probes.layer_calls, ONES, 0.3, 7, True, 1) for _ in range(2))
    return np.array_equal(first, second)


@lab.question("dropout_layer")
def not_training(student: Student) -> Any:
    """The smallest and the largest value where nothing should fall."""
    told = student(probes.layer_calls, ONES, 0.3, 1, False, 1)
    untold = student(probes.layer_without_flag, ONES, 0.3, 1)
    return told.min(), told.max(), untold.min(), untold.max()


@lab.question("dropout_layer")
def of_a_symbol(student: Student) -> Any:
    """The shape of the output where there are no numbers yet, as in `fit`."""
    return student(probes.layer_of_a_symbol, 0.3, 1)


lab.forbids("dropout_layer", *DROPOUT, written_as=["InvertedDropout"])
