import numpy as np
import pytest
from scipy import stats

from course_kit.checks import (
    Mismatch,
    binomial_bounds,
    binomial_miss,
    expect,
    expect_binomial,
    expect_close,
    expect_equal,
)

WANTED = np.float32([[1.5, -2.0], [0.25, 4.0]])


def seen(answer, wanted=WANTED, function=expect_close):
    with pytest.raises(Mismatch) as caught:
        function(answer, wanted, "output")
    return str(caught.value)


def test_equal_within_rounding_passes():
    expect_close(WANTED + 1e-6, WANTED)
    expect_close(np.float64(WANTED), WANTED)


def test_shape_is_named_first():
    assert seen(WANTED[0]) == "output: expected shape (2, 2), got shape (2,)"


def test_dtype_kind_is_named():
    assert "dtype int64" in seen(np.zeros((2, 2), np.int64))
    assert "dtype bool" in seen(np.zeros((2, 2), bool))


def test_nan_and_infinity_are_counted():
    assert "2 of 4 values are NaN or infinite" in seen(np.float32([[np.nan, 1], [np.inf, 1]]))


def test_first_difference_is_shown_and_the_wanted_number_is_not():
    said = seen(np.float32([[1.5, 7.125], [0.25, 4.0]]))
    assert said == "output: 1 of 4 values differ; the first at [0, 1], where yours is 7.125"


def test_scalar_is_shown_as_it_is():
    assert seen(np.float32(2.0), np.float64(3.0)) == "output: got 2"


def test_tuple_where_one_was_expected_is_told():
    assert "2 values came back" in seen((WANTED, WANTED))


def test_whole_numbers_are_compared_exactly():
    expect_equal(np.int32([1, 2]), np.array([1, 2]))
    expect_equal(np.uint8([1, 2]), np.array([1, 2]))
    assert "differ" in seen(np.int32([1, 3]), np.array([1, 2]), expect_equal)
    assert "dtype" in seen(np.float32([1, 2]), np.array([1, 2]), expect_equal)


def test_condition():
    expect(True, "")
    with pytest.raises(Mismatch, match="what was seen"):
        expect(False, "what was seen")


@pytest.mark.parametrize("trials,probability", [(2_048, 0.1), (2_048, 0.9), (64, 0.35), (10, 0.01)])
def test_binomial_bounds_keep_their_false_alarm(trials, probability):
    """Summed from the probabilities themselves, both tails together are below 5e-9."""
    low, high = binomial_bounds(trials, probability)
    law = stats.binom.pmf(np.arange(trials + 1), trials, probability)
    outside = law[:low].sum() + law[high + 1 :].sum()
    assert outside <= 5e-9
    # And they are no wider than that asks for: one count less at an end is too many.
    assert low == 0 or law[: low + 1].sum() > 2.5e-9
    assert high == trials or law[high:].sum() > 2.5e-9


def test_binomial_miss_is_the_mistakes_mass_inside_the_bounds():
    low, high = binomial_bounds(2_048, 0.4)
    law = stats.binom.pmf(np.arange(2_049), 2_048, 0.5)
    assert binomial_miss(2_048, 0.4, 0.5) == pytest.approx(law[low : high + 1].sum(), rel=1e-6)


def test_binomial_count_outside_is_told_as_a_share():
    expect_binomial(1_024, 2_048, 0.5, "units kept")
    with pytest.raises(Mismatch, match="units kept: 100 of 2,048"):
        expect_binomial(100, 2_048, 0.5, "units kept")
