"""The pictures of lab 10 show the numbers that they were given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_kit.figures import residual_nets


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def test_depth_counts_from_the_input():
    ax = residual_nets.by_depth({"plain": [4, 2, 1], "skips": [1, 1, 1]}, "layer", "norm")
    plain, skips = ax.get_lines()
    assert list(plain.get_xdata()) == [0, 1, 2] and list(plain.get_ydata()) == [4, 2, 1]
    assert plain.get_marker() != skips.get_marker()
    assert ax.get_xlabel() == "layer (0: the input)" and ax.get_yscale() == "linear"


def test_pixels_that_count_are_counted():
    picture = np.zeros((4, 4))
    picture[::2, ::2] = 3.0
    fig = residual_nets.pixel_maps({"some": picture, "all": picture + 1})
    said = [ax.get_xlabel() for ax in fig.axes if ax.images]
    assert said == ["25% of the pixels count", "100% of the pixels count"]


def test_panels_share_their_axes_and_say_how_it_ended():
    fig = residual_nets.degradation(
        {"plain": {"20 layers": [2.0, 0.5], "56 layers": [2.0, 1.25]}, "skips": {"20": [1.0, 0.25]}}
    )
    first, second = fig.axes
    said = [text.get_text() for text in first.get_legend().get_texts()]
    assert said == ["20 layers: 0.5", "56 layers: 1.25"]
    assert first.get_ylim() == second.get_ylim() and first.get_yscale() == "log"
    assert list(first.get_lines()[0].get_xdata()) == [1, 2]
