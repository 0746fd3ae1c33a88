"""What dropout does to a unit, to feature maps, to votes and to blocks: the pictures of lab 06."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from course_kit.figures.style import PALETTE, axes_or_new, line, use

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def compare(
    x: ArrayLike,
    curves: Mapping[str, ArrayLike],
    xlabel: str,
    ylabel: str,
    ax: Axes | None = None,
    log_y: bool = False,
) -> Axes:
    """Draws named curves over one axis, each with a marker and a dash of its own.

    Args:
        x: (points,).
        curves: name -> values (points,).
        xlabel, ylabel: what the axes are.
        ax: axes to draw on, a new figure's if None.
        log_y: logarithmic vertical axis (values above 0).

    Returns:
        The axes.

    Example:
        compare([0.1, 0.5], {"mean": [1.0, 1.0], "misread": [0.1, 1.0]}, "rate", "ratio")
    """
    x = np.asarray(x, float)
    ax = axes_or_new(ax)
    for index, (name, values) in enumerate(curves.items()):
        ax.plot(x, np.asarray(values, float), label=name, **line(index, len(x)))
    if log_y:
        ax.set_yscale("log")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
    return ax


def sums(samples: Mapping[str, ArrayLike], desired: float, name: str = "test output") -> Figure:
    """Shows what one unit gives under many masks, before and after a ReLU.

    Args:
        samples: title -> sums before the ReLU, one a mask.
        desired: the sum with no mask.
        name: what `desired` is called in the legend.

    Returns:
        The figure: a column for each title, the upper row before the ReLU.

    Example:
        sums({"rate 0.5": [0.0, 2.0]}, desired=1.0)
    """
    import matplotlib.pyplot as plt

    with use():
        fig, axes = plt.subplots(
            2, len(samples), figsize=(8.5, 4.6), layout="constrained", squeeze=False
        )
    for column, (title, values) in enumerate(samples.items()):
        before = np.asarray(values, float)
        for row, (seen, wanted) in enumerate(
            ((before, desired), (np.maximum(before, 0), max(desired, 0.0)))
        ):
            ax = axes[row, column]
            ax.hist(seen, bins=40, color=PALETTE[5])
            marks = ((seen.mean(), "-", PALETTE[0], "mean over masks"), (wanted, "--", "k", name))
            for place, dash, color, label in marks:
                ax.axvline(place, linestyle=dash, color=color, label=f"{label} {place:.2f}")
            ax.set(yticks=[], ylim=(0, 1.5 * ax.get_ylim()[1]))
            ax.legend(fontsize=8, loc="upper right")
        axes[0, column].set_title(title)
    axes[0, 0].set_ylabel("before the ReLU")
    axes[1, 0].set_ylabel("after the ReLU")
    return fig


def guesses(maps: Mapping[str, ArrayLike], truth: ArrayLike) -> Figure:
    """Shows feature maps and, below, what the mean of the surviving neighbours makes of them.

    Args:
        maps: title -> (h, w) with dropped pixels as NaN.
        truth: (h, w), the map with nothing dropped.

    Returns:
        The figure. Below each title stands the share of the dropped pixels' variance that
        the guess explains: 1 is all, 0 is no more than their mean does.

    Example:
        guesses({"plain": [[np.nan, 1.0], [1.0, 1.0]]}, [[1.0, 1.0], [1.0, 1.0]])
    """
    import matplotlib.pyplot as plt

    truth = np.asarray(truth, float)
    limits = {"vmin": truth.min(), "vmax": truth.max(), "cmap": "cividis"}
    with use():
        fig, axes = plt.subplots(
            2, len(maps), figsize=(8.5, 5.0), layout="constrained", squeeze=False
        )
    for column, (title, values) in enumerate(maps.items()):
        seen = np.asarray(values, float)
        filled, explained = guess_from_neighbours(seen, truth)
        for ax, picture in zip(axes[:, column], (seen, filled), strict=True):
            ax.imshow(np.ma.masked_invalid(picture), interpolation="nearest", **limits)
            ax.set_facecolor("white")
            ax.grid(False)
            ax.set(xticks=[], yticks=[])
        axes[0, column].set_title(title)
        note = "" if np.isnan(explained) else f"explained: {explained:.0%}"
        axes[1, column].set_xlabel(note)
    axes[0, 0].set_ylabel("what is left")
    axes[1, 0].set_ylabel("filled by neighbours")
    return fig


def guess_from_neighbours(seen: ArrayLike, truth: ArrayLike) -> tuple[np.ndarray, float]:
    """Fill NaN pixels with the mean of the pixels that are left in the 3 by 3 around them.

    Args:
        seen: (h, w), NaN where a pixel was dropped.
        truth: (h, w).

    Returns:
        The filled map (NaN where no neighbour is left), and the share of the dropped pixels'
        variance that the guesses explain, at least 0 (NaN if nothing was dropped).

    Example:
        guess_from_neighbours([[np.nan, 1.0]], [[1.0, 1.0]])[0]  # [[1.0, 1.0]]
    """
    from scipy.ndimage import uniform_filter

    seen, truth = np.asarray(seen, float), np.asarray(truth, float)
    gone = np.isnan(seen)
    total = uniform_filter(np.where(gone, 0.0, seen), 3, mode="constant")
    count = uniform_filter(np.where(gone, 0.0, 1.0), 3, mode="constant")
    guess = np.divide(total, count, out=np.full(seen.shape, np.nan), where=count > 0.05)
    filled = np.where(gone, guess, seen)
    if not gone.any():
        return filled, float("nan")
    best_blind = np.where(np.isnan(filled), truth[gone].mean(), filled)[gone]
    spread = np.sum((truth[gone] - truth[gone].mean()) ** 2) or 1.0
    return filled, float(max(0.0, 1 - np.sum((truth[gone] - best_blind) ** 2) / spread))


def pairs(samples: Mapping[str, ArrayLike], desired: ArrayLike, what: str = "unit") -> Figure:
    """Scatters two units' outputs over many masks, one panel a method, one scale for all.

    Args:
        samples: title -> (masks, 2).
        desired: (2,), the outputs with no mask, marked by a cross.
        what: the word for the two things.

    Returns:
        The figure; each panel says the correlation.

    Example:
        pairs({"dropout": np.random.normal(size=(50, 2))}, desired=[0.0, 0.0])
    """
    import matplotlib.pyplot as plt

    with use():
        fig, axes = plt.subplots(
            1,
            len(samples),
            figsize=(8.5, 4.0),
            layout="constrained",
            sharex=True,
            sharey=True,
            squeeze=False,
        )
    for index, (ax, (title, values)) in enumerate(zip(axes[0], samples.items(), strict=True)):
        points = np.asarray(values, float)
        correlation = np.corrcoef(points.T)[0, 1]
        ax.scatter(*points.T, s=12, alpha=0.5, color=PALETTE[index], linewidth=0)
        ax.scatter(*np.asarray(desired, float), 160, marker="x", color="black", label="no mask")
        ax.set_title(f"{title}: correlation {correlation:.2f}")
        ax.set(xlabel=f"{what} 1")
        ax.legend(loc="upper left")
    axes[0, 0].set_ylabel(f"{what} 2")
    return fig


def votes(
    masks: Sequence[int], accuracies: ArrayLike, one_pass: float, ax: Axes | None = None
) -> Axes:
    """Draws accuracy against the number of masks that vote, beside that of one pass without.

    Args:
        masks: how many masks voted.
        accuracies: (repetitions, len(masks)); the band goes from the lowest to the highest.
        one_pass: accuracy with dropout switched off.
        ax: axes to draw on, a new figure's if None.

    Returns:
        The axes.

    Example:
        votes([1, 10], [[0.4, 0.5], [0.44, 0.52]], one_pass=0.51)
    """
    accuracies = np.asarray(accuracies, float)
    ax = axes_or_new(ax)
    style = line(0, len(masks))
    ax.fill_between(
        masks, accuracies.min(0), accuracies.max(0), color=style["color"], alpha=0.2, linewidth=0
    )
    ax.plot(masks, accuracies.mean(0), label="masks, probabilities averaged", **style)
    ax.axhline(one_pass, color=PALETTE[4], linestyle="--", label="one pass, dropout off")
    ax.set_xscale("log")
    ax.set_xticks(list(masks), [str(count) for count in masks])
    ax.minorticks_off()
    ax.set(xlabel="masks that vote", ylabel="accuracy")
    ax.legend()
    return ax


def turning(
    pictures: np.ndarray, angles: ArrayLike, mean: ArrayLike, spread: ArrayLike, top: int = 3
) -> Figure:
    """Shows a picture as it turns, and the probabilities of its likeliest classes with bands.

    Args:
        pictures: (angles, h, w).
        angles: (angles,), degrees.
        mean, spread: (angles, classes).
        top: classes shown, those whose mean is largest somewhere.

    Returns:
        The figure.

    Example:
        turning(np.zeros((2, 8, 8)), [0, 90], [[0.9, 0.1], [0.5, 0.5]], np.zeros((2, 2)))
    """
    import matplotlib.pyplot as plt

    angles, mean, spread = (np.asarray(values, float) for values in (angles, mean, spread))
    with use():
        fig = plt.figure(figsize=(8.5, 4.4), layout="constrained")
    grid = fig.add_gridspec(2, len(angles), height_ratios=(1, 4))
    for column, (picture, angle) in enumerate(zip(pictures, angles, strict=True)):
        ax = fig.add_subplot(grid[0, column])
        ax.imshow(picture, cmap="gray_r")
        ax.set(xticks=[], yticks=[])
        ax.set_title(f"{angle:.0f}°", fontsize=9)
    below = fig.add_subplot(grid[1, :])
    for index, label in enumerate(np.argsort(-mean.max(axis=0))[:top]):
        style, middle = line(index), mean[:, label]
        low, high = middle - spread[:, label], middle + spread[:, label]
        low, high = np.maximum(low, 0), np.minimum(high, 1)
        below.fill_between(angles, low, high, color=style["color"], alpha=0.2, linewidth=0)
        below.plot(angles, middle, label=f"class {label}", **style)
    below.set(xlabel="angle (degrees)", ylabel="probability", ylim=(-0.02, 1.02))
    below.legend()
    return fig
