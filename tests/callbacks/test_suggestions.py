"""Suggestions from curves whose steepest point is known, and from curves that have none."""

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erf

from course_kit.callbacks import suggestions
from course_kit.callbacks.suggestions import FACTOR, smooth, suggest

# Falls from 0 to 1, all steepest at z = 0. The logistic one is the goal's; none of the others
# is, and of those `arctan` and `erf` are no template of ours either.
FAMILIES = {
    "logistic": lambda z: 1 / (1 + np.exp(-z)),
    "erf": lambda z: (1 + erf(z / 2.5)) / 2,
    "arctan": lambda z: 0.5 + np.arctan(z) / np.pi,
    "long tail": lambda z: np.exp(-np.exp(-0.8 * z)),
    "slow start": lambda z: 1 - np.exp(-np.exp(0.8 * z)),
}


def curve(seed, noise, steps=100, family="logistic"):
    """Return rates, losses and the rate at which the loss falls fastest."""
    rng = np.random.default_rng(seed)
    c, k, d, g = (rng.uniform(*r) for r in ((-4.5, -1.5), (2, 5), (0.8, 2.0), (1.2, 2.2)))
    x = np.linspace(-7, 1, steps)
    fall = FAMILIES[family](k * (x - c))
    losses = 2.3 - d * fall + np.exp(np.minimum(6 * (x - c - g), 4))
    return 10**x, losses + noise * rng.normal(size=steps), 10**c


def answers(seeds, noise, outliers=0.0, **kind):
    """Return for each seed whether `steepest` is right, and how sure it was."""
    found = []
    for seed in seeds:
        rates, losses, true = curve(seed, noise, **kind)
        rng = np.random.default_rng([seed, 1])
        struck = rng.random(len(losses)) < outliers
        losses = losses + struck * rng.choice([-1.0, 2.0], len(losses))
        answer = suggest(rates, losses)["steepest"]
        right = answer is not None and abs(np.log(answer.rate / true)) <= np.log(FACTOR)
        found.append((right, answer.confidence if answer else 0.0))
    return np.array(found, float)


@pytest.mark.parametrize(("noise", "goal"), [(0.05, 0.97), (0.10, 0.90)])
def test_steepest_is_right_as_often_as_promised_and_as_it_says(noise, goal):
    right, confidence = answers(range(500), noise).T
    assert right.mean() >= goal
    assert right.mean() - 0.06 <= confidence.mean() <= right.mean() + 0.03
    # Sure answers are right more often than unsure ones.
    assert right[confidence > 0.95].mean() > right[confidence < 0.8].mean() + 0.1


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "logistic"])
@pytest.mark.parametrize(("noise", "goal"), [(0.05, 0.92), (0.10, 0.85)])
def test_falls_of_other_shapes_are_placed_too(family, noise, goal):
    assert answers(range(100), noise, family=family)[:, 0].mean() >= goal


@pytest.mark.parametrize(("steps", "noise", "goal"), [(50, 0.05, 0.95), (200, 0.10, 0.93)])
def test_fewer_and_more_steps_do(steps, noise, goal):
    assert answers(range(100), noise, steps=steps)[:, 0].mean() >= goal


def test_a_batch_in_25_that_is_far_off_does_little_harm():
    assert answers(range(100), 0.05, outliers=0.04)[:, 0].mean() >= 0.93


X = np.linspace(-7, 1, 100)


def nothing(kind, rng):
    noise = 0.05 * rng.normal(size=100)
    return {
        "flat": lambda: 2.3 + 0.1 * noise,
        "rising": lambda: 2.3 + 0.1 * (X + 7) + noise,
        "exploding": lambda: 2.3 + np.exp(np.minimum(2 * (X - rng.uniform(-3, 0)), 6)) + noise,
        "a step up": lambda: 2.3 + 1 / (1 + np.exp(-3 * (X - rng.uniform(-5, 0)))) + noise,
        "noise": lambda: 20 * noise,
        "noise with long tails": lambda: 2.3 + 0.05 * rng.standard_t(2, size=100),
        "noise around a negative loss": lambda: noise - 3.0,
    }[kind]()


@pytest.mark.parametrize(
    "kind",
    [
        "flat",
        "rising",
        "exploding",
        "a step up",
        "noise",
        "noise with long tails",
        "noise around a negative loss",
    ],
)
def test_a_curve_without_a_fall_suggests_nothing(kind):
    silent = [
        all(s is None for s in suggest(10**X, nothing(kind, np.random.default_rng(i))).values())
        for i in range(100)
    ]
    assert sum(silent) >= 95


def test_a_constant_and_a_short_curve_suggest_nothing():
    for n in (0, 1, 2, 7, 100):
        assert not any(suggest(np.geomspace(1e-7, 10, n), np.full(n, 2.3)).values())
    assert not any(suggest(np.geomspace(1e-3, 1, 6), np.arange(6.0)[::-1]).values())


def test_without_noise_there_is_no_lag():
    off = []
    for seed in range(60):
        rates, losses, true = curve(seed, 0.0)
        off.append(np.log10(suggest(rates, losses)["steepest"].rate / true))
    assert abs(np.mean(off)) < 0.02
    assert np.abs(off).max() < 0.15


def test_smoothing_is_symmetric_and_keeps_a_parabola():
    rng = np.random.default_rng(0)
    y = rng.normal(size=100)
    np.testing.assert_allclose(smooth(X, y)[::-1], smooth(X, y[::-1]), atol=1e-12)
    np.testing.assert_allclose(smooth(X, X**2 - X), X**2 - X, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 499), st.floats(0.01, 100), st.floats(-200, 100))
def test_units_and_level_of_the_loss_do_not_matter(seed, scale, level):
    rates, losses, _ = curve(seed, 0.05)
    before, after = suggest(rates, losses), suggest(rates, level + scale * losses)
    for name in before:
        assert after[name].rate == pytest.approx(before[name].rate, rel=0.05)


def test_the_unit_of_the_rate_does_not_matter():
    rates, losses, _ = curve(3, 0.05)
    for name, answer in suggest(rates, losses).items():
        moved = suggest(1000 * rates, losses)[name]
        assert moved.rate == pytest.approx(1000 * answer.rate, rel=0.06)


def test_minimum_is_where_the_loss_is_lowest():
    x = np.linspace(-5, 1, 120)
    losses = (x + 1.3) ** 2 + 0.02 * np.random.default_rng(0).normal(size=120)
    answer = suggest(10**x, losses)["minimum/10"]
    assert answer.rate == pytest.approx(10**-2.3, rel=0.15)
    assert answer.confidence > 0.8


def test_minimum_is_not_moved_by_the_explosion_after_it():
    for seed in range(40):
        rates, losses, _ = curve(seed, 0.03)
        losses = np.where(losses > 3.3, 1e6 * losses, losses)
        true = rates[curve(seed, 0.0)[1].argmin()] / 10
        assert abs(np.log10(suggest(rates, losses)["minimum/10"].rate / true)) < 0.4


def test_a_curve_that_never_turns_has_no_minimum():
    losses = 2.3 - 1.5 / (1 + np.exp(-4 * (X + 2)))
    losses += 0.02 * np.random.default_rng(0).normal(size=100)
    found = suggest(10**X, losses)
    assert found["steepest"] is not None
    assert found["minimum/10"] is None


def test_valley_lies_in_the_middle_of_an_uneven_fall():
    for family, side in (("long tail", 1), ("slow start", -1)):
        rates, losses, true = curve(11, 0.0, family=family)
        assert 0.03 < side * np.log10(suggest(rates, losses)["valley"].rate / true) < 0.6


def test_what_follows_nan_or_infinity_is_left_out():
    rates, losses, true = curve(5, 0.02)
    expected = suggest(rates[:90], losses[:90])
    for bad in (np.nan, np.inf, -np.inf):
        spoilt = losses.copy()
        spoilt[90], spoilt[91:] = bad, -100.0
        assert suggest(rates, spoilt) == expected
    assert expected["steepest"].rate == pytest.approx(true, rel=0.3)


@pytest.mark.parametrize(
    ("rates", "losses", "words"),
    [
        ([1e-3, 1e-2], [1.0], "one loss for each rate"),
        ([[1e-3, 1e-2]], [[1.0, 2.0]], "shape"),
        ([1e-2, 1e-3], [1.0, 2.0], "rising"),
        ([-3.0, -2.0], [1.0, 2.0], "not their logarithms"),
        ([1e-3, np.nan], [1.0, 2.0], "finite"),
    ],
)
def test_bad_input_is_named(rates, losses, words):
    with pytest.raises(ValueError, match=words):
        suggest(rates, losses)


def test_examples_run():
    result = doctest.testmod(suggestions)
    assert result.attempted >= 5
    assert not result.failed
