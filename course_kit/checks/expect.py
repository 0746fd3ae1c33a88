"""What a claim expects of an answer, and how a miss is told.

Each ``expect_*`` looks first at shape, kind of dtype and finiteness. A miss
raises `Mismatch`, whose text says what was seen, never what was wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

# How often a right answer may miss one count; a claim has two at most, and so fails it at most
# once in 10^8.
FALSE_ALARM = 5e-9

_KINDS = {
    "f": "floating-point numbers",
    "i": "whole numbers",
    "u": "whole numbers",
    "b": "booleans",
}


class Mismatch(AssertionError):
    """An answer that is not what the claim says; the text is what was seen."""


class Statistical(NamedTuple):
    """A claim that counts draws of the student's own, for tests that compute how often it errs.

    A lab lists its claims of this kind as `STATISTICAL` in its ``claims``.

    Args:
        claim: "exercise.claim".
        trials: what is counted, independent where the answer is right.
        probability: of each, as a function of the rate that was drawn.
        mistaken: known mistakes, each as the probability that it has instead.
    """

    claim: str
    trials: int
    probability: Callable[[float], float]
    mistaken: dict[str, Callable[[float], float]]


def expect_close(
    answer: Any,
    desired: Any,
    what: str = "output",
    rtol: float = 1e-4,
    atol: float = 1e-5,
) -> None:
    """Expect floating-point numbers equal to `desired` within ``atol + rtol * |desired|``.

    Args:
        answer: what the student's code returned.
        desired: what the judge computed from the draw.
        what: the name of the thing in the student's words, for the message.
    """
    desired = np.asarray(desired)
    answer = expect_array(answer, desired.shape, what)
    wrong = ~np.isclose(answer, desired, rtol=rtol, atol=atol)
    if wrong.any():
        raise Mismatch(_differences(answer, wrong, what))


def expect_equal(answer: Any, desired: Any, what: str = "output") -> None:
    """Expect exactly `desired`: whole numbers, booleans, counts."""
    desired = np.asarray(desired)
    answer = expect_array(answer, desired.shape, what, kinds=desired.dtype.kind.replace("i", "iu"))
    wrong = answer != desired
    if np.any(wrong):
        raise Mismatch(_differences(answer, np.asarray(wrong), what))


def expect_array(
    answer: Any, shape: tuple[int, ...], what: str = "output", kinds: str = "f"
) -> np.ndarray:
    """Expect an array of the given shape and kind of dtype, with finite entries.

    A tuple of plain numbers is an array of them.
    """
    if isinstance(answer, tuple) and any(np.ndim(part) for part in answer):
        raise Mismatch(f"{what}: {len(answer)} values came back where one was expected")
    answer = np.asarray(answer)
    if answer.shape != tuple(shape):
        raise Mismatch(f"{what}: expected shape {tuple(shape)}, got shape {answer.shape}")
    if answer.dtype.kind not in kinds:
        raise Mismatch(f"{what}: expected {_KINDS[kinds[0]]}, got dtype {answer.dtype}")
    if answer.dtype.kind == "f" and not np.isfinite(answer).all():
        bad = np.count_nonzero(~np.isfinite(answer))
        raise Mismatch(f"{what}: {bad:,} of {answer.size:,} values are NaN or infinite")
    return answer


def expect_binomial(count: int, trials: int, probability: float, what: str) -> None:
    """Expect a count that a Binomial(trials, probability) would give.

    A right answer misses the interval at most once in 2 * 10^8.
    """
    low, high = binomial_bounds(trials, probability)
    if not low <= count <= high:
        raise Mismatch(f"{what}: {count:,} of {trials:,} ({count / trials:.1%})")


def expect(condition: bool, seen: str) -> None:
    """Expect `condition`; `seen` is what to say where it does not hold."""
    if not bool(condition):
        raise Mismatch(seen)


def binomial_bounds(
    trials: int, probability: float, false_alarm: float = FALSE_ALARM
) -> tuple[int, int]:
    """The counts [low, high] that a Binomial leaves at most once in 1 / `false_alarm`."""
    from scipy import stats  # half a second that only statistical claims need

    # Not the frozen law, which SciPy makes by compiling a source.
    law, tail = stats.binom, false_alarm / 2
    # ppf(q) is the least k with P(X <= k) >= q, so P(X < ppf(q)) < q; the same above.
    return int(law.ppf(tail, trials, probability)), int(law.isf(tail, trials, probability))


def binomial_miss(trials: int, probability: float, mistaken: float) -> float:
    """How often a mistaken probability still lands inside the bounds for the right one."""
    from scipy import stats

    low, high = binomial_bounds(trials, probability)
    between = stats.binom.cdf(high, trials, mistaken) - stats.binom.cdf(low - 1, trials, mistaken)
    return float(between)


def _differences(answer: np.ndarray, wrong: np.ndarray, what: str) -> str:
    if answer.ndim == 0:
        return f"{what}: got {_number(answer)}"
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    share = f"{np.count_nonzero(wrong):,} of {wrong.size:,} values differ"
    where = "[" + ", ".join(map(str, first)) + "]"
    return f"{what}: {share}; the first at {where}, where yours is {_number(answer[first])}"


def _number(value: Any) -> str:
    kind = np.asarray(value).dtype.kind
    return f"{float(value):.4g}" if kind == "f" else str(value)
