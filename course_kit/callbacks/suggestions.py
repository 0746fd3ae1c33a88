"""What rates a learning-rate curve suggests, each with a confidence, or None.

Smith, "Cyclical learning rates for training neural networks", 2017, section 3.3. Decks: C,
Lecture 10.2, "Learning rate"; M, which raises the rate every few iterations and takes the
value before the loss leaves.

No moving average: it answers late, by a factor of four for a weight of 0.98 on a hundred
steps. Falls of many widths and three shapes are laid over the curve instead, at every place;
each explains the losses more or less well, and that is how much it has to say.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

FACTOR = 1.5  # an answer is right within this factor, and its confidence says how surely it is
FALSE_ALARM = 1e-6  # of the F test; a flat curve offers many places where a fall might be
CENTRE_STEP = 0.02  # decades between the places tried
SLOPES = np.geomspace(0.8, 14.0, 12)  # per decade: falls from five decades to a third of one
FEWEST = 8  # steps before the loss turns; fewer say nothing


class Suggestion(NamedTuple):
    """A learning rate, and how surely the place it stands for is within a factor 1.5 of it.

    Args:
        rate: the suggested learning rate.
        confidence: probability in [0, 1], as far as the noise of the batches is independent.
    """

    rate: float
    confidence: float


class _Falls(NamedTuple):
    """All falls that were tried: weight, steepest place and middle, in decades, and noise."""

    weights: np.ndarray
    steepest: np.ndarray
    middle: np.ndarray
    noise: float


def suggest(
    rates: Sequence[float] | np.ndarray, losses: Sequence[float] | np.ndarray
) -> dict[str, Suggestion | None]:
    """Suggest learning rates from the loss that was seen at each of them.

    - ``steepest``: where the loss falls fastest over the logarithm of the rate,
      ``argmin d loss / d log(rate)``.
    - ``valley``: half way, in decades, between 10 and 90 % of the fall. The more cautious of
      the two on a fall that starts slowly, the bolder one on a fall with a long tail.
    - ``minimum/10``: a tenth of the rate at which the loss is lowest.

    Args:
        rates: (steps,), positive and rising, about evenly spaced in their logarithms.
        losses: (steps,), the loss of each batch, unsmoothed, of any sign. What follows the
            first NaN or infinity is left out.

    Returns:
        A mapping from the three names to a `Suggestion`, or to None where the curve has no
        such place: all three on a curve that is flat, only rises or only shows noise, and the
        last on one that never turns up again.

    Raises:
        ValueError: shapes that differ, or rates that are not positive and rising.

    Example:

    >>> x = np.linspace(-7, 1, 100)
    >>> answer = suggest(10**x, 2.3 - 1.5 / (1 + np.exp(-4 * (x + 3))))["steepest"]
    >>> round(answer.rate, 4), round(answer.confidence, 2)
    (0.001, 1.0)
    """
    x, y = _checked(rates, losses)
    found: dict[str, Suggestion | None] = dict.fromkeys(("steepest", "valley", "minimum/10"))
    if len(x) < FEWEST or np.ptp(y) == 0:
        return found
    y = tidy(y)
    turn = int(smooth(x, y).argmin()) + 1
    falls = _falls(x[:turn], y[:turn])
    if falls is None:
        return found
    found["steepest"] = _middle_of(falls.steepest, falls.weights)
    found["valley"] = _middle_of(np.clip(falls.middle, x[0], x[turn - 1]), falls.weights)
    lowest = _minimum(x, y, falls.noise)
    if lowest is not None:
        found["minimum/10"] = Suggestion(lowest.rate / 10, lowest.confidence)
    return found


def smooth(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Smooth ``y`` by a parabola through the decade around each point: symmetric, so no lag.

    Args:
        x: (steps,), evenly spaced decimal logarithms of the rates.
        y: (steps,), finite.

    Returns:
        (steps,); the values themselves where there are fewer than five.

    Example:

    >>> smooth(np.linspace(-7, 1, 9), np.arange(9.0) ** 2).round(6).tolist()
    [0.0, 1.0, 4.0, 9.0, 16.0, 25.0, 36.0, 49.0, 64.0]
    """
    from scipy.signal import savgol_filter

    window = _window(x)
    return np.array(y) if window < 5 else savgol_filter(y, window, 2, mode="interp")


def without_outliers(y: np.ndarray, width: int = 5) -> np.ndarray:
    """Draw what stands out from its neighbours' median by four deviations back to that bound.

    Args:
        y: (steps,), finite.
        width: neighbours whose median is taken, odd.

    Example:

    >>> without_outliers(np.array([1.0, 1, 1, 9, 1, 1, 1])).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    around = np.lib.stride_tricks.sliding_window_view(np.pad(y, width // 2, "reflect"), width)
    middle = np.median(around, axis=-1)
    # 1.48 makes a median of absolute deviations a standard deviation. The median of five
    # follows its own point, so that what is left is smaller than the noise by a fifth.
    bound = 4 * 1.2 * 1.4826 * np.median(np.abs(y - middle))
    return middle + np.clip(y - middle, -bound, bound)


def tidy(y: np.ndarray) -> np.ndarray:
    """Take outliers away, and cut off the end, which explodes and would bend every fit.

    The cut is as far above the first losses as the lowest one is below them.

    Args:
        y: (steps,), finite.

    Example:

    >>> float(tidy(np.array([2.0, 2, 2, 2, 2, 1.5, 1, 1, 1, 50, 60, 70])).max())
    3.0
    """
    y = without_outliers(y)
    start = float(np.median(y[: max(5, len(y) // 10)]))
    return np.minimum(y, 2 * start - y.min())


def _checked(rates: Any, losses: Any) -> tuple[np.ndarray, np.ndarray]:
    """Give log10 of the rates, and the losses, up to the first that is not finite."""
    rates, losses = np.asarray(rates, float), np.asarray(losses, float)
    if rates.ndim != 1 or rates.shape != losses.shape:
        raise ValueError(
            "`rates` and `losses` must both be of shape (steps,). Received: shapes "
            f"{rates.shape} and {losses.shape}. Pass one loss for each rate."
        )
    if not (np.all(rates > 0) and np.all(np.isfinite(rates)) and np.all(np.diff(rates) > 0)):
        raise ValueError(
            "`rates` must be positive, finite and rising. Received: "
            f"rates={np.array2string(rates, threshold=6)}. Pass the rates, not their logarithms."
        )
    finite = np.isfinite(losses)
    end = len(losses) if finite.all() else int(finite.argmin())
    return np.log10(rates[:end]), losses[:end]


def _window(x: np.ndarray) -> int:
    """Points in a decade: odd, at least five, no more than there are."""
    wanted = max(5, round((len(x) - 1) / (x[-1] - x[0])) | 1)
    return min(wanted, len(x) - 1 + len(x) % 2)


def _templates(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Falls from 0 to -1, steepest at z = 0: even, with a long tail, with a slow start.

    Returns the falls, (3, *z.shape), and for each how far from z = 0 its middle is.
    """
    z = np.clip(z, -40, 40)
    late = np.exp(-np.exp(-1.5 * z))
    early = 1 - np.exp(-np.exp(1.5 * z))
    reach = np.log(np.log([10.0, 10 / 9]))  # of the Gompertz curve: to 10 %, to 90 %
    offset = -reach.mean() / 1.5
    return -np.stack([1 / (1 + np.exp(-z)), late, early]), np.array([0.0, offset, -offset])


def _falls(x: np.ndarray, y: np.ndarray) -> _Falls | None:
    """Fit ``y = a + b * fall(slope * (x - centre))`` for all of them; None if none is better.

    With Gaussian noise of variance s^2, a model that lowers the sum of squares by ``gain``
    has the likelihood ``exp(gain / (2 s^2))`` against a constant.
    """
    from scipy.stats import f as f_distribution

    freedom = len(x) - 4  # less level, depth, place and slope
    if freedom < FEWEST - 4:
        return None
    centres = np.arange(x[0], x[-1] + CENTRE_STEP, CENTRE_STEP)
    fall, offset = _templates(SLOPES[:, None, None] * (x - centres[:, None]))
    fall = fall - fall.mean(-1, keepdims=True)  # (shape, slope, centre, steps)
    product = fall @ (y - y.mean())
    gain = np.maximum(product, 0) ** 2 / np.maximum((fall**2).sum(-1), 1e-9)
    total = ((y - y.mean()) ** 2).sum()
    # A curve without noise is still no better known than the templates' shapes are.
    variance = max((total - gain.max()) / freedom, 1e-6 * total / len(x))
    if not total or f_distribution.sf(gain.max() / 3 / variance, 3, freedom) > FALSE_ALARM:
        return None
    weights = np.exp((gain - gain.max()) / (2 * variance))
    middle = centres + offset[:, None, None] / SLOPES[:, None]
    return _Falls(weights, np.broadcast_to(centres, weights.shape), middle, variance**0.5)


def _minimum(x: np.ndarray, y: np.ndarray, noise: float) -> Suggestion | None:
    """Place the lowest point: by each point's odds of being as low as the lowest one."""
    level = smooth(x, y)
    error = noise * 1.5 / _window(x) ** 0.5  # of a parabola's middle, from so many points
    above = (level - level.min()) / error
    if above[-1] < 3:
        return None  # it never turned
    return _middle_of(x, np.exp(-(above**2) / 2))


def _middle_of(places: np.ndarray, weights: np.ndarray) -> Suggestion:
    """Take the weighted median of places in decades, and the weight near it."""
    order = np.argsort(places, axis=None)
    places, weights = places.ravel()[order], weights.ravel()[order]
    share = weights.cumsum() / weights.sum()
    median = places[min(int(np.searchsorted(share, 0.5)), len(places) - 1)]
    near = np.abs(places - median) <= np.log10(FACTOR)
    return Suggestion(float(10**median), float(weights[near].sum() / weights.sum()))


def in_words(suggestions: Mapping[str, Suggestion | None]) -> str:
    """Say the suggestions on one line each.

    >>> print(in_words({"steepest": Suggestion(0.00123, 0.9), "minimum/10": None}))
    steepest: 0.0012 (confidence 90 %)
    minimum/10: none, the curve has no such place
    """
    return "\n".join(
        f"{name}: {s.rate:.2g} (confidence {s.confidence:.0%})".replace("%)", " %)")
        if s
        else f"{name}: none, the curve has no such place"
        for name, s in suggestions.items()
    )
