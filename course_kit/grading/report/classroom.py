"""A class as a report sees it: its lab's claims, its isolation, a line for each student."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from course_kit.grading.examine import out_of_the_ordinary


@dataclass(frozen=True)
class Claim:
    """One claim as the lab words it."""

    claim: str
    exercise: str
    text: str
    points: int


@dataclass(frozen=True)
class Entry:
    """One line of the class.

    Args:
        student: the key by which the student is known in this folder.
        file: the name of the file handed in.
        digest: SHA-256 of its bytes; None where nothing was read.
        result: the result, or None; then `problem` says why.
        name: the student's name, if a roster told it.
        path: where the file lies, as it was; not to be shown as it is.
        system_name: what Canvas or Moodle called the file, or its folder; empty elsewhere.
        attempt: which attempt counted, as in "2 of 3".
        penalty: points taken off, for lateness for example.
        final: the points that count, where they are not those that were earned.
        reason: why `final` differs.
        note: what else the instructor should know of this line.
        ids: what other systems call the student: "canvas", "moodle", "sis", "login", "number".
    """

    student: str
    file: str
    digest: str | None = None
    problem: str = ""
    result: dict[str, Any] | None = None
    name: str = ""
    path: str = ""
    attempt: str = ""
    penalty: float = 0
    final: float | None = None
    reason: str = ""
    note: str = ""
    email: str = ""
    section: str = ""
    ids: dict[str, str] = field(default_factory=dict)
    system_name: str = ""

    @property
    def shown_name(self) -> str:
        """The name if there is one, else the key."""
        return self.name or self.student

    @property
    def absent(self) -> bool:
        """Whether nothing was handed in."""
        return not self.file and self.result is None

    @property
    def graded(self) -> bool:
        """Whether there is a number to give: a result, or points set by a person."""
        return self.result is not None or self.final is not None

    @property
    def earned(self) -> float:
        """Points that the claims gave; 0 where there is no result."""
        return self.result["earned"] if self.result else 0

    @property
    def counted(self) -> float:
        """Points that count, penalty and decisions included; never below 0."""
        return self.final if self.final is not None else max(0, self.earned - self.penalty)

    @property
    def exercises(self) -> dict[str, float]:
        """Points by exercise."""
        found = self.result["exercises"] if self.result else []
        return {e["name"]: sum(claim["earned"] for claim in e["claims"]) for e in found}

    @property
    def flags(self) -> list[dict[str, str]]:
        """What was found that a person should decide."""
        return self.result.get("flags") or [] if self.result else []

    @property
    def said(self) -> str:
        """One line about what was out of the ordinary, if anything was."""
        return self.problem or out_of_the_ordinary(self.result)


@dataclass(frozen=True)
class Classroom:
    """A class as an output folder holds it.

    Args:
        questions: those to be answered in words, by the id of their cell.
        level: the isolation reached; `shown` says what stands behind the word.
        salt: the fingerprint, not the salt.
        layout: of the download; empty where an earlier version did not keep it.
    """

    lab: str
    title: str
    points: float
    claims: list[Claim]
    questions: dict[str, str]
    level: str
    shown: str
    practice: bool
    salt: str
    kit: str
    entries: list[Entry]
    layout: str = ""

    @property
    def missing_layout(self) -> str:
        """One line for the instructor where nothing says who wrote the names of the files."""
        if self.layout:
            return ""
        return (
            "An earlier version graded this class and did not keep the download's layout: no "
            "student is named by a file's name. Grade again to mend that."
        )

    @property
    def exercises(self) -> list[str]:
        """The exercises in the lab's order."""
        return list(dict.fromkeys(claim.exercise for claim in self.claims))

    def worth(self, exercise: str) -> float:
        """Points of one exercise."""
        return sum(claim.points for claim in self.claims if claim.exercise == exercise)
