"""What depth does to signals, gradients and training: the pictures of lab 10."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from course_kit.figures.style import axes_or_new, line, use

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def by_depth(
    curves: Mapping[str, ArrayLike],
    xlabel: str,
    ylabel: str,
    ax: Axes | None = None,
    log_y: bool = False,
) -> Axes:
    """Draws a number that each layer has, from the input (0, left) to the output.

    Args:
        curves: name -> values (layers,), the input's first.
        xlabel, ylabel: what is counted, and what was measured.
        ax: axes to draw on, a new figure's if None.
        log_y: logarithmic vertical axis (values above 0).

    Returns:
        The axes.

    Example:
        by_depth({"plain": [1.0, 0.5, 0.25]}, "layer", "norm")
    """
    ax = axes_or_new(ax)
    for index, (name, values) in enumerate(curves.items()):
        values = np.asarray(values, float)
        ax.plot(np.arange(len(values)), values, label=name, **line(index, len(values)))
    if log_y:
        ax.set_yscale("log")
    ax.set(xlabel=f"{xlabel} (0: the input)", ylabel=ylabel)
    ax.legend()
    return ax


def pixel_maps(maps: Mapping[str, ArrayLike]) -> Figure:
    """Shows how much each pixel of a picture counts: white for nothing, dark for much.

    Args:
        maps: title -> (h, w), values of at least 0.

    Returns:
        The figure; below each map stands the share of its pixels that count at all.

    Example:
        pixel_maps({"every other one": [[1.0, 0.0], [0.0, 0.0]]})
    """
    import matplotlib.pyplot as plt

    with use():
        fig, axes = plt.subplots(
            1, len(maps), figsize=(4.0 * len(maps), 4.2), layout="constrained", squeeze=False
        )
    for ax, (title, values) in zip(axes[0], maps.items(), strict=True):
        values = np.asarray(values, float)
        shown = ax.imshow(values, cmap="Greys", vmin=0, interpolation="nearest")
        ax.grid(False)
        ax.set(xticks=[], yticks=[], title=title)
        for side in ("top", "right"):
            ax.spines[side].set_visible(True)
        share = np.mean(values > 1e-6 * max(values.max(), 1e-30))
        ax.set_xlabel(f"{share:.0%} of the pixels count")
        bar = fig.colorbar(shown, ax=ax, shrink=0.8)
        bar.set_label("gradient, absolute value")
    return fig


def degradation(
    runs: Mapping[str, Mapping[str, Sequence[float]]], ylabel: str = "training loss"
) -> Figure:
    """Draws training curves of networks of several depths, one panel for each kind.

    Args:
        runs: title -> name of the network -> one value an epoch, above 0.
        ylabel: what the values are.

    Returns:
        The figure: panels that share both axes, the vertical one logarithmic, the last value
        of each curve in its legend.

    Example:
        degradation({"plain": {"20 layers": [2.0, 1.0], "56 layers": [2.0, 1.5]}})
    """
    import matplotlib.pyplot as plt

    with use():
        fig, axes = plt.subplots(
            1,
            len(runs),
            figsize=(4.5 * len(runs), 3.8),
            layout="constrained",
            sharex=True,
            sharey=True,
            squeeze=False,
        )
    for ax, (title, curves) in zip(axes[0], runs.items(), strict=True):
        for index, (name, values) in enumerate(curves.items()):
            epochs = np.arange(1, len(values) + 1)
            style = line(index, len(values))
            ax.plot(epochs, values, label=f"{name}: {values[-1]:.3g}", **style)
        ax.set(title=title, xlabel="epoch", yscale="log")
        ax.legend(title="at the end")
    axes[0, 0].set_ylabel(ylabel)
    return fig
