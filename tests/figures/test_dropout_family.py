"""The pictures of lab 06 show the numbers that they were given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_kit.figures import dropout_family


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def test_compare_draws_every_curve_with_its_own_marker():
    ax = dropout_family.compare([1, 2, 3], {"a": [1, 2, 3], "b": [3, 2, 1]}, "x", "y", log_y=True)
    first, second = ax.get_lines()
    assert list(first.get_ydata()) == [1, 2, 3] and list(second.get_ydata()) == [3, 2, 1]
    assert first.get_marker() != second.get_marker()
    assert ax.get_yscale() == "log" and ax.get_xlabel() == "x"


def test_sums_tell_the_mean_before_and_after_the_relu():
    fig = dropout_family.sums({"rate 0.5": [-1.0, 3.0]}, desired=1.0)
    said = [[text.get_text() for text in ax.get_legend().get_texts()] for ax in fig.axes]
    assert said == [
        ["mean over masks 1.00", "test output 1.00"],
        ["mean over masks 1.50", "test output 1.00"],
    ]


def test_neighbours_explain_a_smooth_map_and_not_a_lost_one():
    truth = np.add.outer(np.arange(16.0), np.arange(16.0))
    gone = np.random.default_rng(0).uniform(size=truth.shape) < 0.5
    filled, explained = dropout_family.guess_from_neighbours(np.where(gone, np.nan, truth), truth)
    assert explained > 0.95
    assert np.array_equal(filled[~gone], truth[~gone])
    lost, nothing = dropout_family.guess_from_neighbours(np.full(truth.shape, np.nan), truth)
    assert nothing == 0 and np.isnan(lost).all()


def test_guess_is_the_mean_of_what_is_left_around():
    filled, _ = dropout_family.guess_from_neighbours([[1.0, np.nan, 4.0]], [[1.0, 2.0, 4.0]])
    assert filled[0, 1] == pytest.approx(2.5)


def test_guesses_has_two_rows_and_says_what_is_explained():
    truth = np.eye(4)
    fig = dropout_family.guesses({"all": truth, "none": np.full((4, 4), np.nan)}, truth)
    assert len(fig.axes) == 4
    assert [ax.get_xlabel() for ax in fig.axes[2:]] == ["", "explained: 0%"]


def test_pairs_say_the_correlation():
    line = np.arange(5.0)
    fig = dropout_family.pairs({"dropout": np.stack([line, 2 * line], axis=1)}, [0, 0])
    assert fig.axes[0].get_title() == "dropout: correlation 1.00"


def test_votes_draw_the_mean_of_the_repetitions():
    ax = dropout_family.votes([1, 10], [[0.4, 0.5], [0.6, 0.5]], one_pass=0.55)
    means, one_pass = ax.get_lines()
    assert list(means.get_ydata()) == pytest.approx([0.5, 0.5])
    assert set(one_pass.get_ydata()) == {0.55}


def test_turning_shows_the_likeliest_classes():
    mean = np.array([[0.7, 0.2, 0.1], [0.2, 0.75, 0.05]])
    fig = dropout_family.turning(np.zeros((2, 8, 8)), [0, 90], mean, np.zeros((2, 3)), top=2)
    names = [text.get_text() for text in fig.axes[-1].get_legend().get_texts()]
    assert names == ["class 1", "class 0"]
