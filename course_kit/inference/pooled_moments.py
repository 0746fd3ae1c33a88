"""Mean and variance of all that was seen, put together from the moments of its parts."""

from typing import Any

import numpy as np


class PooledMoments:
    """Gather means and variances of batches into those of their union, in float64.

    Two parts of n_a and n_b elements, with ``delta = mean_b - mean_a``::

        n = n_a + n_b
        mean = mean_a + delta * n_b / n
        n * variance = n_a * variance_a + n_b * variance_b + delta^2 * n_a * n_b / n

    The last term is the spread between the parts, which the mean of their variances lacks.

    Example, for 1, 3 and 5:

    >>> pooled = PooledMoments()
    >>> pooled.add(2, mean=2.0, variance=1.0)
    >>> pooled.add(1, mean=5.0, variance=0.0)
    >>> float(pooled.mean), round(float(pooled.variance), 6), float(np.var([1, 3, 5]).round(6))
    (3.0, 2.666667, 2.666667)

    Source: Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for
    computing sample variances", 1979, equation 2.1.
    """

    def __init__(self) -> None:
        self.n: Any = 0.0
        self.mean: Any = 0.0
        self._squares: Any = 0.0  # sum of squared deviations from the mean

    def add(self, n: Any, mean: Any, variance: Any) -> None:
        """Add a part: its number of elements (0 is allowed), mean, and variance divided by n."""
        n, mean, variance = (np.asarray(v, "float64") for v in (n, mean, variance))
        total = self.n + n
        share = np.divide(n, total, out=np.zeros_like(total), where=total > 0)
        delta = mean - self.mean
        self._squares = self._squares + n * variance + delta**2 * self.n * share
        self.mean = self.mean + delta * share
        self.n = total

    @property
    def variance(self) -> Any:
        """The variance divided by n; 0 where there was no element."""
        return self._squares / np.maximum(self.n, 1.0)
