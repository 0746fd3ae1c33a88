"""The pictures of lab 07 show the numbers that they were given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_kit.figures import normalizations


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def test_clouds_tell_means_deviations_and_correlation():
    line = np.array([[0.0, 0.0], [2.0, 4.0]])
    fig = normalizations.clouds({"x": line, "x_hat": line - 1})
    first, second = (ax.get_title() for ax in fig.axes)
    assert first == "x\nmeans 1.0, 2.0\ndeviations 1.0, 2.0\ncorrelation 1.00"
    assert second.startswith("x_hat\nmeans 0.0, 1.0\n")
    assert fig.axes[0].get_xlim() == fig.axes[1].get_xlim()


def test_means_by_step_has_dots_for_the_first_and_lines_for_the_rest():
    curves = {"batch": [1.0, 3.0], "moving": [0.1, 0.4], "population": [2.0, 2.0]}
    (ax,) = normalizations.means_by_step({"batches of 8": curves}, "mean").axes
    assert ax.collections[0].get_offsets().tolist() == [[1, 1], [2, 3]]
    assert [list(drawn.get_ydata()) for drawn in ax.get_lines()] == [[0.1, 0.4], [2.0, 2.0]]
    assert len({drawn.get_linestyle() for drawn in ax.get_lines()}) == 2


def test_by_size_draws_the_mean_and_reaches_from_lowest_to_highest():
    ax = normalizations.by_size([1, 10], {"norm": [[0.1, 0.3], [0.8, 0.8]]}, "size", "accuracy")
    (drawn,) = ax.containers
    line, _, (bars,) = drawn.lines
    assert line.get_ydata() == pytest.approx([0.2, 0.8])
    assert next(part[:, 1].tolist() for part in bars.get_segments()) == [0.1, 0.3]
    assert ax.get_xscale() == "log"
    assert [text.get_text() for text in ax.get_xticklabels()] == ["1", "10"]


def test_by_epoch_counts_from_one():
    ax = normalizations.by_epoch({"a": [0.5, 0.6], "b": [0.1, 0.2]}, "accuracy")
    first, second = ax.get_lines()
    assert list(first.get_xdata()) == [1, 2] and list(second.get_ydata()) == [0.1, 0.2]
    assert first.get_marker() != second.get_marker()


def test_ratios_write_each_number_on_its_bar():
    bars = {"counted": {"1 by 1": 1.06, "3 by 3": 1.01}, "measured": {"1 by 1": 2, "3 by 3": 1.5}}
    ax = normalizations.ratios(bars, "with / without")
    assert [text.get_text() for text in ax.texts] == ["1.06", "1.01", "2.00", "1.50"]
    assert {bar.get_hatch() for bar in ax.patches} == {"", "//"}


def test_dependence_writes_a_share_where_something_moved():
    fig = normalizations.dependence({"instance": [[0.5, 0.0], [0.0, 0.0]]})
    assert [text.get_text() for text in fig.axes[0].texts] == ["50%"]


def test_paths_draw_a_circle_through_each_start():
    fig = normalizations.paths({"v": ([[3.0, 4.0], [3.0, 5.0]], [1.0, 0.5])})
    plane, curve = fig.axes
    assert plane.patches[0].get_radius() == 5
    assert list(curve.get_lines()[0].get_ydata()) == [1.0, 0.5]
