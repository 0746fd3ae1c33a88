"""The pure functions under the dropout family, against NumPy and the binomial distribution."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_kit.layers.drop import (
    draw,
    drop,
    expected,
    keep_mask,
    keep_mask_from_words,
    word_and_threshold,
)

SHAPE = (256, 1024)
RATES = (1e-4, 0.1, 0.25, 0.5, 0.73, 0.999)


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def test_inverted_drop_is_the_slide():
    rng = np.random.default_rng(0)
    x, u = rng.normal(size=(64, 32)).astype("float32"), rng.uniform(size=(64, 32))
    wanted = np.where(u >= 0.3, x / 0.7, 0.0)
    np.testing.assert_allclose(array(drop(x, u >= 0.3, 0.3)), wanted, rtol=1e-6)


def test_vanilla_drop_leaves_the_survivors():
    rng = np.random.default_rng(1)
    x, u = rng.normal(size=(64, 32)).astype("float32"), rng.uniform(size=(64, 32))
    wanted = np.where(u >= 0.3, x, 0.0)
    np.testing.assert_array_equal(array(drop(x, u >= 0.3, 0.3, "vanilla")), wanted)


@pytest.mark.parametrize("scaling", ["inverted", "vanilla"])
def test_expected_is_the_mean_over_all_masks(scaling):
    """Two units have four masks: no sampling is needed."""
    x, rate = np.array([3.0, -5.0], "float32"), 0.2
    masks = [(a, b) for a in (0, 1) for b in (0, 1)]
    weights = [(1 - rate) ** sum(m) * rate ** (2 - sum(m)) for m in masks]
    mean = sum(
        w * array(drop(x, np.array(m), rate, scaling)) for w, m in zip(weights, masks, strict=True)
    )
    np.testing.assert_allclose(array(expected(x, rate, scaling)), mean, rtol=1e-6)


def test_mask_broadcasts_to_the_input():
    x, keep = np.ones((2, 3, 4), "float32"), np.array([1, 0, 1, 0])
    wanted = np.broadcast_to([2.0, 0.0, 2.0, 0.0], (2, 3, 4))
    np.testing.assert_array_equal(array(drop(x, keep, 0.5)), wanted)


def test_rate_one_gives_zeros_and_no_nan():
    x = np.ones((3, 3), "float32")
    np.testing.assert_array_equal(array(drop(x, np.zeros((3, 3), bool), 1)), 0 * x)


def test_integers_are_refused():
    with pytest.raises(TypeError, match=r"floating-point inputs. Received: dtype=.*int32"):
        drop(np.ones((2, 2), "int32"), np.ones((2, 2)), 0.5)


def readable(rate, seed):
    return array(keep_mask(SHAPE, rate, seed)), rate


def quick(rate, seed):
    keep, used = draw(SHAPE, rate, seed)
    return array(keep), used


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("draw_mask", [readable, quick])
def test_readable_and_quick_masks_drop_with_the_same_probability(draw_mask, rate, assert_frequency):
    keep, used = draw_mask(rate, keras.random.SeedGenerator(7))
    assert keep.dtype == bool and keep.shape == SHAPE
    assert abs(used - rate) <= 2**-16
    assert_frequency((~keep).sum(), keep.size, used)


@pytest.mark.parametrize("lag", [1, 2, 3, 4, 16, 1024])
@pytest.mark.parametrize("rate", [0.1, 0.5])
@pytest.mark.parametrize("draw_mask", [readable, quick])
def test_units_fall_independently(draw_mask, rate, lag, assert_frequency):
    """Disjoint pairs, ``lag`` apart: neighbours in one random word, in one block, in one row."""
    keep, used = draw_mask(rate, keras.random.SeedGenerator(8))
    dropped = ~keep.ravel()
    blocks = dropped[: dropped.size // (2 * lag) * 2 * lag].reshape(-1, 2, lag)
    both = blocks[:, 0] & blocks[:, 1]
    assert_frequency(both.sum(), both.size, used**2)


def test_successive_masks_are_independent(assert_frequency):
    seed = keras.random.SeedGenerator(9)
    first, second = quick(0.5, seed)[0], quick(0.5, seed)[0]
    assert_frequency((first == second).sum(), first.size, 0.5)


def test_integer_seed_gives_the_same_mask():
    np.testing.assert_array_equal(quick(0.5, 3)[0], quick(0.5, 3)[0])
    assert not np.array_equal(quick(0.5, 3)[0], quick(0.5, 4)[0])


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_probability_used_is_near_the_one_asked_for(rate):
    bits, threshold = word_and_threshold(rate)
    assert 1 <= threshold <= 2**bits - 1
    assert abs(threshold / 2**bits - rate) <= 2**-16
    rarer = min(rate, 1 - rate)
    if rarer > 2**-22:
        assert abs(threshold / 2**bits - rate) <= rarer / 500


@pytest.mark.parametrize("rate", RATES)
def test_probability_used_is_the_one_of_the_words(rate):
    """Frequencies cannot tell 0.1 from 6554 / 65536; the survivors' scale must."""
    bits, threshold = word_and_threshold(rate)
    words = keras.backend.backend() == "tensorflow"
    assert draw((1,), rate, 1)[1] == (threshold / 2**bits if words else rate)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="only TensorFlow has words")
@pytest.mark.parametrize(("bits", "trials"), [(8, 2**18), (16, 2**24)])
def test_words_below_the_threshold_drop_and_the_others_do_not(bits, trials, assert_frequency):
    """At both ends one word in 2**bits decides: an error by one would double or empty it."""
    lowest = array(keep_mask_from_words((trials,), bits, 1, 5))
    highest = array(keep_mask_from_words((trials,), bits, 2**bits - 1, 5))
    assert_frequency((~lowest).sum(), trials, 2**-bits)
    assert_frequency(highest.sum(), trials, 2**-bits)


def test_half_needs_eight_bits_and_a_tenth_sixteen():
    assert word_and_threshold(0.5) == (8, 128)
    assert word_and_threshold(0.1) == (16, 6554)


@pytest.mark.parametrize("shape", [(1,), (7,), (3, 5), (2, 3, 1, 5)])
@pytest.mark.parametrize("rate", [0.1, 0.5, 1e-5])
def test_sizes_that_fill_no_whole_word(shape, rate):
    keep, _ = draw(shape, rate, 1)
    assert tuple(keep.shape) == shape
