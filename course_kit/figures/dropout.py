"""What a dropout mask does to a batch of units, or to the channels of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from course_kit.figures.style import use

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_CHANNELS = 8  # at most so many are shown


def masks(before: np.ndarray, after: np.ndarray, title: str = "") -> Figure:
    """Shows activations before and after dropout; a cross lies on what was dropped.

    Dropped is what was not zero and became zero. The title says how many and by
    what factor the survivors were multiplied (the median, were it not one number).

    Args:
        before, after: equal shapes. (batch, units): two tables. (h, w, channels): one
            picture a channel, the first eight, crossed out where the whole channel went.
        title: put before the numbers.

    Returns:
        The figure.

    Raises:
        ValueError: shapes that differ or are of another kind.

    Example:
        >>> x = np.ones((2, 4))
        >>> fig = masks(x, [[0, 2, 2, 0], [2, 0, 2, 2]], title="dropout")
        >>> len(fig.axes) >= 2
        True
    """
    before, after = np.asarray(before, float), np.asarray(after, float)
    if before.shape != after.shape or before.ndim not in (2, 3) or not before.size:
        raise ValueError(
            "`before` and `after` must both be (batch, units) or (h, w, channels). "
            f"Received: {before.shape} and {after.shape}. For one sample of a batch pass x[0]."
        )
    fig = _tables(before, after) if before.ndim == 2 else _channels(before, after)
    fig.suptitle(f"{title}: {_summary(before, after)}" if title else _summary(before, after))
    return fig


def _summary(before: np.ndarray, after: np.ndarray) -> str:
    gone = _dropped(before, after)
    kept = (before != 0) & (after != 0)
    if before.ndim == 3:
        gone_count, total, what = int(_whole(gone, before).sum()), before.shape[-1], "channels"
    else:
        gone_count, total, what = int(gone.sum()), before.size, "units"
    text = f"{gone_count} of {total} {what} dropped ({gone_count / total:.0%})"
    if not kept.any():
        return text
    return f"{text}, survivors \u00d7 {np.median(after[kept] / before[kept]):.3g}"


def _dropped(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    return (before != 0) & (after == 0)


def _whole(gone: np.ndarray, before: np.ndarray) -> np.ndarray:
    """(h, w, channels) -> (channels,): every value that was there is gone."""
    return gone.any(axis=(0, 1)) & (gone | (before == 0)).all(axis=(0, 1))


def _tables(before: np.ndarray, after: np.ndarray) -> Figure:
    import matplotlib.pyplot as plt
    from matplotlib.ticker import MaxNLocator

    limit = max(np.abs(before).max(), np.abs(after).max()) or 1.0
    batch, units = before.shape
    height = float(np.clip(4.0 * batch / units + 1.4, 2.4, 6.0))
    with use():
        fig, axes = plt.subplots(1, 2, figsize=(8.5, height), layout="constrained", sharey=True)
    for ax, values, name in zip(axes, (before, after), ("before", "after"), strict=True):
        shown = ax.imshow(
            values, cmap="PuOr", vmin=-limit, vmax=limit, aspect="auto", interpolation="nearest"
        )
        ax.set(title=name, xlabel="unit")
        ax.grid(False)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(MaxNLocator(integer=True))
    axes[0].set_ylabel("sample")
    row, column = np.nonzero(_dropped(before, after))
    axes[1].scatter(column, row, marker="x", color="black", s=(110 / max(units, batch)) ** 2)
    fig.colorbar(shown, ax=axes, label="activation")
    return fig


def _channels(before: np.ndarray, after: np.ndarray) -> Figure:
    import matplotlib.pyplot as plt

    count = min(before.shape[-1], _CHANNELS)
    gone = _whole(_dropped(before, after), before)
    limits = {"vmin": min(before.min(), after.min()), "vmax": max(before.max(), after.max())}
    with use():
        fig, axes = plt.subplots(
            2, count, figsize=(8.5, 13 / count + 0.8), layout="constrained", squeeze=False
        )
        for channel in range(count):
            for ax, values in zip(axes[:, channel], (before, after), strict=True):
                shown = ax.imshow(values[..., channel], interpolation="nearest", **limits)
                _bare(ax)
            axes[0, channel].set_title(f"channel {channel}", fontsize=10)
            if gone[channel]:
                _cross_out(axes[1, channel])
    axes[0, 0].set_ylabel("before")
    axes[1, 0].set_ylabel("after")
    fig.colorbar(shown, ax=axes, label="activation")
    return fig


def _bare(ax: Axes) -> None:
    ax.grid(False)
    ax.set(xticks=[], yticks=[])


def _cross_out(ax: Axes) -> None:
    for rise in (0, 1):
        ax.plot([0, 1], [rise, 1 - rise], transform=ax.transAxes, color="white", marker="", lw=2)
