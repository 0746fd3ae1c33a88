"""What a person decided about grades: a claim voided for all, points set for one student.

Kept in ``decisions.json`` of the output folder, each with its reason, and applied to results
when they are read; the results themselves stay as they were judged.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from course_kit.checks.answers import clean
from course_kit.grading.settling import FinalRow
from course_kit.grading.store import Store
from course_kit.problems import Problem

NAME = "decisions.json"


class BadDecision(Problem):
    """A decision that cannot be made, or a file of them that cannot be read."""


@dataclass(frozen=True)
class Decisions:
    """All decisions about one class.

    Args:
        void: claim -> reason; it counts as met for everybody who handed in.
        points: student -> (final points, reason).
    """

    void: dict[str, str] = field(default_factory=dict)
    points: dict[str, tuple[str, str]] = field(default_factory=dict)

    def with_void(self, claim: str, reason: str) -> Decisions:
        """These, and one claim more that is voided."""
        return replace(self, void=self.void | {claim: clean(reason, 300)})

    def with_points(self, student: str, points: str, reason: str) -> Decisions:
        """These, and the points of one student.

        Raises:
            BadDecision: if `points` is no number that is at least 0.
        """
        try:
            number = Decimal(points)
            if not number.is_finite() or number < 0:
                raise InvalidOperation
        except InvalidOperation:
            raise BadDecision(f"Points are a number, at least 0. Received: {points!r}.") from None
        return replace(self, points=self.points | {student: (str(number), clean(reason, 300))})

    def result(self, result: dict[str, Any]) -> dict[str, Any]:
        """A result with the voided claims counted as met."""
        exercises = [
            exercise | {"claims": [self._claim(claim) for claim in exercise["claims"]]}
            for exercise in result["exercises"]
        ]
        earned = sum(c["earned"] for e in exercises for c in e["claims"])
        return result | {"exercises": exercises, "earned": earned}

    def row(self, row: FinalRow) -> FinalRow:
        """A row with the points that a person set, if one did."""
        if row.student not in self.points:
            return row
        points, reason = self.points[row.student]
        said = "; ".join(filter(None, [row.note, f"points set by hand: {reason}"]))
        return replace(row, final=Decimal(points), penalty=Decimal(0), reason="", note=said)

    def _claim(self, claim: dict[str, Any]) -> dict[str, Any]:
        if claim["claim"] not in self.void:
            return claim
        said = f"This claim was voided and counts as met: {self.void[claim['claim']]}"
        counted = {"passed": True, "withheld": False, "earned": claim["points"]}
        return claim | counted | {"seen": said, "hint": ""}


def read(folder: Path) -> Decisions:
    """The decisions of an output folder.

    Raises:
        BadDecision: if the file is damaged.
    """
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
        points = {str(name): (str(p), str(why)) for name, (p, why) in found["points"].items()}
        return Decisions({str(c): str(why) for c, why in found["void"].items()}, points)
    except FileNotFoundError:
        return Decisions()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadDecision(
            f"{folder / NAME} cannot be read ({type(error).__name__}). Mend or remove it."
        ) from None


def keep(store: Store, decisions: Decisions) -> None:
    """Write the decisions of an output folder."""
    text = json.dumps(asdict(decisions), indent=1, sort_keys=True) + "\n"
    store.write(store.folder / NAME, text)
