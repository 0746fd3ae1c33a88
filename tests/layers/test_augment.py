"""The pure functions under the augmentation layers, against loops over pixels in NumPy."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from course_kit.layers.augment import (
    blend,
    cut_boxes,
    cut_mix,
    cutout,
    in_boxes,
    lighting,
    mix_up,
    one_hot,
    symmetric_beta,
)

few = settings(deadline=None, max_examples=8, derandomize=True)


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def pictures(*shape, seed=0):
    return np.random.default_rng(seed).uniform(1, 2, shape).astype("float32")


@few
@given(
    h=st.integers(1, 7),
    w=st.integers(1, 7),
    size=st.integers(0, 9),
    place=st.tuples(st.integers(0, 6), st.integers(0, 6)),
)
def test_cutout_fills_the_pixels_of_the_square_and_no_other(h, w, size, place):
    x, centres = pictures(2, h, w, 3), np.array([[place[0] % h, place[1] % w], [0, 0]])
    wanted = x.copy()
    for n, (row, column) in enumerate(centres):
        for i in range(h):
            for j in range(w):
                down, right = i - (row - size // 2), j - (column - size // 2)
                if 0 <= down < size and 0 <= right < size:
                    wanted[n, i, j] = -1.0
    np.testing.assert_array_equal(array(cutout(x, centres, size, -1.0)), wanted)


def test_cutout_of_an_even_side_is_the_papers():
    """The authors clip centre - side // 2 and centre + side // 2 to the picture."""
    side, x = 16, pictures(1, 32, 32, 1)
    for row, column in ((0, 0), (31, 31), (5, 30), (16, 16)):
        mask = np.ones((32, 32))
        low, high = np.clip([row - 8, column - 8], 0, 32), np.clip([row + 8, column + 8], 0, 32)
        mask[low[0] : high[0], low[1] : high[1]] = 0
        y = array(cutout(x, np.array([[row, column]]), side))
        np.testing.assert_array_equal(y[0, :, :, 0], x[0, :, :, 0] * mask)


def test_cutout_fills_each_channel_with_its_value_and_keeps_whole_numbers():
    x = np.full((1, 3, 3, 3), 9, "uint8")
    y = array(cutout(x, np.array([[1, 1]]), 1, (1, 2, 3)))
    assert y.dtype == "uint8" and y[0, 1, 1].tolist() == [1, 2, 3] and (y == 9).sum() == 24


def test_in_boxes_leaves_out_the_row_and_the_column_behind():
    inside = array(in_boxes(np.array([[0, 1, 2, 3]]), np.zeros((1, 3, 4, 1))))
    assert inside[0, :, :, 0].astype(int).tolist() == [[0, 1, 1, 0], [0, 1, 1, 0], [0] * 4]


@pytest.mark.parametrize("lam", [0.25, [0.0, 1.0, 0.5, 0.125]], ids=["one", "each"])
@pytest.mark.parametrize("shape", [(4, 3, 5, 2), (4, 7)], ids=["pictures", "vectors"])
def test_mix_up_is_the_slide(shape, lam):
    x, y, partner = pictures(*shape), pictures(4, 3, seed=1), np.array([2, 0, 3, 1])
    got_x, got_y = map(array, mix_up(x, y, partner, np.array(lam, "float32")))
    for n, share in enumerate(np.broadcast_to(lam, 4)):
        for got, given_ in ((got_x, x), (got_y, y)):
            wanted = share * given_[n] + (1 - share) * given_[partner[n]]
            np.testing.assert_allclose(got[n], wanted, rtol=1e-6)


@pytest.mark.parametrize("alpha", [0.5, 1.0, 2.5, 30.0])
def test_symmetric_beta_has_scipys_distribution(alpha):
    """Kolmogorov-Smirnov, 50000 numbers; a false alarm in 10**8."""
    u, v = np.random.default_rng(2).random((2, 50000), "float32")
    share = array(symmetric_beta(u, v, alpha))
    assert stats.kstest(share, stats.beta(alpha, alpha).cdf).pvalue > 1e-8


@pytest.mark.parametrize("alpha", [1e-3, 1.0, 1e3])
def test_symmetric_beta_is_finite_at_both_ends(alpha):
    ends = np.array([0, 2**-24, 0.25, 0.5, 0.75, 1 - 2**-24], "float32")
    share = array(symmetric_beta(*map(np.ravel, np.meshgrid(ends, ends)), alpha))
    assert (share >= 0).all() and (share <= 1).all()


def test_blend_makes_floats_of_whole_numbers():
    x = np.array([[200], [100]], "uint8")
    assert array(blend(x, np.array([1, 0]), 0.75)).tolist() == [[175.0], [125.0]]


@few
@given(
    h=st.integers(1, 20),
    w=st.integers(1, 20),
    lam=st.integers(0, 16),
    place=st.tuples(st.integers(0, 19), st.integers(0, 19)),
)
def test_cut_boxes_are_the_papers_cut_off_at_the_border(h, w, lam, place):
    row, column, lam = place[0] % h, place[1] % w, lam / 16
    side = [int(np.float32(np.sqrt(1 - lam)) * np.float32(n)) for n in (h, w)]
    top, left = row - side[0] // 2, column - side[1] // 2
    wanted = [max(top, 0), max(left, 0), min(top + side[0], h), min(left + side[1], w)]
    assert array(cut_boxes(np.array([[row, column]]), lam, h, w)).tolist() == [wanted]


@few
@given(h=st.integers(1, 6), w=st.integers(1, 6), data=st.data())
def test_cut_mix_labels_are_the_areas_counted_pixel_by_pixel(h, w, data):
    side = st.tuples(st.integers(0, h), st.integers(0, h), st.integers(0, w), st.integers(0, w))
    boxes = np.array(data.draw(st.lists(side, min_size=3, max_size=3)))
    boxes = np.stack([*np.sort(boxes[:, :2]).T, *np.sort(boxes[:, 2:]).T])[[0, 2, 1, 3]].T
    x, partner = pictures(3, h, w, 2), np.array([1, 2, 0])
    wanted, count = x.copy(), np.zeros(3)
    for n, (top, left, bottom, right) in enumerate(boxes):
        for i in range(top, bottom):
            for j in range(left, right):
                wanted[n, i, j] = x[partner[n], i, j]
                count[n] += 1
    share = 1 - count / (h * w)
    got_x, got_y, lam = map(array, cut_mix(x, np.eye(3), partner, boxes))
    np.testing.assert_array_equal(got_x, wanted)
    np.testing.assert_allclose(lam, share, atol=1e-6)
    np.testing.assert_allclose(
        got_y, share[:, None] * np.eye(3) + (1 - share)[:, None] * np.eye(3)[partner], atol=1e-6
    )


def test_one_box_serves_the_whole_batch():
    x, y = pictures(4, 6, 6, 1), np.eye(4, dtype="float32")
    partner, box = np.array([3, 2, 1, 0]), np.array([[1, 2, 4, 5]])
    for one, each in zip(
        cut_mix(x, y, partner, box), cut_mix(x, y, partner, np.repeat(box, 4, 0)), strict=True
    ):
        np.testing.assert_array_equal(array(one), array(each)[: len(array(one))])


def test_lighting_adds_the_same_colour_to_each_pixel_of_a_picture():
    random = np.random.default_rng(3)
    x, a = pictures(4, 2, 3, 3), random.normal(size=(4, 3))
    values, vectors = np.array([0.3, 0.2, 0.1]), np.linalg.qr(random.normal(size=(3, 3)))[0]
    wanted = x.astype("float64")
    for n in range(4):
        for k in range(3):  # the k-th column is the k-th direction
            wanted[n] += 255 * a[n, k] * values[k] * vectors[:, k]
    np.testing.assert_allclose(array(lighting(x, a, values, vectors, 255)), wanted, rtol=1e-5)


@pytest.mark.parametrize("shape", [(3,), (3, 1)])
@pytest.mark.parametrize("kind", ["int64", "uint8", "float32"])
def test_one_hot_of_either_shape(shape, kind):
    labels = np.array([2, 0, 1]).reshape(shape).astype(kind)
    np.testing.assert_array_equal(array(one_hot(labels, 4)), np.eye(4)[[2, 0, 1]])
