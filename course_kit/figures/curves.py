"""Learning curves: training against validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from course_kit.figures.style import axes_or_new, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def learning_curves(
    history: Mapping[str, Sequence[float]] | Any,
    metric: str = "loss",
    ax: Axes | None = None,
    log_y: bool = False,
    best: str = "auto",
) -> Axes:
    """Draws a metric on training and validation data against the epoch, the best epoch marked.

    Args:
        history: what `model.fit` returns, or a mapping from names to values, one an epoch.
        metric: such as `loss` or `accuracy`; `val_` + metric is drawn if it is there.
        ax: axes to draw on, a new figure's if None.
        log_y: logarithmic vertical axis (values above 0).
        best: `min`, `max`, or `auto`: `max` for accuracies, AUC, precision and recall.

    Returns:
        The axes. Epochs count from 1.

    Raises:
        ValueError: a metric that the history lacks, or an unknown `best`.

    Example:
        >>> ax = learning_curves({"loss": [1.0, 0.5, 0.3], "val_loss": [1.1, 0.7, 0.8]})
        >>> ax.get_xlabel(), ax.get_ylabel()
        ('epoch', 'loss')
    """
    from matplotlib.ticker import MaxNLocator

    values = getattr(history, "history", history)
    if metric not in values:
        raise ValueError(
            f"`metric` must be in the history, which has {', '.join(values)}. "
            f"Received: metric={metric!r}."
        )
    highest = is_highest_best(metric, best)
    ax = axes_or_new(ax)
    for index, (key, label) in enumerate(((metric, "training"), (f"val_{metric}", "validation"))):
        if key in values:
            curve = np.asarray(values[key], float)
            ax.plot(np.arange(1, len(curve) + 1), curve, label=label, **line(index, len(curve)))
    if f"val_{metric}" in values:
        _mark_best(ax, np.asarray(values[f"val_{metric}"], float), highest)
    if log_y:
        ax.set_yscale("log")
    ax.set_xlabel("epoch")
    ax.set_ylabel(metric.replace("_", " "))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend()
    return ax


def is_highest_best(metric: str, best: str = "auto") -> bool:
    """Tell whether the best value of a metric is its highest; `auto` goes by its name."""
    if best not in ("auto", "min", "max"):
        raise ValueError(f"`best` must be auto, min or max. Received: best={best!r}.")
    good = ("acc", "auc", "precision", "recall", "f1")
    return best == "max" or (best == "auto" and any(word in metric.lower() for word in good))


def _mark_best(ax: Axes, curve: np.ndarray, highest: bool) -> None:
    """A vertical line and a ring at the best epoch; a curve without a finite value gets none."""
    usable = np.where(np.isfinite(curve), curve if highest else -curve, -np.inf)
    if not np.isfinite(usable).any():
        return
    epoch = int(usable.argmax())
    label = f"best: epoch {epoch + 1}, {curve[epoch]:.3g}"
    ax.axvline(epoch + 1, color="#555555", linestyle=":", linewidth=1.2)
    ax.scatter(epoch + 1, curve[epoch], 150, facecolor="none", edgecolor="black", label=label)
