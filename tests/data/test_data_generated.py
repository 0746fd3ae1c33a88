"""The data sets that need no network: what they hold, and that they never change."""

import time

import numpy as np
import pytest
from scipy import ndimage
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

from course_kit.data import SHAPE_NAMES, load, make_mnist1d, make_shapes
from course_kit.data.mnist1d import templates


@pytest.mark.parametrize(
    "name, shape, sizes, dtype",
    [
        ("digits", (8, 8, 1), (1437, 360), "float32"),
        ("mnist1d", (40,), (4000, 1000), "float32"),
        ("shapes", (32, 32, 3), (4000, 1000), "uint8"),
    ],
)
def test_load_gives_the_documented_arrays_and_the_same_twice(name, shape, sizes, dtype):
    first, second = load(name), load(name)
    for (x, y), (again, y_again), size in zip(first, second, sizes, strict=True):
        assert x.shape == (size, *shape) and x.dtype == dtype
        assert y.shape == (size,) and y.dtype == "int64" and set(y) == set(range(10))
        np.testing.assert_array_equal(x, again)
        np.testing.assert_array_equal(y, y_again)


def test_digits_are_scikit_learns_each_exactly_once():
    (x_train, y_train), (x_test, y_test) = load("digits")
    x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    bunch = load_digits()
    ours = sorted(zip(map(tuple, np.rint(x.reshape(-1, 64) * 16)), y, strict=True))
    theirs = sorted(zip(map(tuple, bunch.data), bunch.target, strict=True))
    assert ours == theirs
    assert x.min() == 0 and x.max() == 1


def test_digits_split_is_stratified():
    (_, y_train), (_, y_test) = load("digits")
    share = np.bincount(y_train) / len(y_train)
    np.testing.assert_allclose(share, np.bincount(y_test) / len(y_test), atol=0.004)


def test_mnist1d_is_that_of_the_authors_package():
    """Numbers from mnist1d 0.0.2: every eighth point of the first and of the last curve."""
    (x_train, y_train), (x_test, y_test) = make_mnist1d()
    first = [-0.332006, 0.683078, 0.254108, 0.098056, -1.093486]
    last = [-0.519329, -0.139493, -0.689318, -0.327938, -0.540012]
    np.testing.assert_allclose(x_train[0, ::8], first, atol=1e-6)
    np.testing.assert_allclose(x_test[-1, ::8], last, atol=1e-6)
    assert list(y_train[:12]) == [2, 6, 4, 5, 6, 6, 6, 0, 3, 1, 6, 9]
    assert list(y_test[-12:]) == [3, 9, 8, 3, 3, 6, 1, 2, 5, 9, 6, 4]
    np.testing.assert_allclose(
        [x_train.mean(), x_train.std(), x_test.mean(), x_test.std()],
        [-0.00032367, 0.99764797, 0.00129469, 1.00935226],
        atol=1e-6,
    )


def test_mnist1d_templates_begin_at_zero_and_differ():
    curves = templates()
    assert curves.shape == (10, 12) and not curves[:, 0].any()
    np.testing.assert_allclose(curves.std(axis=1), 1 / 6)
    assert np.linalg.norm(curves[:, None] - curves, axis=-1)[~np.eye(10, dtype=bool)].min() > 0.2


def test_mnist1d_seed_and_sizes_are_heeded():
    (x_train, y_train), (x_test, _) = make_mnist1d(train=70, test=30, seed=1)
    assert x_train.shape == (70, 40) and x_test.shape == (30, 40) and y_train.shape == (70,)
    assert not np.allclose(x_train, make_mnist1d(train=70, test=30, seed=2)[0][0])
    with pytest.raises(ValueError, match=r"train=71, test=30\..*Try"):
        make_mnist1d(train=71, test=30)


def test_shapes_classes_are_balanced_and_the_test_set_keeps_still():
    (_, y_train), (x_test, y_test) = make_shapes(train=200, test=105)
    assert set(np.bincount(y_train)) == {20} and set(np.bincount(y_test)) == {10, 11}
    (_, _), (x_same, y_same) = make_shapes(train=30, test=105)
    np.testing.assert_array_equal(x_test, x_same)
    np.testing.assert_array_equal(y_test, y_same)


def test_shapes_differ_between_parts_and_seeds():
    (x_train, _), (x_test, _) = make_shapes(train=50, test=50, seed=0)
    (x_other, _), _ = make_shapes(train=50, test=50, seed=1)
    for a, b in ((x_train, x_test), (x_train, x_other)):
        assert (a == b).mean() < 0.1


def outlines(n=200):
    """Coverage of n pictures a class, far from any edge: what is drawn before the colours."""
    from course_kit.data.shapes import _coverage

    y = np.repeat(np.arange(10), n)
    return y, _coverage(y, np.random.default_rng(5))


def test_shapes_edges_are_soft_and_shapes_fill_a_fair_part():
    _, coverage = outlines()
    soft = ((coverage > 0.02) & (coverage < 0.98)).mean(axis=(1, 2))
    filled = coverage.mean(axis=(1, 2))
    assert soft.min() > 0.02
    assert filled.min() > 0.02 and filled.max() < 0.4


@pytest.mark.parametrize("name, holes", [("ring", 1), ("disk", 0), ("heart", 0), ("cross", 0)])
def test_shapes_have_the_holes_of_their_name(name, holes):
    """Counted with SciPy's connected components of the background."""
    y, coverage = outlines(30)
    for picture in coverage[y == SHAPE_NAMES.index(name)]:
        # A border as the background, so that a shape at the edge closes nothing off.
        _, parts = ndimage.label(np.pad(picture, 2) < 0.5)
        assert parts == 1 + holes
        assert ndimage.label(picture > 0.5)[1] == 1


def test_shape_stands_out_from_its_background():
    """Inside and outside differ in at least one colour by more than the noise."""
    from course_kit.data import shapes

    coverage = np.zeros((500, 32, 32), "float32")
    coverage[:, 8:24, 8:24] = 1
    x = shapes._paint(coverage, np.random.default_rng(3)) / 255
    inside = x[:, 8:24, 8:24].mean(axis=(1, 2))
    around = [x[:, 4:7, 8:24], x[:, 25:28, 8:24], x[:, 8:24, 4:7], x[:, 8:24, 25:28]]
    gaps = [np.linalg.norm(inside - side.mean(axis=(1, 2)), axis=-1) for side in around]
    assert np.min(gaps) > 0.12


def test_colour_and_place_do_not_tell_the_class():
    """Neighbours among mean colours do no better than chance."""
    (x, y), (x_test, y_test) = make_shapes(train=2000, test=1000)
    model = KNeighborsClassifier(15).fit(x.mean(axis=(1, 2)), y)
    assert model.score(x_test.mean(axis=(1, 2)), y_test) < 0.16


def test_five_thousand_shapes_take_a_few_seconds():
    start = time.process_time()
    make_shapes(train=4000, test=1000)
    assert time.process_time() - start < 6


def test_shapes_size_below_one_is_an_error():
    with pytest.raises(ValueError, match=r"at least 1\. Received: train=0"):
        make_shapes(train=0)
