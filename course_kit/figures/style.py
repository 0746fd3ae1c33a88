"""The shared look: a palette for every kind of colour vision, and lines that differ without it.

Palette: Okabe and Ito, "Color Universal Design" (2008), in an order in which
neighbours also differ in lightness.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PALETTE = (
    "#0072B2",  # blue
    "#E69F00",  # orange
    "#009E73",  # green
    "#CC79A7",  # purple
    "#D55E00",  # vermilion
    "#56B4E9",  # sky
    "#000000",  # black
    "#F0E442",  # yellow, last: faint on white
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
DASHES = ("-", "--", "-.", ":")
WIDTH, HEIGHT = 6.4, 4.0  # inches: a notebook's column shows this without shrinking the letters


def use() -> AbstractContextManager[None]:
    """The course's look, for the figures made inside `with use():`; others keep theirs.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> with use():
        ...     fig, ax = plt.subplots()
    """
    import matplotlib
    from cycler import cycler

    cycle = cycler(color=PALETTE) + cycler(marker=MARKERS)
    return matplotlib.rc_context({**_RC, "axes.prop_cycle": cycle})


def line(index: int, points: int = 0) -> dict[str, Any]:
    """Keyword arguments of `ax.plot` that give the index-th line a look of its own.

    Args:
        index: 0 for the first line; from 8 on colours and markers repeat with other dashes.
        points: on the line; with more than 20, not each of them gets a marker.

    Example:
        >>> line(0)["color"] == PALETTE[0], line(1)["marker"] == MARKERS[1]
        (True, True)
    """
    turn, place = divmod(index, len(PALETTE))
    return {
        "color": PALETTE[place],
        "marker": MARKERS[place],
        "linestyle": DASHES[(place + turn) % len(DASHES)],
        "markevery": max(1, points // 20),
    }


def axes_or_new(ax: Axes | None, width: float = WIDTH, height: float = HEIGHT) -> Axes:
    """The axes given, or those of a new figure of `width` by `height` inches in our look."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    with use():
        return plt.subplots(figsize=(width, height), layout="constrained")[1]


_RC: dict[Any, Any] = {
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.7,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "image.cmap": "cividis",  # made for colour-blind readers; grey keeps its order
    "savefig.dpi": 150,
}
