"""When is a loss a jump? A robust limit above the losses just before."""

import math
from collections import deque

import numpy as np

# The median distance from the median, in units of the standard deviation of a normal.
NORMAL = 1.4826
SMALLEST_OF_MEDIAN = 0.01
SMALLEST_OF_START = 0.001


class SpikeDetector:
    """Tell losses that jump from losses that are noisy.

    With the median m of the last ``window`` losses, and the median distance from it, MAD::

        s = max(1.4826 * MAD, 0.01 * |m|, 0.001 * |m of the first window|)
        limit = m + threshold * s

    1.4826 * MAD is the standard deviation where the noise is normal, and one odd loss does
    not move it. The other two keep a loss from being called a jump that is flat, or almost
    nothing by now: with threshold 10, one is at least a tenth of the recent loss, and a
    hundredth of the loss at the start. A loss that is not finite is always a jump; others
    are not until a window is full. After a jump there is none until a loss was below the
    limit again: a loss that jumps and stays there is one jump.

    False alarms, of a million steps with window 50 and threshold 10, simulated, no trend:
    normal noise none; means of batches of 32 or 8 exponential losses (gamma) none and under
    10; lognormal noise of sigma 0.5 about 460; single exponential losses, as with batches of
    one example, about 1200. A falling loss gives fewer.

    Args:
        window: how many losses to compare with, at least 10.
        threshold: above 0.

    Example:

    >>> detector = SpikeDetector(window=10)
    >>> losses = [1.0, 1.1, 0.9, 1.0, 1.2, 0.9, 1.1, 1.0, 0.8, 1.0, 1.1, 9.0, 1.0]
    >>> [i for i, loss in enumerate(losses) if detector.is_spike(loss)]
    [11]
    """

    def __init__(self, window: int = 50, threshold: float = 10.0) -> None:
        self.threshold = threshold
        self._recent: deque[float] = deque(maxlen=window)
        self._start: float | None = None
        self._above = False

    @property
    def expected(self) -> float:
        """The median of the last losses; NaN if there were none."""
        return float(np.median(self._recent)) if self._recent else math.nan

    @property
    def limit(self) -> float:
        """What the next loss may reach; infinity until a window is full."""
        if len(self._recent) < (self._recent.maxlen or 0):
            return math.inf
        middle = self.expected
        self._start = middle if self._start is None else self._start
        spread = NORMAL * float(np.median(np.abs(np.array(self._recent) - middle)))
        least = max(SMALLEST_OF_MEDIAN * abs(middle), SMALLEST_OF_START * abs(self._start))
        return middle + self.threshold * max(spread, least)

    def is_spike(self, loss: float) -> bool:
        """Tell whether a jump begins with this loss, and take it to the others."""
        above = not math.isfinite(loss) or loss > self.limit
        begins = above and not self._above
        self._above = above
        if math.isfinite(loss):
            self._recent.append(loss)
        return begins
