"""What normalizations do to clouds, means, batches and gradients: the pictures of lab 07."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from course_kit.figures.style import DASHES, MARKERS, PALETTE, axes_or_new, line, use

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def clouds(samples: Mapping[str, ArrayLike]) -> Figure:
    """Scatters two units, one panel for each stage, all at one scale.

    Args:
        samples: title -> (samples, 2).

    Returns:
        The figure; each title says the means, the deviations and the correlation too.

    Example:
        clouds({"x": [[0.0, 1.0], [2.0, 5.0]], "x_hat": [[-1.0, -1.0], [1.0, 1.0]]})
    """
    import matplotlib.pyplot as plt

    with use():
        fig, axes = plt.subplots(
            1,
            len(samples),
            figsize=(9.5, 3.9),
            layout="constrained",
            sharex=True,
            sharey=True,
            squeeze=False,
        )
    for index, (ax, (title, values)) in enumerate(zip(axes[0], samples.items(), strict=True)):
        points = np.asarray(values, float)
        means, deviations = points.mean(axis=0), points.std(axis=0)
        correlation = np.corrcoef(points.T)[0, 1]
        ax.scatter(*points.T, s=10, alpha=0.5, color=PALETTE[index], linewidth=0)
        ax.scatter(*means, 120, marker="x", color="black", zorder=3)
        ax.set_title(
            f"{title}\nmeans {_pair(means)}\ndeviations {_pair(deviations)}\n"
            f"correlation {correlation:.2f}",
            fontsize=9,
        )
        ax.set(xlabel="unit 1", aspect="equal")
    axes[0, 0].set_ylabel("unit 2")
    return fig


def _pair(numbers: np.ndarray) -> str:
    return ", ".join(f"{number:.1f}" for number in numbers.round(1) + 0.0)


def means_by_step(seen: Mapping[str, Mapping[str, ArrayLike]], ylabel: str) -> Figure:
    """Draws the batches' means as dots and other means as lines, against the step.

    Args:
        seen: title -> name -> one number a step; the first name is drawn as dots.
        ylabel: what the numbers are.

    Returns:
        The figure, one panel a title.

    Example:
        means_by_step({"batches of 2": {"batch": [0.0, 1.0], "moving": [0.0, 0.1]}}, "mean")
    """
    import matplotlib.pyplot as plt

    with use():
        fig, axes = plt.subplots(
            1, len(seen), figsize=(9.5, 3.8), layout="constrained", sharey=True, squeeze=False
        )
    for ax, (title, curves) in zip(axes[0], seen.items(), strict=True):
        for index, (name, values) in enumerate(curves.items()):
            steps = np.arange(1, len(np.asarray(values)) + 1)
            if index == 0:
                ax.scatter(steps, values, s=9, color=PALETTE[5], label=name, linewidth=0)
            else:
                color = PALETTE[0] if index == 1 else "black"
                ax.plot(steps, values, DASHES[index - 1], color=color, marker="", label=name)
        ax.set(title=title, xlabel="step")
    axes[0, 0].set_ylabel(ylabel)
    axes[0, -1].legend(fontsize=9)
    return fig


def by_size(
    sizes: Sequence[float],
    curves: Mapping[str, ArrayLike],
    xlabel: str,
    ylabel: str,
    ax: Axes | None = None,
) -> Axes:
    """Draws curves over sizes on a logarithmic axis; repetitions become bars.

    Args:
        sizes: above 0, such as batch sizes or learning rates.
        curves: name -> values (sizes,), or (sizes, repetitions): then the mean is drawn, and
            a bar from the lowest to the highest.
        xlabel, ylabel: what the axes are.
        ax: axes to draw on, a new figure's if None.

    Returns:
        The axes.

    Example:
        by_size([1, 10], {"batch norm": [[0.1, 0.2], [0.8, 0.9]]}, "batch size", "accuracy")
    """
    ax = axes_or_new(ax, width=7.2)
    for index, (name, values) in enumerate(curves.items()):
        found = np.asarray(values, float).reshape(len(sizes), -1)
        middle, low, high = found.mean(axis=1), found.min(axis=1), found.max(axis=1)
        reach = [middle - low, high - middle] if found.shape[1] > 1 else None
        ax.errorbar(sizes, middle, reach, label=name, capsize=3, elinewidth=1, **line(index))
    ax.set_xscale("log")
    ax.set_xticks(list(sizes), [f"{size:,g}" for size in sizes])
    ax.minorticks_off()
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
    return ax


def by_epoch(curves: Mapping[str, ArrayLike], ylabel: str, ax: Axes | None = None) -> Axes:
    """Draws named curves, one number an epoch; epochs count from 1.

    Args:
        curves: name -> values.
        ylabel: what the numbers are.
        ax: axes to draw on, a new figure's if None.

    Returns:
        The axes.

    Example:
        by_epoch({"moving averages": [0.1, 0.5], "precise": [0.6, 0.7]}, "accuracy")
    """
    from matplotlib.ticker import MaxNLocator

    ax = axes_or_new(ax, width=7.2)
    for index, (name, values) in enumerate(curves.items()):
        numbers = np.asarray(values, float)
        ax.plot(np.arange(1, len(numbers) + 1), numbers, label=name, **line(index))
    ax.set(xlabel="epoch", ylabel=ylabel)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend()
    return ax


def ratios(bars: Mapping[str, Mapping[str, float]], ylabel: str, ax: Axes | None = None) -> Axes:
    """Draws groups of bars with their numbers, and a line at 1.

    Args:
        bars: series -> group -> ratio.
        ylabel: what is divided by what.
        ax: axes to draw on, a new figure's if None.

    Returns:
        The axes.

    Example:
        ratios({"counted": {"1 by 1": 1.06}, "measured": {"1 by 1": 1.9}}, "with / without")
    """
    ax = axes_or_new(ax, width=7.2)
    names = list(next(iter(bars.values())))
    width = 0.8 / len(bars)
    for index, (series, values) in enumerate(bars.items()):
        places = np.arange(len(names)) + (index - (len(bars) - 1) / 2) * width
        drawn = ax.bar(
            places,
            [values[name] for name in names],
            0.92 * width,
            label=series,
            color=PALETTE[index],
            hatch=("", "//", "..")[index % 3],
            edgecolor="white",
        )
        ax.bar_label(drawn, fmt="%.2f", padding=2)
    ax.axhline(1, color="black", linewidth=0.8)
    ax.set_xticks(range(len(names)), names)
    ax.set_ylabel(ylabel)
    ax.set_ylim(0, 1.25 * ax.get_ylim()[1])
    ax.legend(loc="upper right")
    return ax


def dependence(moved: Mapping[str, ArrayLike]) -> Figure:
    """Shows for each sample and channel which share of the outputs moved, one panel a norm.

    Args:
        moved: title -> (samples, channels), shares from 0 to 1.

    Returns:
        The figure; a cell where anything moved is dark and says how much, sample 0 and channel 0
        being the place that was changed.

    Example:
        dependence({"instance norm": [[1.0, 0.0], [0.0, 0.0]]})
    """
    import matplotlib.pyplot as plt

    with use():
        fig, axes = plt.subplots(
            1, len(moved), figsize=(11.5, 2.9), layout="constrained", sharey=True, squeeze=False
        )
    for ax, (title, values) in zip(axes[0], moved.items(), strict=True):
        shares = np.asarray(values, float)
        rows, columns = (np.arange(n + 1) - 0.5 for n in shares.shape)
        ax.pcolormesh(columns, rows, shares > 0, cmap="Blues", vmax=1.4, edgecolor="#bbbbbb")
        ax.set(ylim=(rows[-1], rows[0]), aspect="equal")
        for sample, channel in np.argwhere(shares > 0):
            ax.text(
                channel,
                sample,
                f"{shares[sample, channel]:.0%}",
                ha="center",
                va="center",
                fontsize=7.5,
                color="white",
            )
        ax.set_title(title, fontsize=10)
        ax.set(xlabel="channel", xticks=range(shares.shape[1]), yticks=range(len(shares)))
        ax.grid(False)
    axes[0, 0].set_ylabel("sample")
    return fig


def paths(found: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> Figure:
    """Draws paths of a vector in the plane with circles through their starts, and an error each.

    Args:
        found: name -> (path (steps, 2), errors (steps,)).

    Returns:
        The figure: the paths on the left, the errors on the right.

    Example:
        paths({"v": ([[1.0, 0.0], [1.0, 0.1]], [0.5, 0.4])})
    """
    import matplotlib.pyplot as plt

    with use():
        fig, (plane, curve) = plt.subplots(1, 2, figsize=(9.5, 4.2), layout="constrained")
    for index, (name, (path, errors)) in enumerate(found.items()):
        steps, look = np.asarray(path, float), line(index)
        radius = np.hypot(*steps[0])
        plane.add_patch(plt.Circle((0, 0), radius, fill=False, color="gray", linestyle=":"))
        plane.plot(*steps.T, label=name, **{**look, "markevery": 5})
        plane.scatter(
            *steps[0], 90, marker=MARKERS[index], facecolor="white", edgecolor="black", zorder=3
        )
        curve.plot(np.asarray(errors, float), label=name, **{**look, "markevery": 5})
    plane.scatter(0, 0, 40, marker="+", color="black")
    plane.set(xlabel="v[0]", ylabel="v[1]", aspect="equal", title="path of v (start: white)")
    plane.autoscale_view()
    curve.set(xlabel="step", ylabel="distance of w from what is wanted", title="error of w")
    curve.legend()
    return fig
