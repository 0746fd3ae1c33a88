"""Item analysis, against SciPy, NumPy and hand-made classes."""

import csv

import numpy as np
import pytest
from made_up_class import LAB, Shown, a_result, a_row
from scipy import stats

from course_kit.grading.report import read_class, write_reports
from course_kit.grading.report.analysis import Spread, discrimination, items, mistakes
from course_kit.grading.report.pictures import histogram, item_plot, nice, round_top


def points_by_hand(classroom):
    """Points by student and claim, from the results themselves."""
    results = [e.result for e in classroom.entries if e.result and not e.result["unreadable"]]
    return np.array(
        [[c["earned"] for e in r["exercises"] for c in e["claims"]] for r in results], float
    )


def test_discrimination_is_the_corrected_item_rest_correlation(graded):
    classroom = read_class(graded)
    points = points_by_hand(classroom)
    assert len(points) == 38
    for column, item in enumerate(items(classroom)):
        met = points[:, column] > 0
        rest = points.sum(axis=1) - points[:, column]
        assert item.met == met.sum() and item.of == 38
        assert item.rate == pytest.approx(met.mean())
        if met.all() or not met.any():
            assert item.discrimination is None and item.why
        else:
            assert item.discrimination == pytest.approx(np.corrcoef(met, rest)[0, 1], abs=1e-12)
            assert item.discrimination == pytest.approx(stats.pointbiserialr(met, rest)[0])


def test_claim_that_tells_nobody_apart_is_told(graded):
    found = items(read_class(graded))
    assert found[2].odd and not found[1].odd
    assert found[0].discrimination is None and found[0].why == "everyone met it"


@pytest.mark.parametrize(
    ("met", "rest", "why"),
    [
        ([1, 1, 1], [1, 2, 3], "everyone met it"),
        ([0, 0, 0], [1, 2, 3], "nobody met it"),
        ([1, 0, 1], [5, 5, 5], "the other claims do not differ"),
        ([1, 0], [1, 2], "fewer than 3 results"),
        ([], [], "fewer than 3 results"),
    ],
)
def test_no_variance_is_said_in_words(met, rest, why):
    assert discrimination(np.array(met, bool), np.array(rest, float)) == (None, why)


def test_perfect_correlation_is_at_most_one():
    met = np.array([True, False, True, False])
    assert discrimination(met, met * 0.1)[0] == 1.0
    assert discrimination(met, met * -3.3)[0] == -1.0


def test_unreadable_notebooks_say_nothing_about_claims(store):
    rows = [a_row(f"s{i}", "f", a_result(store, f"{i}", True)) for i in range(3)]
    rows.append(a_row("x", "f", a_result(store, "x", False, unreadable="it is not valid JSON")))
    write_reports(store, LAB, rows, Shown(), False)
    assert {(item.met, item.of) for item in items(read_class(store.folder))} == {(3, 3)}


def test_mistakes_count_students_not_repetitions(store):
    twice = [{"exercise": "a", "sentence": "divided by n - 1"}] * 2
    once = [{"exercise": "a", "sentence": "no mask"}]
    rows = [
        a_row("1", "f", a_result(store, "1", mistakes=twice)),
        a_row("2", "f", a_result(store, "2", mistakes=twice + once)),
        a_row("3", "f", a_result(store, "3")),
    ]
    write_reports(store, LAB, rows, Shown(), False)
    assert mistakes(read_class(store.folder)) == [
        ("a", "divided by n - 1", 2),
        ("a", "no mask", 1),
    ]


def test_spread_is_numpy_s():
    values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0]
    spread = Spread.of(values)
    assert spread.mean == np.mean(values) and spread.median == np.median(values)
    assert spread.ninety == np.percentile(values, 90) and spread.largest == 9
    assert Spread.of([]).count == 0


def test_histogram_counts_everybody_once_and_draws_within_the_picture(graded):
    points = [e.counted for e in read_class(graded).entries if e.graded]
    picture = histogram(points, 100, "points", marker=50)
    assert sum(bar.count for bar in picture.bars) == len(points) == 38
    assert [bar.count for bar in picture.bars] == list(np.histogram(points, 20, (0, 100))[0])
    for bar in picture.bars:
        assert 0 <= bar.y <= picture.base and bar.y + bar.height == pytest.approx(picture.base)
        assert picture.left <= bar.x and bar.x + bar.width <= picture.right
    assert picture.marker == pytest.approx((picture.left + picture.right) / 2)


def test_values_beyond_the_top_fall_into_the_last_bar():
    picture = histogram([100.0, 120.0, 0.0], 100, "points")
    assert picture.bars[-1].count == 2 and picture.bars[0].count == 1
    assert sum(bar.count for bar in histogram([], 100, "points").bars) == 0


def test_dots_of_the_item_plot_are_where_their_numbers_say(graded):
    found = items(read_class(graded))
    plot = item_plot(found)
    for dot in plot.dots:
        share = (dot.rate - plot.left[0]) / (plot.left[1] - plot.left[0])
        assert share == pytest.approx(dot.item.rate, abs=1e-3)
        if dot.item.discrimination is not None:
            half = plot.right[1] - plot.zero
            assert (dot.dot - plot.zero) / half == pytest.approx(dot.item.discrimination, abs=1e-3)
    heights = [dot.y for dot in plot.dots]
    assert heights == sorted(set(heights)) and heights[-1] < plot.height - 20


@pytest.mark.parametrize("largest", [1, 2, 5, 6, 9, 40, 51, 999, 1000, 12345])
def test_axes_have_at_most_five_round_steps(largest):
    step = nice(largest)
    assert largest / step <= 5 and str(step).strip("0") in ("1", "2", "5")
    top = round_top(largest * 0.0317)
    assert top >= largest * 0.0317 and float(f"{top / 5:.1g}") == pytest.approx(top / 5)


def test_gradebook_means_equal_the_page(graded):
    with open(graded / "gradebook.csv", encoding="utf-8", newline="") as file:
        book = list(csv.DictReader(file))
    classroom = read_class(graded)
    final = [
        float(row["final"]) for row, e in zip(book, classroom.entries, strict=True) if e.graded
    ]
    mean = Spread.of([e.counted for e in classroom.entries if e.graded]).mean
    assert np.mean(final) == pytest.approx(mean)
    assert f"<dd>{mean:.1f}</dd>" in (graded / "report.html").read_text(encoding="utf-8")
