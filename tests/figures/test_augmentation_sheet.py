"""The sheet shows what the augmentations returned, where it says so."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_kit import figures

X = np.random.default_rng(0).integers(0, 256, (3, 6, 5, 3)).astype("uint8")


@pytest.fixture(autouse=True)
def drawn():
    yield
    for number in plt.get_fignums():
        plt.figure(number).canvas.draw()
    plt.close("all")


def shown(fig):
    return np.array([ax.images[0].get_array() for ax in fig.axes])


def titles(fig):
    return [ax.get_title() for ax in fig.axes]


def test_rows_are_pictures_and_columns_are_augmentations():
    fig = figures.augmentations(X, {"mirror": lambda x: x[:, :, ::-1], "dark": lambda x: x * 0.5})
    wanted = np.stack([X / 255, X[:, :, ::-1] / 255, X * 0.5 / 255], axis=1)
    np.testing.assert_allclose(shown(fig), wanted.reshape(9, 6, 5, 3))
    assert titles(fig) == ["given", "mirror", "dark", *[""] * 6]


def test_beyond_black_and_white_is_black_and_white():
    floats = (X / 255).astype("float32")
    fig = figures.augmentations(floats, {"far": lambda x: 10 * x - 5})
    np.testing.assert_allclose(shown(fig)[1::2], np.clip(10 * floats - 5, 0, 1), atol=1e-6)


def test_grey_pictures_are_shown():
    grey = X[..., :1]
    np.testing.assert_allclose(
        shown(figures.augmentations(grey, {"same": lambda x: x}))[1::2], grey[..., 0] / 255
    )


@pytest.mark.parametrize("names", [None, ["disk", "ring", "star"]])
def test_mixed_labels_are_said_largest_first(names):
    labels = np.array([[0.25, 0.75, 0.0], [0.0, 0.0, 1.0], [0.004, 0.2, 0.796]])
    fig = figures.augmentations(X, {"mix": lambda x: (x, labels)}, names)
    zero, one, two = names or "012"
    assert titles(fig) == [
        "given",
        f"mix\n75% {one}\n25% {zero}",
        "",
        f"100% {two}",
        "",
        f"80% {two}\n20% {one}",
    ]


def test_another_size_is_refused():
    with pytest.raises(ValueError, match=r"'crop' must return .* of the shape \(3, 6, 5, 3\)"):
        figures.augmentations(X, {"crop": lambda x: x[:, :4, :4]})
