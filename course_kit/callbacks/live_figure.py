"""A picture in a notebook that is redrawn in its place."""

import io
import sys
from collections.abc import Callable
from typing import Any


def in_notebook() -> bool:
    """Tell whether pictures can be shown: a kernel runs this, not a terminal or a script."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None


class LiveFigure:
    """Show a picture below the running cell, and later others in its place.

    A picture is made from a figure of its own, which neither pyplot nor the notebook's
    plotting mode knows of: none is left open, and none is shown twice.
    """

    def __init__(self) -> None:
        self._shown: Any = None

    def draw(self, plot: Callable[[Any], Any]) -> None:
        """Show what a function draws on the axes that it is given."""
        from IPython.display import Image, display

        image = Image(data=_rendered(plot))
        if self._shown is None:
            self._shown = display(image, display_id=True)
        else:
            self._shown.update(image)


def _rendered(plot: Callable[[Any], Any]) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from course_kit.figures.style import HEIGHT, WIDTH, use

    buffer = io.BytesIO()
    with use():
        figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
        FigureCanvasAgg(figure)
        plot(figure.subplots())
        figure.savefig(buffer, format="png", dpi=100)
    return buffer.getvalue()
