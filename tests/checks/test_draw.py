import numpy as np
from scipy import stats

from course_kit.checks import Draw
from course_kit.checks.draw import derive


def test_same_key_gives_same_draws():
    first, second = Draw(b"key"), Draw(b"key")
    np.testing.assert_array_equal(first.normal(5, 3), second.normal(5, 3))
    assert first.rate() == second.rate()


def test_other_key_gives_other_draws():
    assert not np.array_equal(Draw(b"a").normal(20), Draw(b"b").normal(20))


def test_uniform_numbers_are_uniform_and_never_0_or_1():
    u = Draw(b"u").uniform(100_000)
    assert u.dtype == np.float32 and u.min() > 0 and u.max() < 1
    assert stats.kstest(u, "uniform").pvalue > 1e-4


def test_no_uniform_number_is_within_rounding_of_a_rate():
    """`u < rate` is the same whether computed in float32 or float64."""
    grid = (2 * np.arange(2**12) + 1) / 2**13
    for hundredths in range(1, 100):
        gap = np.abs(grid - hundredths / 100).min()
        assert gap > 30 * np.finfo(np.float32).eps


def test_normal_numbers_are_normal_and_never_zero():
    x = Draw(b"x").normal(100_000)
    assert np.abs(x).min() >= np.float32(1e-3)
    assert stats.kstest(x, "norm").pvalue > 1e-4


def test_rates_keep_away_from_a_half_and_have_two_decimals():
    draw = Draw(b"r")
    rates = [draw.rate() for _ in range(5_000)]
    assert set(rates) <= {h / 100 for h in range(10, 91)} - {h / 100 for h in range(41, 60)}
    assert len(set(rates)) == 62


def test_whole_numbers_reach_both_ends():
    draw = Draw(b"i")
    assert {draw.integer(2, 4) for _ in range(200)} == {2, 3, 4}
    assert sorted(draw.permutation(6)) == list(range(6))
    assert set(draw.integers(0, 1, 50)) == {0, 1}


def test_derived_keys_depend_on_every_name_and_on_where_they_part():
    keys = {
        derive(b"s", "ab", "c"),
        derive(b"s", "a", "bc"),
        derive(b"s", "abc"),
        derive(b"t", "ab", "c"),
    }
    assert len(keys) == 4
