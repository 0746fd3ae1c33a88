"""Lab 06: vanilla, inverted and spatial dropout, DropConnect, Monte Carlo masks, stochastic depth.

Everywhere `rate` is the probability of dropping, and units with ``u >= rate``
survive. The expected values are computed here, in float64, from the draw.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from course_kit.checks import (
    Draw,
    Lab,
    Student,
    expect,
    expect_array,
    expect_binomial,
    expect_close,
)
from course_kit.checks.lab06_dropout import probes

lab = Lab("06_dropout", "Dropout", cell_seconds=60, probe_seconds=15, total_seconds=240)

LAYER_UNITS = 64 * 64


class Statistical(NamedTuple):
    """A claim that counts dropped units, for the test that computes how often it errs.

    Args:
        claim: "exercise.claim".
        trials: units counted, independent where the answer is right.
        probability: of dropping, as a function of the rate that was drawn.
        mistaken: known mistakes, each as the probability with which it drops.
    """

    claim: str
    trials: int
    probability: Callable[[float], float]
    mistaken: dict[str, Callable[[float], float]]


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


def dropped(x: np.ndarray, u: np.ndarray, rate: float) -> np.ndarray:
    """`x` where u >= rate, zero elsewhere."""
    return np.where(u >= rate, np.float64(x), 0.0)


def expect_survivors(answer: np.ndarray, kept: np.ndarray, what: str = "output") -> None:
    """Zero exactly where nothing is kept, whatever the size of the rest."""
    answer = expect_array(answer, kept.shape, what)
    wrong = (np.abs(answer) > 5e-5) != kept  # a draw's 1e-3 is still 1e-4 after times 1 - rate
    first = tuple(int(i) for i in np.argwhere(wrong)[0]) if wrong.any() else ()
    expect(
        not wrong.any(),
        f"{what}: {np.count_nonzero(wrong):,} of {wrong.size:,} values are zero and should not "
        f"be, or the other way round; the first at {list(first)}",
    )


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis."""
    powers = np.exp(np.float64(logits) - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def four_units(draw: Draw) -> tuple[np.ndarray, np.ndarray]:
    """A row of four whole numbers, and uniforms 0.1, 0.4, 0.6, 0.9 in random order."""
    x = draw.integers(1, 99, 1, 4).astype("float32")
    return x, np.array([[0.1, 0.4, 0.6, 0.9]], "float32")[:, draw.permutation(4)]


def hundred_masks(draw: Draw, *shape: int) -> tuple[np.ndarray, np.ndarray]:
    """One `x` a hundred times over, and uniforms 0.005, 0.015, ..., 0.995 for it.

    A two-decimal rate drops exactly its share of them, so that the average over
    these masks is the expected value, with no sampling error.
    """
    x = np.repeat(draw.normal(1, *shape), 100, axis=0)
    u = (np.arange(100) + 0.5).reshape(100, *(1 for _ in shape)) / 100
    return x, np.broadcast_to(u, x.shape).astype("float32")


# ---------------------------------------------------------------- vanilla dropout


@lab.check(
    "vanilla_dropout",
    points=3,
    hint="`rate` is the probability of dropping. Which of two units falls: the one whose `u` is "
    "above the rate, or the one whose `u` is below?",
)
def the_right_units_survive(student: Student, draw: Draw) -> None:
    """In training, units with u >= rate survive, and exactly the others are zero."""
    x, u, rate = draw.normal(16, 32), draw.uniform(16, 32), draw.rate()
    y = student(probes.vanilla, x, u, rate, True)
    expect_survivors(y, u >= rate)


@lab.check(
    "vanilla_dropout",
    points=3,
    hint="In the slide's H * M, which numbers does M hold?",
)
def survivors_keep_their_value(student: Student, draw: Draw) -> None:
    """In training, the units that survive keep their value."""
    x, u, rate = draw.normal(16, 32), draw.uniform(16, 32), draw.rate()
    y = student(probes.vanilla, x, u, rate, True)
    expect_close(y, dropped(x, u, rate))


@lab.check(
    "vanilla_dropout",
    points=3,
    hint="What is the expected value of a unit that is zero with probability `rate`? Does the "
    "test output still depend on `u`?",
)
def test_gives_the_expected_value(student: Student, draw: Draw) -> None:
    """When not training, the output is the expected value of the training output: no mask."""
    x, u, rate = draw.normal(16, 32), draw.uniform(16, 32), draw.rate()
    y = student(probes.vanilla, x, u, rate, False)
    expect_close(y, np.float64(x) * (1 - rate))


@lab.check(
    "vanilla_dropout",
    points=1,
    hint="Take the four units one by one, with pen and paper: who survives when three of four "
    "should fall?",
)
def four_units_by_hand(student: Student, draw: Draw) -> None:
    """Four units at rate 0.75, by hand: one survives as it is; in test all are divided by four."""
    x, u = four_units(draw)
    training = student(probes.vanilla, x, u, 0.75, True)
    test = student(probes.vanilla, x, u, 0.75, False)
    expect_close(training, np.where(u > 0.8, x, 0.0), "training output")
    expect_close(test, np.float64(x) / 4, "test output")


@lab.check(
    "vanilla_dropout",
    points=1,
    hint="Nobody should fall at rate 0. What do your two lines give there?",
    edge=True,
)
def rate_zero_changes_nothing(student: Student, draw: Draw) -> None:
    """At rate 0 the input comes back, in training and in test."""
    x, u = draw.normal(1, 5), draw.uniform(1, 5)
    training = student(probes.vanilla, x, u, 0.0, True)
    test = student(probes.vanilla, x, u, 0.0, False)
    expect_close(training, x, "training output")
    expect_close(test, x, "test output")


@lab.check(
    "vanilla_dropout",
    points=1,
    hint="Average the training output over many masks in your head. Is it larger or smaller "
    "than your test output?",
)
def average_over_masks_is_the_test_output(student: Student, draw: Draw) -> None:
    """The training output, averaged over a hundred evenly spread masks, is the test output."""
    x, u = hundred_masks(draw, 6)
    rate = draw.rate()
    training = student(probes.vanilla, x, u, rate, True)
    test = student(probes.vanilla, x, u, rate, False)
    expected = np.float64(x) * (1 - rate)
    training = expect_array(training, x.shape, "training output")
    expect_close(np.float64(training).mean(axis=0), expected[0], "average over masks")
    expect_close(test, expected, "test output")


@lab.check(
    "vanilla_dropout",
    points=1,
    hint="Does the test side still look at `u`?",
    edge=True,
)
def test_uses_every_unit(student: Student, draw: Draw) -> None:
    """When not training, no unit is dropped."""
    x, u, rate = draw.normal(8, 16), draw.uniform(8, 16), draw.rate()
    y = student(probes.vanilla, x, u, rate, False)
    expect_survivors(y, np.ones(x.shape, bool))


@lab.check(
    "vanilla_dropout",
    points=1,
    hint="Does a line write into `x` itself (`x *= ...`, `x[...] = 0`)?",
    edge=True,
)
def input_is_left_alone(student: Student, draw: Draw) -> None:
    """The input is the same after the call as before."""
    x, u, rate = draw.normal(8, 16), draw.uniform(8, 16), draw.rate()
    _, after = student(probes.vanilla_and_input, x, u, rate)
    expect_close(after, x, "input after the call", rtol=0, atol=0)


# --------------------------------------------------------------- inverted dropout


@lab.check(
    "inverted_dropout",
    points=3,
    hint="`rate` is the probability of dropping. Which of two units falls: the one whose `u` is "
    "above the rate, or the one whose `u` is below?",
)
def the_same_units_survive(student: Student, draw: Draw) -> None:
    """In training, units with u >= rate survive, and exactly the others are zero."""
    x, u, rate = draw.normal(16, 32), draw.uniform(16, 32), draw.rate()
    y = student(probes.inverted, x, u, rate, True)
    expect_survivors(y, u >= rate)


@lab.check(
    "inverted_dropout",
    points=4,
    hint="Only a share 1 - rate of the units survives. By what factor must they grow so that "
    "the mean stays?",
)
def survivors_are_scaled(student: Student, draw: Draw) -> None:
    """In training, the units that survive are divided by 1 - rate."""
    x, u, rate = draw.normal(16, 32), draw.uniform(16, 32), draw.rate()
    y = student(probes.inverted, x, u, rate, True)
    expect_close(y, dropped(x, u, rate) / (1 - rate))


@lab.check(
    "inverted_dropout",
    points=1,
    hint="Two of four units survive. What must each become to stand in for a lost one too?",
)
def four_units_at_one_half(student: Student, draw: Draw) -> None:
    """Four units at rate 0.5, by hand: two survive, twice as large."""
    x, u = four_units(draw)
    y = student(probes.inverted, x, u, 0.5, True)
    expect_close(y, np.where(u > 0.5, 2.0 * x, 0.0))


@lab.check(
    "inverted_dropout",
    points=1,
    hint="The survivors make up for those that fell. Do they grow or shrink?",
    edge=True,
)
def no_survivor_shrinks(student: Student, draw: Draw) -> None:
    """In training, no unit that survives becomes smaller."""
    x, u, rate = draw.normal(16, 32), draw.uniform(16, 32), draw.rate()
    y = expect_array(student(probes.inverted, x, u, rate, True), x.shape)
    shrunk = (np.abs(y) < 0.9999 * np.abs(x)) & (y != 0)
    expect(not shrunk.any(), f"output: {np.count_nonzero(shrunk):,} of {y.size:,} values shrank")


@lab.check(
    "inverted_dropout",
    points=1,
    hint="For one unit, write down both values that it can take and how likely each is. What is "
    "the mean?",
    edge=True,
)
def average_over_masks_is_the_input(student: Student, draw: Draw) -> None:
    """The training output, averaged over a hundred evenly spread masks, is the input."""
    x, u = hundred_masks(draw, 2, 3)
    y = expect_array(student(probes.inverted, x, u, draw.rate(), True), x.shape)
    expect_close(np.float64(y).mean(axis=0), x[0], "average over masks")


@lab.check(
    "inverted_dropout",
    points=1,
    hint="Does the test side still look at `u`?",
    edge=True,
)
def test_drops_nothing(student: Student, draw: Draw) -> None:
    """When not training, no unit is dropped."""
    x, u, rate = draw.normal(8, 16), draw.uniform(8, 16), draw.rate()
    y = student(probes.inverted, x, u, rate, False)
    expect_survivors(y, np.ones(x.shape, bool))


@lab.check(
    "inverted_dropout",
    points=2,
    hint="The expected value is right already in training. What is left to do in test?",
    edge=True,
)
def test_changes_nothing(student: Student, draw: Draw) -> None:
    """When not training, the input comes back unchanged, whatever the rate and the mask."""
    x, u, rate = draw.normal(8, 16), draw.uniform(8, 16), draw.rate()
    y = student(probes.inverted, x, u, rate, False)
    expect_close(y, x)


@lab.check(
    "inverted_dropout",
    points=1,
    hint="Does a line write into `x` itself (`x *= ...`, `x[...] = 0`)?",
    edge=True,
)
def input_stays_as_it_was(student: Student, draw: Draw) -> None:
    """The input is the same after the call as before."""
    x, u, rate = draw.normal(8, 16), draw.uniform(8, 16), draw.rate()
    _, after = student(probes.inverted_and_input, x, u, rate)
    expect_close(after, x, "input after the call", rtol=0, atol=0)


# -------------------------------------------------------------- the layer around it
# The claims below look at masks that the layer drew itself. But for the counted
# one, a right answer misses them less than once in 10^20.


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
    """Of 4,096 units about the share `rate` is zero."""
    x, rate, seed = draw.normal(64, 64), draw.rate(), draw.integer(0, 9999)
    outputs = student(probes.layer_calls, x, rate, seed, True, 1)
    kept = masks_of(outputs, x, rate, 1)
    expect_binomial(int((~kept).sum()), LAYER_UNITS, rate, f"units that are zero at rate {rate}")


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


# ---------------------------------------------------------------- spatial dropout


@lab.check(
    "spatial_dropout",
    points=3,
    hint="`u` has one number for each map, (batch, c). Which axes are missing before it can "
    "meet x, (batch, h, w, c)?",
)
def whole_maps_are_dropped(student: Student, draw: Draw) -> None:
    """Map c of sample i is zero at every pixel if u[i, c] < rate, and at no pixel if not."""
    x, u, rate = draw.normal(6, 4, 5, 16), draw.uniform(6, 16), draw.rate()
    y = student(probes.spatial, x, u, rate)
    expect_survivors(y, np.broadcast_to(u[:, None, None, :] >= rate, x.shape))


@lab.check(
    "spatial_dropout",
    points=2,
    hint="What is the expected value of a pixel? Is it that of the pixel in plain inverted "
    "dropout?",
)
def surviving_maps_are_scaled(student: Student, draw: Draw) -> None:
    """The maps that survive are divided by 1 - rate."""
    x, u, rate = draw.normal(6, 4, 5, 16), draw.uniform(6, 16), draw.rate()
    y = student(probes.spatial, x, u, rate)
    expect_close(y, dropped(x, u[:, None, None, :], rate) / (1 - rate))


@lab.check(
    "spatial_dropout",
    points=2,
    hint="Four maps of two by two pixels: which one survives, and what becomes of its pixels?",
)
def four_maps_by_hand(student: Student, draw: Draw) -> None:
    """One picture, four maps of 2 by 2 pixels, rate 0.75: one map survives, four times as large."""
    x, (_, u) = draw.integers(1, 99, 1, 2, 2, 4).astype("float32"), four_units(draw)
    y = student(probes.spatial, x, u, 0.75)
    expect_close(y, np.where(u[:, None, None, :] > 0.8, 4.0 * x, 0.0))


@lab.check(
    "spatial_dropout",
    points=2,
    hint="When all axes have the same length, wrong axes raise no error. Which axis of x does "
    "each axis of your mask meet?",
)
def axes_are_not_mixed_up(student: Student, draw: Draw) -> None:
    """Twelve pictures of 12 by 12 pixels, 12 maps: each picture loses its own maps, not rows."""
    x, u, rate = draw.normal(12, 12, 12, 12), draw.uniform(12, 12), draw.rate()
    y = student(probes.spatial, x, u, rate)
    expect_survivors(y, np.broadcast_to(u[:, None, None, :] >= rate, x.shape))


@lab.check(
    "spatial_dropout",
    points=2,
    hint="Is an axis of length one still an axis in every line?",
)
def one_map_alone(student: Student, draw: Draw) -> None:
    """A single picture with a single map is kept and scaled, or dropped, as a whole."""
    x, rate = draw.normal(1, 3, 4, 1), draw.rate()
    survives = np.array([[(1 + rate) / 2]], "float32")
    kept = student(probes.spatial, x, survives, rate)
    lost = student(probes.spatial, x, survives * 0 + np.float32(rate / 2), rate)
    expect_close(kept, np.float64(x) / (1 - rate), "output where u is above the rate")
    expect_close(lost, np.zeros(x.shape), "output where u is below the rate")


@lab.check(
    "spatial_dropout",
    points=1,
    hint="Does a line write into `x` itself (`x *= ...`, `x[...] = 0`)?",
    edge=True,
)
def maps_are_left_alone(student: Student, draw: Draw) -> None:
    """The input is the same after the call as before."""
    x, u, rate = draw.normal(6, 3, 3, 16), draw.uniform(6, 16), draw.rate()
    _, after = student(probes.spatial_and_input, x, u, rate)
    expect_close(after, x, "input after the call", rtol=0, atol=0)


# -------------------------------------------------------------------- DropConnect


def connected(
    x: np.ndarray, kernel: np.ndarray, bias: np.ndarray, u: np.ndarray, rate: float
) -> np.ndarray:
    """A dense layer with dropped weights, its sum written out over the inputs."""
    return np.einsum("bi,iu->bu", x, dropped(kernel, u, rate) / (1 - rate)) + bias


@lab.check(
    "drop_connect",
    points=3,
    hint="Which array does the mask multiply: the input, the kernel or the output? Which of them "
    "has the shape of `u`?",
)
def weights_are_dropped(student: Student, draw: Draw) -> None:
    """Without bias, each unit vector as input shows a row of the kernel: zero where u < rate."""
    kernel, u, rate = draw.normal(24, 12), draw.uniform(24, 12), draw.rate()
    order = draw.permutation(24)
    x, bias = np.eye(24, dtype="float32")[order], np.zeros(12, "float32")
    y = student(probes.connect, x, kernel, bias, u, rate)
    expect_survivors(y, (u >= rate)[order])


@lab.check(
    "drop_connect",
    points=2,
    hint="Which weights take part in the sum, and how large are they now?",
)
def the_rest_is_a_dense_layer(student: Student, draw: Draw) -> None:
    """The output is that of a dense layer whose surviving weights are divided by 1 - rate."""
    x, kernel, bias = draw.normal(8, 12), draw.normal(12, 9), draw.normal(9)
    u, rate = draw.uniform(12, 9), draw.rate()
    y = student(probes.connect, x, kernel, bias, u, rate)
    expect_close(y, connected(x, kernel, bias, u, rate), atol=1e-4)


@lab.check(
    "drop_connect",
    points=2,
    hint="Draw the two inputs, the two units and the four arrows between them. Which arrow is "
    "left at rate 0.75?",
)
def four_weights_by_hand(student: Student, draw: Draw) -> None:
    """Two inputs, two units, rate 0.75, by hand: one weight is left, four times as large."""
    row, u = four_units(draw)
    kernel, u = row.reshape(2, 2), u.reshape(2, 2)
    x, bias = draw.integers(1, 9, 1, 2).astype("float32"), draw.integers(1, 9, 2).astype("float32")
    y = student(probes.connect, x, kernel, bias, u, 0.75)
    expect_close(y, x @ np.where(u > 0.8, 4.0 * kernel, 0.0) + bias)


@lab.check(
    "drop_connect",
    points=2,
    hint="When every weight is gone, what is left of W x + b?",
)
def bias_is_never_dropped(student: Student, draw: Draw) -> None:
    """With every weight dropped, each sample's output is the bias, not scaled."""
    x, kernel, bias = draw.normal(4, 6), draw.normal(6, 3), draw.normal(3)
    rate = draw.rate()
    y = student(probes.connect, x, kernel, bias, draw.uniform(6, 3) * np.float32(rate), rate)
    expect_close(y, np.tile(bias, (4, 1)))


@lab.check(
    "drop_connect",
    points=1,
    hint="In which mean does the factor 1 / (1 - rate) take part: that of the weights, or that "
    "of the bias too?",
)
def average_over_masks_is_dense(student: Student, draw: Draw) -> None:
    """The output, averaged over a hundred evenly spread masks, is that of the dense layer."""
    x, bias, rate = draw.normal(3, 4), draw.normal(2), draw.rate()
    kernels, us = hundred_masks(draw, 4, 2)
    kernel = kernels[0]
    outputs = student(probes.connect_each, x, kernel, bias, us, rate)
    outputs = expect_array(outputs, (100, 3, 2))
    dense = np.float64(x) @ kernel + bias
    expect_close(np.float64(outputs).mean(axis=0), dense, "average over masks", atol=1e-4)


@lab.check(
    "drop_connect",
    points=2,
    hint="At rate 0 no weight is dropped. Which layer is that?",
)
def rate_zero_is_dense(student: Student, draw: Draw) -> None:
    """One sample at rate 0: the plain dense layer."""
    x, kernel, bias, u = draw.normal(1, 7), draw.normal(7, 4), draw.normal(4), draw.uniform(7, 4)
    y = student(probes.connect, x, kernel, bias, u, 0.0)
    expect_close(y, np.float64(x) @ kernel + bias, atol=1e-4)


@lab.check(
    "drop_connect",
    points=1,
    hint="Does a line write into `kernel` itself (`kernel *= ...`)? Who would give the lost "
    "weights back at the next step?",
    edge=True,
)
def kernel_is_left_alone(student: Student, draw: Draw) -> None:
    """The kernel is the same after the call as before."""
    x, kernel, bias = draw.normal(4, 12), draw.normal(12, 9), draw.normal(9)
    u, rate = draw.uniform(12, 9), draw.rate()
    _, after = student(probes.connect_and_kernel, x, kernel, bias, u, rate)
    expect_close(after, kernel, "kernel after the call", rtol=0, atol=0)


# --------------------------------------------------------- Monte Carlo prediction


def linear_net(draw: Draw, masks: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """A batch (6, 10), a kernel (10, 4), uniforms (masks, 10) and a rate."""
    return draw.normal(6, 10), draw.normal(10, 4), draw.uniform(masks, 10), draw.rate()


def probabilities(x: np.ndarray, kernel: np.ndarray, us: np.ndarray, rate: float) -> np.ndarray:
    """(masks, batch, classes) of the linear net that the probe builds."""
    return np.stack([softmax(dropped(x, u, rate) / (1 - rate) @ kernel) for u in us])


@lab.check(
    "monte_carlo_predict",
    points=4,
    hint="`forward` gives logits. Which comes first, the softmax or the mean over masks?",
)
def probabilities_are_averaged(student: Student, draw: Draw) -> None:
    """The mean is the average of the masks' probabilities."""
    x, kernel, uniforms, rate = linear_net(draw, 12)
    mean, _ = student(probes.monte_carlo, x, kernel, uniforms, rate)
    each = probabilities(x, kernel, uniforms, rate)
    expect_close(mean, each.mean(axis=0), "mean")


@lab.check(
    "monte_carlo_predict",
    points=3,
    hint="The spread has the unit of a probability. Over which axis is it taken, and of what?",
)
def spread_is_the_standard_deviation(student: Student, draw: Draw) -> None:
    """The spread is the standard deviation of the probabilities over the masks."""
    x, kernel, uniforms, rate = linear_net(draw, 7)
    _, spread = student(probes.monte_carlo, x, kernel, uniforms, rate)
    each = probabilities(x, kernel, uniforms, rate)
    expect_close(spread, np.sqrt(((each - each.mean(axis=0)) ** 2).mean(axis=0)), "spread")


@lab.check(
    "monte_carlo_predict",
    points=2,
    hint="One mask says 0.9 and the other 0.5. What is their mean, and how far is each from it?",
)
def two_masks_by_hand(student: Student, draw: Draw) -> None:
    """Two masks, two classes, by hand: the mean lies half-way, the spread is half the distance."""
    # Never low + high = 1, where the average of logits would be right by symmetry.
    low, high = draw.integer(2, 20) / 100, draw.integer(60, 75) / 100
    each = np.array([[[low, 1 - low]], [[high, 1 - high]]])  # (masks, batch, classes)
    mean, spread = student(probes.monte_carlo_of_logits, np.log(each).astype("float32"))
    expect_close(mean, [[(low + high) / 2, 1 - (low + high) / 2]], "mean")
    expect_close(spread, [[(high - low) / 2, (high - low) / 2]], "spread")


@lab.check(
    "monte_carlo_predict",
    points=1,
    hint="How far from their mean can numbers between 0 and 1 lie? Of which numbers did you take "
    "the spread?",
    edge=True,
)
def spread_is_at_most_one_half(student: Student, draw: Draw) -> None:
    """No spread of probabilities is above one half."""
    x, kernel, uniforms, rate = linear_net(draw, 20)
    _, spread = student(probes.monte_carlo, x, 3 * kernel, uniforms, rate)
    spread = expect_array(spread, (len(x), kernel.shape[1]), "spread")
    expect(bool((spread <= 0.5001).all()), f"spread: the largest is {spread.max():.4g}")


@lab.check(
    "monte_carlo_predict",
    points=2,
    hint="How many sub-networks are there to ask? Is each asked once, about the whole batch?",
)
def every_mask_is_used_once(student: Student, draw: Draw) -> None:
    """`forward` is called once for each row of `uniforms`, with the whole of x."""
    x, kernel, uniforms, rate = linear_net(draw, draw.integer(3, 9))
    mean, inputs, masks = student(probes.monte_carlo_calls, x, kernel, uniforms, rate)
    masks = expect_array(masks, (len(masks), uniforms.shape[1]), "the masks' uniforms")
    expect(len(masks) == len(uniforms), f"forward was called {len(masks)} times")
    order = np.lexsort(masks.T)  # in which order they were asked is the student's choice
    expect_close(masks[order], uniforms[np.lexsort(uniforms.T)], "the masks' uniforms")
    expect_close(inputs, np.stack([x] * len(uniforms)), "the inputs of forward")
    expect_close(mean, probabilities(x, kernel, uniforms, rate).mean(axis=0), "mean")


@lab.check(
    "monte_carlo_predict",
    points=2,
    hint="By which number is the sum of squares divided, and what is it for a single mask?",
)
def one_mask_has_no_spread(student: Student, draw: Draw) -> None:
    """With a single mask the mean is its probabilities, and the spread is zero."""
    x, kernel, uniforms, rate = linear_net(draw, 1)
    mean, spread = student(probes.monte_carlo, x, kernel, uniforms, rate)
    expect_close(mean, probabilities(x, kernel, uniforms, rate)[0], "mean")
    expect_close(spread, np.zeros(mean.shape), "spread")


# --------------------------------------------------------------- stochastic depth


def per_sample(u: np.ndarray, x: np.ndarray) -> np.ndarray:
    """`u` (batch,) with as many axes as `x`."""
    return u.reshape(-1, *(1 for _ in x.shape[1:]))


@lab.check(
    "stochastic_depth",
    points=3,
    hint="Which of the two terms may fall? `u` has one number a sample: which axes are missing?",
)
def branches_fall_per_sample(student: Student, draw: Draw) -> None:
    """In training, a sample with u >= rate is x + branch, and any other is x alone."""
    x, branch = draw.normal(6, 3, 4, 5), draw.normal(6, 3, 4, 5)
    u, rate = draw.uniform(6), draw.rate()
    # One sample at least on either side of the rate.
    u[:2] = np.array([rate / 2, (1 + rate) / 2], "float32")
    y = student(probes.depth, x, branch, u, rate, True)
    expect_close(y, x + dropped(branch, per_sample(u, x), rate))


@lab.check(
    "stochastic_depth",
    points=3,
    hint="How often was the branch there in training? What is the expected value of the sum, and "
    "does the shortcut have a factor in it?",
)
def test_weighs_the_branch(student: Student, draw: Draw) -> None:
    """When not training, the branch is multiplied by its survival probability; x is not."""
    x, branch = draw.normal(5, 4, 4, 3), draw.normal(5, 4, 4, 3)
    u, rate = draw.uniform(5), draw.rate()
    y = student(probes.depth, x, branch, u, rate, False)
    expect_close(y, np.float64(x) + np.float64(branch) * (1 - rate))


@lab.check(
    "stochastic_depth",
    points=1,
    hint="How often was the shortcut there in training? So which factor does it have in test?",
    edge=True,
)
def test_leaves_the_shortcut(student: Student, draw: Draw) -> None:
    """When not training, a branch of zeros leaves x as it is."""
    x, u, rate = draw.normal(4, 6), draw.uniform(4), draw.rate()
    y = student(probes.depth, x, np.zeros_like(x), u, rate, False)
    expect_close(y, x)


@lab.check(
    "stochastic_depth",
    points=1,
    hint="Four samples of four features each: does a sample lose its branch as a whole, or does "
    "each sample lose some features?",
)
def four_samples_by_hand(student: Student, draw: Draw) -> None:
    """Four samples of four features at rate 0.75: one sample has its branch, three have not."""
    x = draw.integers(1, 99, 4, 4).astype("float32")
    branch, (_, u) = draw.integers(1, 99, 4, 4).astype("float32"), four_units(draw)
    y = student(probes.depth, x, branch, u[0], 0.75, True)
    expect_close(y, np.where(u.T > 0.8, x + branch, x))


@lab.check(
    "stochastic_depth",
    points=1,
    hint="What is left of x + F(x) when the branch F is gone?",
    edge=True,
)
def a_lost_branch_leaves_the_shortcut(student: Student, draw: Draw) -> None:
    """In training, a batch of one whose u is below the rate is x."""
    x, branch, rate = draw.normal(1, 2, 3, 2), draw.normal(1, 2, 3, 2), draw.rate()
    y = student(probes.depth, x, branch, np.array([rate / 2], "float32"), rate, True)
    expect_close(y, x)


@lab.check(
    "stochastic_depth",
    points=1,
    hint="Does the branch have a factor in training, in the slide's form?",
)
def a_kept_branch_is_whole(student: Student, draw: Draw) -> None:
    """In training, a batch of one whose u is above the rate is x + branch: no unit is missing."""
    x, branch, rate = draw.normal(1, 2, 3, 2), draw.normal(1, 2, 3, 2), draw.rate()
    y = student(probes.depth, x, branch, np.array([(1 + rate) / 2], "float32"), rate, True)
    expect_close(y, np.float64(x) + branch)


@lab.check(
    "stochastic_depth",
    points=1,
    hint="Is `last` the rate of the last block, or of one that would come after it?",
)
def the_last_block_has_the_last_rate(student: Student, draw: Draw) -> None:
    """depth_rates: one rate for each block, and that of the last block is `last`."""
    blocks, last = draw.integer(4, 40), draw.rate()
    rates = expect_array(student(probes.rates, blocks, last), (blocks,), "rates")
    expect_close(rates[-1], last, "rate of the last block")


@lab.check(
    "stochastic_depth",
    points=2,
    hint="Put the blocks on a line from the input (rate 0) to the last block. How many equal "
    "steps are there, and where does the first block stand?",
)
def rates_grow_in_equal_steps(student: Student, draw: Draw) -> None:
    """depth_rates: from block to block the rate grows by last / blocks."""
    blocks, last = draw.integer(4, 40), draw.rate()
    rates = expect_array(student(probes.rates, blocks, last), (blocks,), "rates")
    expect_close(np.diff(rates), np.full(blocks - 1, last / blocks), "steps of the rates")


# ------------------------------------------------- what is to be written, not called

DROPOUT = (
    "keras.layers.Dropout",
    "keras.layers.AlphaDropout",
    "keras.layers.SpatialDropout1D",
    "keras.layers.SpatialDropout2D",
    "keras.layers.SpatialDropout3D",
    "keras.random.dropout",
    "tensorflow.nn.dropout",
    "tensorflow.nn.experimental.stateless_dropout",
    "tensorflow.nn.experimental.general_dropout",
    "tensorflow.compat.v1.nn.dropout",
    "course_kit.layers.Dropout",
    "course_kit.layers.SpatialDropout1D",
    "course_kit.layers.SpatialDropout2D",
    "course_kit.layers.SpatialDropout3D",
    "course_kit.layers.drop.drop",
)

lab.forbids("vanilla_dropout", *DROPOUT, "course_kit.layers.drop.expected")
lab.forbids("inverted_dropout", *DROPOUT)
lab.forbids("dropout_layer", *DROPOUT, written_as=["InvertedDropout"])
lab.forbids("spatial_dropout", *DROPOUT)
lab.forbids("drop_connect", *DROPOUT, "course_kit.layers.DropConnect")
lab.forbids("monte_carlo_predict", "course_kit.inference.predict_with_masks")
lab.forbids(
    "stochastic_depth",
    *DROPOUT,
    "course_kit.layers.StochasticDepth",
    written_as=["stochastic_depth", "depth_rates"],
)
