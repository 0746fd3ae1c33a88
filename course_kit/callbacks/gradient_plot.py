"""Pictures of gradient norms: over the layers, and over the steps."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from course_kit.callbacks.gradient_verdict import Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Norms = Mapping[str, Sequence[float]]


def plot_layers(ax: "Axes | None", steps: Sequence[int], norms: Norms, verdict: Verdict) -> "Axes":
    """Draw a line for each of at most five looks, from the first layer to the last."""
    from course_kit.figures.style import axes_or_new, line

    ax = axes_or_new(ax)
    for index, look in enumerate(_spread(len(steps), 5)):
        values = [norms[layer][look] for layer in norms]
        ax.plot(_visible(values), **line(index, len(values)), label=f"step {steps[look]}")
    ax.set_xticks(*_ticks(list(norms)))
    ax.set_xlabel("layer, from input to output")
    return _finish(ax, verdict)


def plot_steps(ax: "Axes | None", steps: Sequence[int], norms: Norms, verdict: Verdict) -> "Axes":
    """Draw a line over the steps for each of at most eight layers, the first and last too."""
    from course_kit.figures.style import axes_or_new, line

    ax = axes_or_new(ax)
    names = list(norms)
    for index, place in enumerate(reversed(_spread(len(names), 8))):
        name = names[place]
        ax.plot(steps, _visible(norms[name]), **line(index, len(steps)), label=_short(name))
    ax.set_xlabel("step")
    return _finish(ax, verdict)


def _finish(ax: Any, verdict: Verdict) -> "Axes":
    ax.set_yscale("log")
    ax.set_ylabel("norm of the gradient")
    ax.set_title(verdict.kind)
    if ax.lines:
        ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1), fontsize="small")
    return ax


def _spread(count: int, most: int) -> list[int]:
    """Choose places evenly, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int)).tolist()


def _visible(values: Sequence[float]) -> np.ndarray:
    """Leave out what a logarithm cannot show: zeros and infinities."""
    norms = np.asarray(values, float)
    return np.where(np.isfinite(norms) & (norms > 0), norms, np.nan)


def _ticks(names: list[str]) -> tuple[list[int], list[str]]:
    """Name as many layers as there is room for: all of a few, else some, by number."""
    places = _spread(len(names), 12)
    if len(names) <= 6:
        return places, [_short(name) for name in names]
    return places, [str(place + 1) for place in places]


def _short(name: str, most: int = 14) -> str:
    return name if len(name) <= most else "…" + name[1 - most :]
