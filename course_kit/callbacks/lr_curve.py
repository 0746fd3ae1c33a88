"""What a learning-rate range test saw: losses over rates, and what they suggest."""

from typing import TYPE_CHECKING

import numpy as np

from course_kit.callbacks.suggestions import Suggestion, in_words, smooth, suggest, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class LRCurve:
    """The losses that a search saw, and what they suggest.

    Args:
        rates: (steps,), learning rates.
        losses: (steps,), the loss of the batch trained with each; the last may be NaN.
        stopped: why the search ended, in words.

    Attributes:
        suggestions: what `course_kit.callbacks.suggestions.suggest` says: a mapping from
            ``steepest``, ``valley`` and ``minimum/10`` to a rate with its confidence, or None.

    Example:

    >>> x = np.linspace(-7, 1, 100)
    >>> curve = LRCurve(10**x, 2.3 - 1.5 / (1 + np.exp(-4 * (x + 3))), "all steps were made")
    >>> print(f"{curve.suggestions['steepest'].rate:.0e}")
    1e-03
    """

    def __init__(self, rates: np.ndarray, losses: np.ndarray, stopped: str) -> None:
        self.rates = np.asarray(rates, float)
        self.losses = np.asarray(losses, float)
        self.stopped = stopped
        self.suggestions: dict[str, Suggestion | None] = suggest(self.rates, self.losses)

    def __repr__(self) -> str:
        if not len(self.rates):
            return f"No learning rate was tried: {self.stopped}."
        return (
            f"{len(self.rates)} learning rates from {self.rates[0]:.2g} to {self.rates[-1]:.2g}; "
            f"{self.stopped}.\n{in_words(self.suggestions)}"
        )

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the losses over the rate, a smooth line through them, and the suggestions.

        Args:
            ax: axes to draw on; a new figure's if None.

        Returns:
            The axes.
        """
        from course_kit.figures.style import axes_or_new, line

        ax = axes_or_new(ax)
        good = np.isfinite(self.losses)
        rates, losses = self.rates[good], self.losses[good]
        ax.plot(rates, losses, **{**line(0), "linestyle": "", "alpha": 0.5}, label="each batch")
        if len(rates) >= 5:
            shown = tidy(losses)
            smoothed = smooth(np.log10(rates), shown)
            ax.plot(rates, smoothed, **{**line(1), "marker": ""}, label="smoothed")
            # What the loss does after it has left would press all else flat.
            margin = 0.2 * np.ptp(shown) + 1e-6
            ax.set_ylim(shown.min() - margin, shown.max() + margin)
        for index, (name, found) in enumerate(self.suggestions.items(), start=2):
            if found:
                height = np.interp(np.log10(found.rate), np.log10(rates), smoothed)
                look = {**line(index), "markersize": 11, "linestyle": "", "markeredgecolor": "k"}
                label = f"{name}: {found.rate:.2g} ({100 * found.confidence:.0f} % sure)"
                ax.plot(found.rate, height, **look, label=label)
        ax.set(xscale="log", xlabel="learning rate", ylabel="loss of the batch")
        ax.legend()
        return ax
