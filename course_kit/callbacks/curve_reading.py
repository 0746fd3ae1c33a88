"""What learning curves say, in words: still rising, gap, no gap.

Deck: C, Lecture 10.2, "Look at learning curves": a scatter plot with an exponentially
decaying moving average; still going up: train longer; a huge gap: overfitting, so regularize
or get more data; no gap: underfitting, so train longer or take a bigger model.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

FEWEST = 8  # epochs; of fewer, a slope and its noise cannot be told apart
WORTH = 0.05  # of the progress so far: what another such stretch must still bring
TOLERATED = 0.1  # of the progress so far: what training may be ahead of validation
SURE = 3.0  # standard errors


class Reading(NamedTuple):
    """What the curves say.

    Args:
        word: ``"still rising"``, ``"gap"``, ``"no gap"``, or None: it cannot be said.
        sentence: why, and what to do.
    """

    word: str | None
    sentence: str


def exponential_average(values: Sequence[float] | np.ndarray, smoothing: float) -> np.ndarray:
    """Smooth a noisy curve: ``a_t = sum_i smoothing**(t - i) * v_i / sum_i smoothing**(t - i)``.

    The division is what keeps its beginning from being drawn towards 0. Values that are not
    finite are left out.

    Args:
        values: (n,).
        smoothing: weight of the past, in [0, 1).

    Example:

    >>> exponential_average([1.0, 3.0], 0.5).round(4).tolist()
    [1.0, 2.3333]
    """
    total, mass = 0.0, 0.0
    averages = []
    for value in np.asarray(values, float):
        total, mass = smoothing * total, smoothing * mass
        if np.isfinite(value):
            total, mass = total + value, mass + 1
        averages.append(total / mass if mass else np.nan)
    return np.array(averages)


def read_curves(
    training: Sequence[float] | np.ndarray,
    validation: Sequence[float] | np.ndarray | None = None,
    highest_is_best: bool = False,
) -> Reading:
    """Read the last half of two curves, at least five epochs.

    Progress is what the training curve has gained, from its first value to its mean over that
    stretch. In this order:

    - ``"still rising"`` (better and better; a loss falls): the validation curve (training,
      where there is none) has a slope in the right direction, surely (one-sided t test at
      1 %, noise taken as independent), and going on so for another such stretch would bring
      more than a twentieth of the progress.
    - ``"gap"``: over the stretch, training is ahead of validation by more than a tenth of the
      progress.
    - ``"no gap"``: it is not.
    - None: fewer than 8 epochs; values that are not finite; no progress above the noise; no
      validation; or so much noise that a rise by a tenth of the progress could hide in it, or
      that the gap cannot be told from a tenth.

    Args:
        training: (epochs,).
        validation: (epochs,), or None.
        highest_is_best: as for an accuracy; not for a loss.

    Example:

    >>> epochs = np.arange(20)
    >>> loss = 0.1 + 2 * 0.6**epochs
    >>> read_curves(loss, loss + 0.02).word, read_curves(loss, 0.8 + loss).word
    ('no gap', 'gap')
    >>> read_curves(2 * 0.97**epochs, 2 * 0.97**epochs).word
    'still rising'
    """
    curves = [np.asarray(c, float) for c in (training, validation) if c is not None]
    count = min(len(c) for c in curves)
    if count < FEWEST:
        return Reading(None, f"Too short: {count} epochs; it takes {FEWEST}.")
    length = max(5, count // 2)
    sign = 1.0 if highest_is_best else -1.0
    curves = [sign * c[:count] for c in curves]  # from here on, higher is better
    last = [c[-length:] for c in curves]
    if not all(np.isfinite(c).all() for c in last) or not np.isfinite(curves[0][0]):
        return Reading(None, "There are values that are not finite.")
    progress = last[0].mean() - curves[0][0]
    _, noise = _slope(last[0])
    if progress <= SURE * noise:
        return Reading(None, "The training curve has not got better than it was at first.")
    rise, noise = _slope(last[-1])
    margin = _margin(noise, length)
    if rise > margin and rise * length > WORTH * progress:
        return Reading("still rising", f"It still gets better, by {rise:.2g} an epoch: train on.")
    if rise < margin and (rise + margin) * length > TOLERATED * progress:
        return Reading(None, "Too noisy: it may still get better, and it may not. Train on.")
    if len(last) < 2:
        return Reading(None, "It has levelled off. Without validation there is no gap to see.")
    return _read_gap(last[0] - last[1], progress)


def _read_gap(ahead: np.ndarray, progress: float) -> Reading:
    gap, error = ahead.mean(), ahead.std(ddof=1) / np.sqrt(len(ahead))
    allowed = TOLERATED * progress
    share = f"{100 * abs(gap) / progress:.0f} % of what it has gained"
    ahead_is = "training is" if gap >= 0 else "validation is"
    if SURE * error > allowed and abs(gap - allowed) < SURE * error:
        return Reading(None, f"Too noisy: {ahead_is} ahead by {share}, give or take as much.")
    if gap > allowed:
        text = f"Training is ahead by {share}: overfitting. Regularize more, or get more data."
        return Reading("gap", text)
    text = f"{ahead_is.capitalize()} ahead by {share}: no overfitting."
    return Reading("no gap", f"{text} Take a bigger model, or train longer.")


def _slope(values: np.ndarray) -> tuple[float, float]:
    """Give the slope of a line through the values, and the noise around it."""
    x = np.arange(len(values)) - (len(values) - 1) / 2
    slope = float(x @ values / (x @ x))
    rest = values - values.mean() - slope * x
    return slope, float(np.sqrt(rest @ rest / (len(values) - 2)))


def _margin(noise: float, length: int) -> float:
    """Give what a slope must exceed to be surely above 0."""
    from scipy.stats import t

    error = noise * np.sqrt(12 / (length * (length**2 - 1)))
    return float(t.ppf(0.99, length - 2) * error)
