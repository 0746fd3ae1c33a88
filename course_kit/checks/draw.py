"""Draws: the numbers a claim asks with, which nobody can know beforehand."""

from __future__ import annotations

import hashlib
import hmac

import numpy as np


class Draw:
    """Random inputs for one claim, repeatable from a secret key.

    Args:
        key: bytes; the same key gives the same draws in the same order.

    Example:
        >>> draw = Draw(b"seed")
        >>> draw.normal(2, 3).shape
        (2, 3)
    """

    def __init__(self, key: bytes):
        digest = hashlib.sha256(key).digest()
        self._random = np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "big")))

    def normal(self, *shape: int) -> np.ndarray:
        """Standard normal float32 numbers, none closer to zero than 1e-3.

        An exact or nearly exact zero could not be told from a dropped unit.
        """
        x = self._random.standard_normal(shape)
        return np.where(np.abs(x) < 1e-3, 1e-3, x).astype(np.float32)

    def uniform(self, *shape: int) -> np.ndarray:
        """Uniform float32 numbers in (0, 1), on the odd multiples of 2^-13.

        A rate with two decimals is at least 4e-6 away from each of them, so that
        ``u < rate`` has one answer, in float32 as in float64.
        """
        grid = self._random.integers(0, 2**12, size=shape)
        return ((2 * grid + 1) / 2**13).astype(np.float32)

    def rate(self) -> float:
        """A probability of dropping, two decimals, in [0.10, 0.40] or [0.60, 0.90].

        Not near 0.5, where dropping and keeping cannot be told apart.
        """
        low = int(self._random.integers(10, 41))
        return float(low if self._random.random() < 0.5 else 100 - low) / 100

    def integer(self, low: int, high: int) -> int:
        """A whole number in [low, high], both ends included."""
        return int(self._random.integers(low, high + 1))

    def integers(self, low: int, high: int, *shape: int) -> np.ndarray:
        """Whole numbers in [low, high] as int32, both ends included."""
        return self._random.integers(low, high + 1, size=shape).astype(np.int32)

    def permutation(self, count: int) -> np.ndarray:
        """The numbers 0 to count - 1 in random order, int32."""
        return self._random.permutation(count).astype(np.int32)


def derive(secret: bytes, *names: str) -> bytes:
    """HMAC-SHA256 of `names` under `secret`: one key for each thing that is named.

    Names are joined with their lengths, so that ("ab", "c") and ("a", "bc") differ.
    """
    message = b"".join(len(name.encode()).to_bytes(4, "big") + name.encode() for name in names)
    return hmac.new(secret, message, hashlib.sha256).digest()
