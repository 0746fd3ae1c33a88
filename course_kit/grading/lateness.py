"""How late a submission is, and what that costs: exact, and rounded once."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

from course_kit.checks.answers import clean
from course_kit.problems import Problem

Points = int | Decimal | Fraction
Extension = datetime | timedelta

# As Gradescope and Moodle write them, beside ISO 8601.
_FORMATS = (
    "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%d %H:%M %z",
    "%A, %d %B %Y, %I:%M %p",
    "%A, %d %B %Y, %I:%M:%S %p",
    "%A, %d %B %Y, %H:%M",
)
_UNITS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
_AMOUNT = r"(\d{1,6}(?:\.\d{1,6})?)\s*(%|points?)"
_PENALTY = re.compile(
    rf"{_AMOUNT}(?:\s*(?:/|per)\s*(hour|day|week))?(?:\s*[:,]?\s*max\s*{_AMOUNT})?",
    re.ASCII | re.IGNORECASE,
)
_SPAN = re.compile(r"(\d{1,4}(?:\.\d{1,6})?)\s*(hours?|days?|d|h)?", re.ASCII | re.IGNORECASE)
_JUST = timedelta(microseconds=1)


class BadTime(Problem):
    """A date, a span or a penalty that cannot be read; the text shows what would be."""


def moment(text: str) -> datetime:
    """Read a time: ISO 8601, or as Gradescope and Moodle (in English) write it.

    Without a zone it stays without one, which means the time of this machine.

    Raises:
        BadTime: if it is none of these, or a date without a time of day.
    """
    plain = re.sub(r"\s*Z$", "+00:00", text.strip())
    plain = re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", plain)  # Gradescope writes nanoseconds
    if re.search(r"[0-9]:[0-9]", plain):  # a date alone would be midnight, a day too early
        for read in (datetime.fromisoformat, *(_by(form) for form in _FORMATS)):
            try:
                when = read(plain)
            except ValueError:
                continue
            if 1970 < when.year < 2200:  # outside, arithmetic overflows; nobody meant it
                return when
            break
    raise BadTime(
        f"{clean(text, 60)!r} is no date and time. Write it as 2026-03-31T23:59, "
        "with a zone if it is not this machine's: 2026-03-31T23:59+01:00."
    )


def extension(text: str) -> Extension | None:
    """Read an extension: a new deadline, or days ("2", "1.5 days") or hours ("36 hours").

    Raises:
        BadTime: if it is none of these.
    """
    text = text.strip()
    if not text:
        return None
    if span := _SPAN.fullmatch(text):
        hours = (span[2] or "d").lower().startswith("h")
        seconds = Fraction(span[1]) * (3_600 if hours else 86_400)
        return timedelta(seconds=int(seconds))
    try:
        return moment(text)
    except BadTime:
        raise BadTime(
            f"{clean(text, 60)!r} is no extension. Write a number of days (2), "
            "hours (36 hours) or the new deadline (2026-04-02T23:59)."
        ) from None


@dataclass(frozen=True)
class Penalty:
    """What each unit of time begun takes off.

    Args:
        amount: percent of what was earned, or points.
        percent: which of the two.
        unit: one hour, day or week; None takes `amount` off once, however late.
        most: no more than this is taken off, in the same measure.
    """

    amount: Fraction
    percent: bool
    unit: timedelta | None = None
    most: Fraction | None = None

    @classmethod
    def read(cls, text: str) -> Penalty:
        """Read "10%/day", "10%/day max 50%", "5 points/hour", "20%".

        Raises:
            BadTime: if it is none of these, or more than 100 %.
        """
        found = _PENALTY.fullmatch(text.strip())
        if found is None or (found[4] and (found[2] == "%") != (found[5] == "%")):
            raise BadTime(
                f"{clean(text, 60)!r} is no penalty. Write it as 10%/day, 10%/day max 50%, "
                "5 points/day or 20% (per hour, day, week, or once)."
            )
        percent, unit = found[2] == "%", _UNITS[found[3].lower()] if found[3] else None
        amount, most = Fraction(found[1]), Fraction(found[4]) if found[4] else None
        if percent and max(amount, most or 0) > 100:
            raise BadTime(f"{clean(text, 60)!r} takes off more than 100 %. Write 100% at most.")
        return cls(amount, percent, unit, most)

    def units(self, late: timedelta) -> int:
        """The units begun: an hour late is one day of a penalty by the day."""
        return int(late > timedelta(0)) if self.unit is None else max(0, -(-late // self.unit))

    def taken(self, earned: Points, late: timedelta) -> Fraction:
        """What is taken off `earned`, exactly; never more than was earned."""
        amount = self.amount * self.units(late)
        if self.most is not None:
            amount = min(amount, self.most)
        off = amount * Fraction(earned) / 100 if self.percent else amount
        return min(off, max(Fraction(earned), Fraction(0)))

    def __str__(self) -> str:
        """As it would be typed."""
        unit = next((f"/{name}" for name, span in _UNITS.items() if span == self.unit), "")
        most = "" if self.most is None else f" max {self._measured(self.most)}"
        return self._measured(self.amount) + unit + most

    def _measured(self, amount: Fraction) -> str:
        return f"{rounded(amount)}%" if self.percent else f"{rounded(amount)} points"


@dataclass(frozen=True)
class LateRule:
    """When a class had to hand in, and what being late costs.

    Args:
        deadline: for all; without a zone, in the time of this machine.
        grace: up to this much late counts as in time; beyond it, lateness is counted
            from the deadline.
        penalty: taken off; None only tells how late.
    """

    deadline: datetime | None = None
    grace: timedelta = timedelta(0)
    penalty: Penalty | None = None

    def due(self, extended: Extension | None = None) -> datetime | None:
        """A student's own deadline. Days keep the time of day, also over a change of clocks."""
        if not isinstance(extended, timedelta):
            return extended or self.deadline
        if self.deadline is None:
            return None
        days = timedelta(days=extended.days)
        return instant(self.deadline + days) + (extended - days)


@dataclass(frozen=True)
class Lateness:
    """How late one submission is.

    Args:
        late: zero or less than a unit counts as it says; zero is in time.
        note: what the instructor should know; empty where nothing is out of the ordinary.
        known: False where it is late but nothing says by how much.
    """

    late: timedelta = timedelta(0)
    note: str = ""
    known: bool = True


def lateness(
    rule: LateRule,
    submitted: datetime | None,
    marked: bool | None = None,
    extended: Extension | None = None,
) -> Lateness:
    """How late a submission is.

    Where the system marks the late ones, its mark says whether and the time says by how
    much; where the two disagree nothing counts as late, and the note tells.

    Args:
        rule: the deadline and the grace.
        submitted: when it came, if that is known.
        marked: the system's own mark; None where it makes none.
        extended: the student's extension; a mark knows nothing of it.
    """
    due = rule.due(extended)
    late = None if submitted is None or due is None else instant(submitted) - instant(due)
    if late is not None and late <= rule.grace:
        late = timedelta(0)
    if marked is None:
        if late is None and due is not None:
            return Lateness(note="when it was handed in is not known")
        return Lateness(late or timedelta(0))
    if not marked:
        note = f"not marked late, but its time is {span(late)} after the deadline" if late else ""
        return Lateness(note=note)
    if late:
        return Lateness(late)
    if extended is not None:
        note = "" if late is not None else "marked late; the extension was taken to cover it"
        return Lateness(note=note)
    if late is not None:
        return Lateness(note="marked late, but its time is before the deadline")
    return Lateness(_JUST, "marked late, by how much is not known", known=False)


def instant(when: datetime) -> datetime:
    """The moment in UTC; a time without a zone is this machine's."""
    return when.astimezone(timezone.utc)


def rounded(points: Points) -> Decimal:
    """To hundredths, halves up: the only rounding there is."""
    hundredths = math.floor(Fraction(points) * 100 + Fraction(1, 2))
    shown = Decimal(hundredths).scaleb(-2)
    return shown.quantize(Decimal(1)) if hundredths % 100 == 0 else shown.normalize()


def span(late: timedelta) -> str:
    """A span in words: "2 d 3 h", "5 min", "20 s"; the two largest parts."""
    seconds = max(1, -(-late // timedelta(seconds=1)))
    days, seconds = divmod(seconds, 86_400)
    hours, seconds = divmod(seconds, 3_600)
    minutes, seconds = divmod(seconds, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    return " ".join([f"{count} {unit}" for count, unit in parts if count][:2])


def _by(form: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text, form)
