"""What the claims say about the class, and the class about the claims."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from course_kit.grading.report.classroom import Claim, Classroom, Entry

# Below that many results a correlation says nothing.
MIN_RESULTS = 3
# A claim that more able students do not meet more often tells nobody apart.
WEAK = 0.1


@dataclass(frozen=True)
class Item:
    """One claim over the class.

    Args:
        number: its place in the lab, from 1.
        met, of: how many earned its points, of how many that could be read.
        discrimination: point-biserial correlation of meeting this claim with the points
            of all *other* claims (corrected item-rest), in [-1, 1]; None where there is none.
        why: then the reason, in words.
    """

    number: int
    claim: Claim
    met: int
    of: int
    discrimination: float | None
    why: str = ""

    @property
    def rate(self) -> float:
        """Share that met it, in [0, 1]."""
        return self.met / self.of if self.of else 0.0

    @property
    def odd(self) -> bool:
        """Whether the claim deserves a look: those who know the rest do not meet it more often."""
        return self.discrimination is not None and self.discrimination < WEAK


@dataclass(frozen=True)
class Spread:
    """Five numbers about many: count, mean, median, 90th percentile, largest."""

    count: int
    mean: float
    median: float
    ninety: float
    largest: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        """Summarize `values`; all zero where there are none."""
        if not values:
            return cls(0, 0.0, 0.0, 0.0, 0.0)
        median, ninety = np.percentile(values, [50, 90])
        return cls(len(values), float(np.mean(values)), float(median), float(ninety), max(values))


def readable(classroom: Classroom) -> list[Entry]:
    """The entries whose notebook ran: an unreadable one says nothing about a claim."""
    return [e for e in classroom.entries if e.result and not e.result["unreadable"]]


def items(classroom: Classroom) -> list[Item]:
    """Pass rate and discrimination of every claim."""
    entries = readable(classroom)
    earned = {claim.claim: np.zeros(len(entries)) for claim in classroom.claims}
    for row, entry in enumerate(entries):
        for exercise in entry.result["exercises"] if entry.result else []:
            for claim in exercise["claims"]:
                if claim["claim"] in earned:
                    earned[claim["claim"]][row] = claim["earned"]
    total = sum(earned.values(), np.zeros(len(entries)))
    found = []
    for number, claim in enumerate(classroom.claims, start=1):
        points = earned[claim.claim]
        value, why = discrimination(points > 0, total - points)
        met = int(np.count_nonzero(points))
        found.append(Item(number, claim, met, len(entries), value, why))
    return found


def discrimination(met: np.ndarray, rest: np.ndarray) -> tuple[float | None, str]:
    """Point-biserial correlation of meeting a claim with the points of the others.

    Returns:
        The correlation and "", or None and the reason why there is none.
    """
    from scipy import stats  # half a second that only reports need

    if len(met) < MIN_RESULTS:
        return None, f"fewer than {MIN_RESULTS} results"
    if met.all():
        return None, "everyone met it"
    if not met.any():
        return None, "nobody met it"
    if np.ptp(rest) == 0:
        return None, "the other claims do not differ"
    value = float(stats.pointbiserialr(met, rest).statistic)
    # Rounding can leave a correlation of one a hair above it.
    return (None, "undefined") if math.isnan(value) else (min(1.0, max(-1.0, value)), "")


def mistakes(classroom: Classroom) -> list[tuple[str, str, int]]:
    """Known mistakes as (exercise, sentence, students), the most frequent first."""
    counted: Counter[tuple[str, str]] = Counter()
    for entry in classroom.entries:
        found = (entry.result or {}).get("mistakes") or []
        counted.update({(mistake["exercise"], mistake["sentence"]) for mistake in found})
    ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(exercise, sentence, count) for (exercise, sentence), count in ordered]
