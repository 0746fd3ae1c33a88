"""Random resized crops, against Pillow, SciPy and torchvision's definition in loops."""

import math

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage, stats

from course_kit.layers import RandomResizedCrop
from course_kit.layers.resample import central_window, choose_windows, resample

few = settings(deadline=None, max_examples=6, derandomize=True)
sides = st.sampled_from((1, 3, 7, 12))  # few, as JAX compiles for each


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def pictures(n, h, w, channels=2, seed=0):
    return np.random.default_rng(seed).uniform(0, 255, (n, h, w, channels)).astype("float32")


@st.composite
def crops(draw):
    """A picture's sides, a window in it, the sides of the result."""
    h, w = draw(sides), draw(sides)
    rows, columns = draw(st.integers(1, h)), draw(st.integers(1, w))
    top, left = draw(st.integers(0, h - rows)), draw(st.integers(0, w - columns))
    return (h, w), (top, left, rows, columns), (draw(sides), draw(sides))


def cut(picture, window):
    top, left, rows, columns = window
    return picture[top : top + rows, left : left + columns]


@few
@given(crops())
def test_antialiased_is_pillows_crop_and_resize(crop):
    (h, w), window, size = crop
    x = pictures(1, h, w)
    y = array(resample(x, np.array([window]), size))
    for channel in range(2):
        picture = Image.fromarray(np.ascontiguousarray(cut(x[0, :, :, channel], window)))
        wanted = picture.resize(size[::-1], Image.Resampling.BILINEAR)
        np.testing.assert_allclose(y[0, :, :, channel], np.asarray(wanted), atol=2e-3)


@few
@given(crops())
def test_without_antialias_is_scipys_interpolation_of_the_window(crop):
    (h, w), window, size = crop
    x = pictures(1, h, w, 1)
    inside = cut(x[0, :, :, 0], window).astype("float64")
    places = [(np.arange(n) + 0.5) * m / n - 0.5 for n, m in zip(size, inside.shape, strict=True)]
    grid = np.meshgrid(*places, indexing="ij")
    wanted = ndimage.map_coordinates(inside, grid, order=1, mode="nearest")
    y = array(resample(x, np.array([window]), size, antialias=False))
    np.testing.assert_allclose(y[0, :, :, 0], wanted, atol=2e-3)


def test_each_picture_has_its_own_window():
    x, windows = pictures(3, 6, 8), np.array([[0, 0, 2, 2], [1, 3, 5, 4], [4, 6, 2, 2]])
    together = array(resample(x, windows, (3, 3)))
    alone = [array(resample(x[n : n + 1], windows[n : n + 1], (3, 3)))[0] for n in range(3)]
    np.testing.assert_allclose(together, alone, rtol=1e-6)


@pytest.mark.parametrize("antialias", [True, False])
def test_whole_picture_at_its_own_size_is_unchanged(antialias):
    x = pictures(2, 9, 7)
    windows = np.array([[0, 0, 9, 7]] * 2)
    np.testing.assert_array_equal(array(resample(x, windows, (9, 7), antialias)), x)


@pytest.mark.parametrize("antialias", [True, False])
def test_uniform_picture_stays_uniform(antialias):
    x = np.full((3, 17, 13, 1), 200.0, "float32")
    windows = np.array([[0, 0, 17, 13], [3, 4, 2, 9], [16, 12, 1, 1]])
    np.testing.assert_allclose(array(resample(x, windows, (5, 29), antialias)), 200, rtol=1e-6)


def torchvision_window(h, w, areas, ratios, places, limits):
    """The definition, one try after the other; the numbers drawn are handed in."""
    for area, ratio in zip(areas, ratios, strict=True):
        columns = round(math.sqrt(area * h * w * ratio))
        rows = round(math.sqrt(area * h * w / ratio))
        if 0 < columns <= w and 0 < rows <= h:
            top = math.floor(places[0] * (h - rows + 1))
            return top, math.floor(places[1] * (w - columns + 1)), rows, columns
    columns, rows = w, h
    if w / h < limits[0]:
        rows = round(w / limits[0])
    elif w / h > limits[1]:
        columns = round(h * limits[1])
    return (h - rows) // 2, (w - columns) // 2, rows, columns


def drawn(random, n, scale, limits, tries=10):
    areas = random.uniform(*scale, (n, tries))
    ratios = np.exp(random.uniform(*np.log(limits), (n, tries)))
    return tuple(part.astype("float32") for part in (areas, ratios, random.uniform(size=(n, 2))))


@pytest.mark.parametrize("size", [(32, 32), (24, 40), (50, 9), (7, 100), (1, 1)])
def test_chosen_windows_are_torchvisions(size):
    limits = (3 / 4, 4 / 3)
    draws = drawn(np.random.default_rng(sum(size)), 500, (0.08, 1.0), limits)
    wanted = [torchvision_window(*size, *row, limits) for row in zip(*draws, strict=True)]
    np.testing.assert_array_equal(array(choose_windows(*draws, *size, limits)), wanted)


def test_where_no_try_fits_the_central_window_is_taken():
    tries = np.ones((1, 10)), np.ones((1, 10)), np.zeros((1, 2))
    wide = array(choose_windows(*tries, height=6, width=20))
    high = array(choose_windows(*tries, height=20, width=6))
    assert wide.tolist() == [[0, 6, 6, 8]] and high.tolist() == [[6, 0, 8, 6]]


def test_windows_have_the_distribution_of_torchvisions():
    """20000 against 20000; two samples of one law differ so much once in 10**8."""
    size, n, scale, limits = (24, 40), 20000, (0.3, 1.0), (0.5, 3.0)  # a third of tries misfit
    random = np.random.default_rng(4)
    wanted = np.array(
        [
            torchvision_window(*size, *row, limits)
            for row in zip(*drawn(random, n, scale, limits), strict=True)
        ]
    )
    layer = RandomResizedCrop(8, 8, scale, limits, seed=5)
    got = array(layer.draw_windows(np.zeros((n, *size, 1), "float32")))
    for measure in (
        lambda window: window[:, 2] * window[:, 3],
        lambda window: window[:, 3] / window[:, 2],
        *(lambda window, k=k: window[:, k] for k in range(4)),
        lambda window: window[:, 0] * window[:, 1],
    ):
        assert stats.ks_2samp(measure(got), measure(wanted)).pvalue > 1e-8


def test_log_of_the_ratio_is_uniform():
    """Where every try fits, with pixels fine enough; 2000 draws."""
    layer = RandomResizedCrop(8, 8, (0.2, 0.24), (1 / 4, 4), seed=6)
    windows = array(layer.draw_windows(np.zeros((2000, 200, 200, 1), "uint8")))
    logs = np.log(windows[:, 3] / windows[:, 2])
    assert stats.kstest(logs, stats.uniform(-np.log(4), 2 * np.log(4)).cdf).pvalue > 1e-8


def test_inference_is_the_central_crop_that_pillow_makes():
    x = pictures(2, 40, 64, 3)
    layer = RandomResizedCrop(14, 14, test_crop_ratio=0.875)
    y = array(layer(x, training=False))
    for n in range(2):
        for channel in range(3):  # 0.875 * 40 = 35 pixels a side
            picture = Image.fromarray(np.ascontiguousarray(x[n, 2:37, 14:49, channel]))
            wanted = np.asarray(picture.resize((14, 14), Image.Resampling.BILINEAR))
            np.testing.assert_allclose(y[n, :, :, channel], wanted, atol=2e-3)


def test_inference_keeps_the_proportions_of_the_result():
    x = pictures(1, 40, 64, 1)
    y = array(RandomResizedCrop(10, 20)(x, training=False))
    picture = Image.fromarray(np.ascontiguousarray(x[0, 4:36, :, 0]))  # 32 x 64
    wanted = np.asarray(picture.resize((20, 10), Image.Resampling.BILINEAR))
    np.testing.assert_allclose(y[0, :, :, 0], wanted, atol=2e-3)


def test_central_window_has_the_proportions_of_the_result():
    assert array(central_window(40, 64, (2.0, 2.0))).tolist() == [[4, 0, 32, 64]]
    assert array(central_window(64, 40, (0.5, 0.5), 0.5)).tolist() == [[16, 12, 32, 16]]
    assert array(central_window(1, 1, (1.0, 1.0), 0.1)).tolist() == [[0, 0, 1, 1]]


def test_crops_each_picture_at_a_place_of_its_own_where_keras_random_crop_does_not():
    ramp = np.tile(np.arange(64.0).reshape(1, 8, 8, 1), (64, 1, 1, 1)).astype("float32")
    theirs = array(keras.layers.RandomCrop(4, 4, seed=1)(ramp))
    assert len(np.unique(theirs, axis=0)) == 1
    # Half the area and square: 6 x 6 of 8 x 8, nine places, left as they are at that size.
    ours = array(RandomResizedCrop(6, 6, (0.5, 0.5), (1, 1), seed=1)(ramp))
    corners = ours[:, 0, 0, 0].astype(int)
    assert set(corners) == {0, 1, 2, 8, 9, 10, 16, 17, 18}
    np.testing.assert_array_equal(
        ours - ours[:, :1, :1], np.repeat((ours - ours[0, 0, 0])[:1], 64, 0)
    )


def test_windows_stay_in_the_picture_and_in_their_limits():
    layer = RandomResizedCrop(8, 8, seed=7)
    windows = array(layer.draw_windows(np.zeros((5000, 33, 47, 1), "uint8")))
    top, left, rows, columns = windows.T
    assert (windows >= [0, 0, 1, 1]).all()
    assert (top + rows <= 33).all() and (left + columns <= 47).all()
    share, rounding = rows * columns / (33 * 47), 0.5 / rows + 0.5 / columns
    assert (share * (1 + 2 * rounding) > 0.08).all()
    ratio = columns / rows
    assert (ratio * (1 + 2 * rounding) > 3 / 4).all() and (ratio < 4 / 3 * (1 + 2 * rounding)).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(height=0), "Received: height=0, width=8"),
        (dict(width=7.5), "whole numbers of pixels"),
        (dict(scale=(0.5, 8)), r"shares of the area in \(0, 1\]"),
        (dict(scale=(0.9, 0.1)), "the lower first"),
        (dict(ratio=(0, 1)), "two positive numbers"),
        (dict(test_crop_ratio=1.14), "Did you mean 224 / 256"),
    ],
)
def test_bad_arguments_say_what_to_do(arguments, message):
    with pytest.raises(ValueError, match=message):
        RandomResizedCrop(**{"height": 8, "width": 8, **arguments})
