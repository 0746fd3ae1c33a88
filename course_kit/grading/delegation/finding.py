"""What was found: three short plain texts, few of them, whoever made them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from course_kit.checks.answers import clean

MAX_EVIDENCE = 200  # characters
MAX_OF_EXERCISE = 8
MAX_FINDINGS = 60

# What no lab names, and any answer may be found to use.
REFERENCE = "the grader's own computation"
UNREAD = "code too long or too deeply nested to look at"


@dataclass(frozen=True)
class Finding:
    """One sign that an exercise was delegated.

    Args:
        exercise: whose answer it is about.
        what: the forbidden thing, as the lab names it, or `REFERENCE`, or `UNREAD`.
        evidence: where it was seen, for the instructor.
    """

    exercise: str
    what: str
    evidence: str

    @property
    def told(self) -> str:
        """What the student reads."""
        if self.what == UNREAD:
            return f"Your answer uses {self.what}."
        return f"Your answer uses {self.what}; this exercise asks you to write it."

    @property
    def line(self) -> str:
        """The finding as one text that `read` takes back."""
        return "\n".join((self.exercise, self.what, clean(self.evidence, MAX_EVIDENCE)))

    @classmethod
    def read(cls, line: str, forbidden: Mapping[str, Sequence[str]]) -> Finding | None:
        """A finding as it came over the wire, or None where it is none of this lab's.

        The student's process sent it: names that the lab does not know are no
        findings, and the evidence is cleaned again.
        """
        exercise, _, rest = line[: 4 * MAX_EVIDENCE + 400].partition("\n")
        what, _, evidence = rest.partition("\n")
        if exercise not in forbidden or what not in (*forbidden[exercise], REFERENCE, UNREAD):
            return None
        return cls(exercise, what, clean(evidence, MAX_EVIDENCE))


class Findings:
    """A bounded list of findings, each kept once, that threads may add to."""

    def __init__(self) -> None:
        self._kept: dict[Finding, None] = {}
        self._lock = Lock()

    def add(self, exercise: str, what: str, evidence: str) -> None:
        """Keep one more, unless there are enough of this exercise, or of all."""
        finding = Finding(exercise, what, clean(evidence, MAX_EVIDENCE))
        with self._lock:
            of_exercise = sum(other.exercise == exercise for other in self._kept)
            if of_exercise < MAX_OF_EXERCISE and len(self._kept) < MAX_FINDINGS:
                self._kept[finding] = None

    def __iter__(self) -> Iterator[Finding]:
        return iter(list(self._kept))
