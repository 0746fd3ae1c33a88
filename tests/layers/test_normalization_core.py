"""The pure functions under every normalization, against NumPy in float64."""

import doctest
import importlib

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_kit.layers.base_normalization import checked_axis, positive_axes
from course_kit.layers.renorm import renorm_correction
from course_kit.layers.standardize import moments, normalize, standardize

DOCUMENTED = (
    "standardize",
    "renorm",
    "base_normalization",
    "batch_normalization",
    "layer_normalization",
    "group_normalization",
    "instance_normalization",
)


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


@st.composite
def array_and_axes(draw):
    shape = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    axes = draw(st.lists(st.sampled_from(range(len(shape))), min_size=1, unique=True))
    seed = draw(st.integers(0, 2**32 - 1))
    x = np.random.default_rng(seed).normal(3, 2, shape).astype("float32")
    return x, tuple(axes)


@given(array_and_axes())
@settings(max_examples=40, deadline=None)
def test_moments_are_numpys(drawn):
    x, axes = drawn
    mean, variance = (array(m) for m in moments(x, axes))
    exact = x.astype("float64")
    np.testing.assert_allclose(mean, exact.mean(axes, keepdims=True), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(variance, exact.var(axes, keepdims=True), rtol=1e-4, atol=1e-5)


@given(array_and_axes(), st.floats(1e-5, 1.0))
@settings(max_examples=40, deadline=None)
def test_normalize_is_the_slide(drawn, epsilon):
    x, axes = drawn
    exact = x.astype("float64")
    mean, variance = exact.mean(axes, keepdims=True), exact.var(axes, keepdims=True)
    gamma, beta = np.float32(1.5), np.float32(-0.5)
    wanted = 1.5 * (exact - mean) / np.sqrt(variance + epsilon) - 0.5
    y, *_ = normalize(keras.ops.convert_to_tensor(x), axes, epsilon, gamma, beta)
    np.testing.assert_allclose(array(y), wanted, rtol=2e-3, atol=2e-3)


def test_standardize_without_gamma_and_beta():
    x = np.array([[1.0, 5.0]], "float32")
    np.testing.assert_allclose(array(standardize(x, 3.0, 3.0, 1.0)), [[-1.0, 1.0]], rtol=1e-6)
    np.testing.assert_allclose(array(standardize(x, 3.0, 3.0, 1.0, gamma=2.0)), [[-2.0, 2.0]])
    np.testing.assert_allclose(array(standardize(x, 3.0, 3.0, 1.0, beta=2.0)), [[1.0, 3.0]])


def test_variance_keeps_its_digits_where_the_mean_is_large():
    """``E[x^2] - mean^2`` in float32 has no digit left here."""
    x = (1e4 + np.random.default_rng(1).normal(size=(4096, 3))).astype("float32")
    _, variance = moments(x, [0])
    np.testing.assert_allclose(array(variance), x.astype("float64").var(0)[None], rtol=1e-3)


def test_masked_moments_are_those_of_the_rest():
    rng = np.random.default_rng(2)
    x = rng.normal(5, 2, (7, 6, 3)).astype("float32")
    mask = rng.uniform(size=(7, 6)) > 0.4
    rest = x[mask].astype("float64")
    x[~mask] = np.nan  # nothing of what is masked may leak
    mean, variance = (array(m)[0, 0] for m in moments(x, [0, 1], mask[..., None]))
    np.testing.assert_allclose(mean, rest.mean(0), rtol=1e-5)
    np.testing.assert_allclose(variance, rest.var(0), rtol=1e-5)


def test_nothing_left_by_the_mask_gives_zero_moments():
    mean, variance = moments(np.ones((4, 3), "float32"), [0], np.zeros((4, 1), bool))
    assert not array(mean).any() and not array(variance).any()


@given(st.floats(-3, 3), st.floats(0.1, 3), st.floats(-3, 3), st.floats(0.1, 3))
@settings(max_examples=40, deadline=None)
def test_renormalized_by_the_batch_reads_as_standardized_by_the_averages(m, s, mm, ms):
    r, d = (float(v) for v in renorm_correction(m, s, mm, ms, {}))
    x = np.linspace(-4, 4, 9)
    np.testing.assert_allclose((x - m) / s * r + d, (x - mm) / ms, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    ("axis", "rank", "wanted"),
    [(-1, 4, (3,)), ([3, 1], 4, (1, 3)), ((-1, 1), 4, (1, 3)), ([1, -2, -1], 4, (1, 2, 3))],
)
def test_axes_are_counted_from_the_front_and_sorted(axis, rank, wanted):
    assert positive_axes(axis, rank) == wanted


@pytest.mark.parametrize("axis", [[1, 1], [3, -1], []])
def test_an_axis_named_twice_or_none_is_refused(axis):
    with pytest.raises(ValueError, match="each axis once"):
        positive_axes(axis, 4)


@pytest.mark.parametrize("axis", ["-1", None, [1.5], {1: 2}])
def test_what_is_no_axis_is_refused(axis):
    with pytest.raises(TypeError, match="Expected an int or a list/tuple of ints"):
        checked_axis(axis)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_examples_in_the_docstrings(name):
    module = importlib.import_module(f"course_kit.layers.{name}")
    result = doctest.testmod(module)
    assert result.attempted and not result.failed
