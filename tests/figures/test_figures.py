"""The figures show what they are given, and can be read without colour."""

import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from sklearn.calibration import calibration_curve

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.colors import to_rgb

from course_kit import figures

HISTORY = {"loss": [1.0, 0.5, 0.3, 0.2], "val_loss": [1.1, 0.7, np.nan, 0.8]}


@pytest.fixture(autouse=True)
def drawn():
    """Each figure can really be drawn; none stays open."""
    yield
    for number in plt.get_fignums():
        plt.figure(number).canvas.draw()
    plt.close("all")


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_learning_curves_are_the_histories_values_from_epoch_one():
    ax = figures.learning_curves(HISTORY)
    training, validation = ax.get_lines()[:2]
    np.testing.assert_array_equal(training.get_xdata(), [1, 2, 3, 4])
    np.testing.assert_array_equal(training.get_ydata(), HISTORY["loss"])
    np.testing.assert_array_equal(validation.get_ydata(), HISTORY["val_loss"])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss")


def test_best_epoch_is_the_lowest_loss_or_the_highest_accuracy_and_never_a_nan():
    assert legend(figures.learning_curves(HISTORY))[-1] == "best: epoch 2, 0.7"
    accuracy = {"accuracy": [0.1, 0.2, 0.3], "val_accuracy": [0.2, np.inf, 0.1]}
    assert legend(figures.learning_curves(accuracy, "accuracy"))[-1] == "best: epoch 1, 0.2"
    lowest = figures.learning_curves(accuracy, "accuracy", best="min")
    assert legend(lowest)[-1] == "best: epoch 3, 0.1"


@pytest.mark.parametrize(
    "history", [{"loss": [1.0, 0.5]}, {"loss": [1.0], "val_loss": [np.nan]}], ids=["none", "nan"]
)
def test_without_a_finite_validation_value_no_epoch_is_best(history):
    assert not any("best" in text for text in legend(figures.learning_curves(history)))


def test_learning_curves_take_keras_history_and_given_axes_and_log_y():
    class History:
        history = HISTORY

    _, ax = plt.subplots()
    assert figures.learning_curves(History(), ax=ax, log_y=True) is ax
    assert ax.get_yscale() == "log"


def test_unknown_metric_names_those_there_are():
    with pytest.raises(ValueError, match=r"which has loss, val_loss\. Received: metric='acc'"):
        figures.learning_curves(HISTORY, "acc")


def test_lines_differ_in_marker_and_in_grey():
    looks = [figures.line(index) for index in range(16)]
    assert len({look["marker"] for look in looks[:8]}) == 8
    assert len({(look["color"], look["linestyle"]) for look in looks}) == 16
    first = [np.dot(to_rgb(look["color"]), [0.2126, 0.7152, 0.0722]) for look in looks[:2]]
    assert abs(first[0] - first[1]) > 0.2


def test_use_gives_the_settings_back():
    before = dict(matplotlib.rcParams)
    with figures.use():
        assert matplotlib.rcParams["image.cmap"] == "cividis"
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("shape", [(5, 8, 8), (5, 8, 8, 1), (5, 8, 8, 3), (1, 4, 6, 3)])
def test_image_grid_shows_every_picture_under_its_title(shape):
    images = np.random.default_rng(0).random(shape)
    fig = figures.image_grid(images, range(len(images)), columns=3, title="sheet")
    shown = [ax for ax in fig.axes if ax.images]
    assert [ax.get_title() for ax in shown] == [str(k) for k in range(len(images))]
    for ax, image in zip(shown, images, strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), image.squeeze())


def test_grey_pictures_share_one_scale():
    fig = figures.image_grid(np.stack([np.full((4, 4), v) for v in (-3.0, 5.0)]))
    assert {ax.images[0].get_clim() for ax in fig.axes if ax.images} == {(-3.0, 5.0)}


@pytest.mark.parametrize(
    "images, titles, message",
    [
        (np.zeros((8, 8)), None, r"Received: \(8, 8\)"),
        (np.zeros((2, 8, 8, 4)), None, r"Received: \(2, 8, 8, 4\)"),
        (np.zeros((0, 8, 8)), None, r"n at least 1"),
        (np.full((2, 8, 8, 3), 255.0), None, r"images / 255"),
        (np.zeros((2, 8, 8)), ["a"], r"Received: 1 titles"),
    ],
)
def test_image_grid_says_what_it_wants(images, titles, message):
    with pytest.raises(ValueError, match=message):
        figures.image_grid(images, titles)


def test_masks_cross_out_exactly_what_was_dropped():
    random = np.random.default_rng(1)
    before, kept = random.normal(size=(6, 10)), random.random((6, 10)) >= 0.3
    fig = figures.masks(before, np.where(kept, before / 0.7, 0.0), "inverted")
    crosses = fig.axes[1].collections[0].get_offsets()
    np.testing.assert_array_equal(crosses, np.argwhere(~kept)[:, ::-1])
    dropped = (~kept).sum()
    assert fig.get_suptitle().startswith(f"inverted: {dropped} of 60 units dropped")
    assert fig.get_suptitle().endswith("survivors \u00d7 1.43")


def test_masks_count_whole_channels():
    before = np.random.default_rng(2).random((4, 4, 6))
    after = before * np.array([1, 0, 1, 1, 0, 1.0])
    after[0, 0, 0] = 0  # one value gone is no channel gone
    assert figures.masks(before, after).get_suptitle() == (
        "2 of 6 channels dropped (33%), survivors \u00d7 1"
    )


def test_units_that_were_zero_before_do_not_count_as_dropped():
    before = np.array([[0.0, 1.0, 2.0, 0.0]])
    fig = figures.masks(before, np.array([[0.0, 2.0, 0.0, 0.0]]))
    assert fig.get_suptitle() == "1 of 4 units dropped (25%), survivors \u00d7 2"
    figures.masks(before, np.zeros_like(before))


def test_masks_of_unequal_shapes_are_an_error():
    with pytest.raises(ValueError, match=r"Received: \(2, 3\) and \(3, 2\)"):
        figures.masks(np.ones((2, 3)), np.ones((3, 2)))


def predictions(n=3000, classes=5, sharpness=2.0):
    random = np.random.default_rng(4)
    logits = sharpness * random.normal(size=(n, classes))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return p, np.array([random.choice(classes, p=row) for row in p])


@pytest.mark.parametrize("bins", [1, 7, 10])
def test_calibration_error_is_that_of_scikit_learns_bins(bins):
    p, y = predictions()
    y[::3] = 0
    confidence, right = p.max(axis=1), p.argmax(axis=1) == y
    accuracy, mean = calibration_curve(right, confidence, n_bins=bins)
    count, _ = np.histogram(confidence, np.linspace(0, 1, bins + 1))
    expected = np.sum(count[count > 0] / len(y) * np.abs(accuracy - mean))
    np.testing.assert_allclose(figures.expected_calibration_error(p, y, bins), expected)


def test_confidence_on_the_edge_of_two_bins_counts_as_in_scikit_learn():
    confidence = np.repeat([0.5, 0.75, 1.0, 0.625], 8)
    p, y = np.c_[confidence, 1 - confidence], np.tile([0, 0, 1, 0, 1, 0, 0, 0], 4)
    y[:8] = 1
    ax = figures.reliability_diagram(p, y, bins=4)
    expected = calibration_curve(y == 0, confidence, n_bins=4)
    np.testing.assert_allclose(ax.collections[0].get_offsets(), np.c_[expected[1], expected[0]])


def test_calibration_error_of_known_cases():
    assert figures.expected_calibration_error([[0.75, 0.25]] * 4, [0, 0, 0, 1]) == 0
    assert figures.expected_calibration_error([[1.0, 0.0]] * 4, [1, 1, 1, 1]) == 1
    both = [[0.8, 0.2]] * 2 + [[0.4, 0.6]] * 2  # (0.2 off, then 0.1 off) / 2
    np.testing.assert_allclose(figures.expected_calibration_error(both, [0, 0, 1, 0]), 0.15)
    p, y = predictions()
    assert figures.expected_calibration_error(p, y) < 0.04


def test_reliability_diagram_shows_the_bins_and_the_error():
    p, y = predictions()
    ax = figures.reliability_diagram(p**2 / (p**2).sum(axis=1, keepdims=True), y, label="sharp")
    accuracy, mean = calibration_curve(
        p.argmax(axis=1) == y, (p**2 / (p**2).sum(axis=1, keepdims=True)).max(axis=1), n_bins=10
    )
    np.testing.assert_allclose(ax.collections[0].get_offsets(), np.c_[mean, accuracy])
    assert any(text.startswith("sharp: expected calibration error 0.") for text in legend(ax))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("confidence", "accuracy")


@pytest.mark.parametrize(
    "p, y, message",
    [
        (np.array([[2.0, -1.0]]), [0], "Apply softmax"),
        (np.array([[np.nan, 0.5]]), [0], "Apply softmax"),
        (np.array([[0.5, 0.5]]), [[1, 0]], "argmax"),
        (np.array([0.5, 0.5]), [1, 0], "Received"),
    ],
)
def test_what_is_no_probability_is_an_error(p, y, message):
    with pytest.raises(ValueError, match=message):
        figures.reliability_diagram(p, y)


def test_importing_figures_loads_neither_matplotlib_nor_tensorflow():
    code = """if True:
        import sys
        from course_kit import figures
        assert not {"matplotlib", "tensorflow", "keras"} & set(sys.modules)
        figures.learning_curves({"loss": [1, 2]})
        assert not {"tensorflow", "keras"} & set(sys.modules)
    """
    subprocess.run([sys.executable, "-c", code], check=True)
