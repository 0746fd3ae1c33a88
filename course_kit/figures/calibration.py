"""Calibration: are predictions made with confidence 0.8 right eight times in ten?

Guo et al., "On Calibration of Modern Neural Networks" (2017), equations 2 and 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from course_kit.figures.style import PALETTE, axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class _Bins:
    """Bins of confidence that hold a prediction; all arrays of one length."""

    left: np.ndarray
    count: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray


def expected_calibration_error(
    probabilities: ArrayLike, labels: ArrayLike, bins: int = 10
) -> float:
    """The mean distance of accuracy from confidence: sum_b n_b / n * |acc(b) - conf(b)|.

    Args:
        probabilities: (n, classes), rows in [0, 1] that add up to 1.
        labels: (n,), the right classes.
        bins: of equal width over (0, 1], at least 1.

    Returns:
        A number in [0, 1]; 0 is perfect.

    Raises:
        ValueError: values that are no probabilities, or shapes that do not fit.

    Example:
        >>> expected_calibration_error([[0.75, 0.25]] * 4, [0, 0, 0, 1])
        0.0
    """
    found = _bin(np.asarray(probabilities, float), np.asarray(labels), bins)
    return _error(found)


def reliability_diagram(
    probabilities: ArrayLike,
    labels: ArrayLike,
    ax: Axes | None = None,
    bins: int = 10,
    label: str = "model",
) -> Axes:
    """Draws accuracy against confidence; below the diagonal the model is too sure of itself.

    A hatched bar is the gap of its bin; a dot's area grows with the predictions in it.

    Args:
        probabilities, labels, bins: as for `expected_calibration_error`, which stands in
            the legend.
        ax: axes to draw on, a new figure's if None.
        label: the model's name.

    Returns:
        The axes.

    Raises:
        ValueError: as for `expected_calibration_error`.

    Example:
        >>> ax = reliability_diagram([[0.75, 0.25]] * 4, [0, 0, 1, 1], label="one pass")
        >>> ax.get_xlabel()
        'confidence'
    """
    found = _bin(np.asarray(probabilities, float), np.asarray(labels), bins)
    ax = axes_or_new(ax, 5.0, 4.6)
    ax.plot([0, 1], [0, 1], color="black", linestyle="--", marker="", label="perfect")
    gap = found.confidence - found.accuracy
    ax.bar(
        found.left + 0.5 / bins,
        gap,
        bottom=found.accuracy,
        width=0.9 / bins,
        facecolor="none",
        edgecolor=PALETTE[4],
        hatch="///",
        linewidth=0.8,
        label="gap",
    )
    area = 20 + 180 * found.count / found.count.max()
    ax.plot(found.confidence, found.accuracy, color=PALETTE[0], marker="", linestyle="-")
    error = f"{label}: expected calibration error {_error(found):.3f}"
    ax.scatter(
        found.confidence, found.accuracy, area, color=PALETTE[0], marker="o", zorder=3, label=error
    )
    ax.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", ylabel="accuracy", aspect="equal")
    ax.legend(loc="upper left", fontsize=9)
    return ax


def _error(found: _Bins) -> float:
    weight = found.count / found.count.sum()
    return float(np.sum(weight * np.abs(found.accuracy - found.confidence)))


def _bin(probabilities: np.ndarray, labels: np.ndarray, bins: int) -> _Bins:
    _check(probabilities, labels, bins)
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    edges = np.linspace(0, 1, bins + 1)
    place = np.digitize(confidence, edges[1:-1], right=True)  # bins are (left, right]
    count = np.bincount(place, minlength=bins)
    used = count > 0
    sums = [np.bincount(place, values, minlength=bins)[used] for values in (confidence, right)]
    return _Bins(edges[:-1][used], count[used], sums[0] / count[used], sums[1] / count[used])


def _check(probabilities: np.ndarray, labels: np.ndarray, bins: int) -> None:
    if probabilities.ndim != 2 or labels.shape != probabilities.shape[:1] or not labels.size:
        raise ValueError(
            "`probabilities` must be (n, classes) and `labels` (n,). "
            f"Received: {probabilities.shape} and {labels.shape}. Use argmax on one-hot labels."
        )
    total = probabilities.sum(axis=1)
    if not (np.all(probabilities >= 0) and np.allclose(total, 1, atol=1e-2)):
        raise ValueError(
            "`probabilities` must be in [0, 1], each row adding up to 1. Received: values from "
            f"{probabilities.min():.3g} to {probabilities.max():.3g}. Apply softmax to logits."
        )
    if bins < 1:
        raise ValueError(f"`bins` must be at least 1. Received: bins={bins}.")
