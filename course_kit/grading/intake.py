"""All that an instructor hands over, read: the download, the roster, the pairs, the times."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

from course_kit.checks.answers import clean
from course_kit.grading.hand_ins import Found, HandIn, scan
from course_kit.grading.lateness import BadTime, LateRule, Penalty, moment
from course_kit.grading.layouts import recognise
from course_kit.grading.roster import Roster, read_groups, read_roster, read_times, refuse_early
from course_kit.grading.submission import Submission

ATTEMPTS = ("latest", "best")
MTIME = "mtime"


@dataclass(frozen=True)
class Options:
    """What an instructor says about a download; see docs/handing_in.md.

    Args:
        layout: of the folder; None recognises it.
        attempt: which of several notebooks of one student counts.
        roster: the class, as CSV.
        pairs: who shares a submission, as CSV.
        rule: deadline, grace and penalty.
        times: a CSV of times, or "mtime" for the files' own.
    """

    layout: str | None = None
    attempt: str = "latest"
    roster: Path | None = None
    pairs: Path | None = None
    rule: LateRule = field(default_factory=LateRule)
    times: str | None = None

    @classmethod
    def read(
        cls,
        layout: str | None = None,
        attempt: str = "latest",
        roster: Path | None = None,
        pairs: Path | None = None,
        deadline: str | None = None,
        late: str | None = None,
        grace: float = 0,
        times: str | None = None,
    ) -> Options:
        """The options as they are typed; `grace` in minutes.

        Raises:
            BadTime: if deadline, penalty, grace or attempt cannot be read.
        """
        if attempt not in ATTEMPTS:
            raise BadTime(f"There is no --attempt {clean(attempt, 40)!r}. Say latest or best.")
        if not 0 <= grace <= 100_000:
            raise BadTime(f"--grace {grace} is no number of minutes. Say 10 for ten minutes.")
        rule = LateRule(
            moment(deadline) if deadline else None,
            timedelta(minutes=grace),
            Penalty.read(late) if late else None,
        )
        return cls(layout, attempt, roster, pairs, rule, times)


@dataclass(frozen=True)
class Intake:
    """All that was read: the download, the class, the groups (line, ids) and the times by id."""

    found: Found
    roster: Roster | None = None
    groups: tuple[tuple[int, tuple[str, ...]], ...] = ()
    times: Mapping[str, datetime] | None = None
    changed: Mapping[Path, datetime] | None = None

    @property
    def notebooks(self) -> list[Submission]:
        """Every notebook, as a submission, to tell the lab by."""
        return [submission_of(found) for found in self.found.hand_ins if found.is_notebook]


def take_in(folder: Path, options: Options) -> Intake:
    """Read a download and what belongs to it.

    Raises:
        Problem: in one line, if a file is missing, unreadable or contradicts itself.
    """
    download = recognise(folder, options.layout)
    roster = read_roster(options.roster, download.layout) if options.roster else None
    if roster:
        refuse_early(roster, options.rule.deadline)
    if options.rule.penalty and not options.rule.deadline and download.layout != "canvas":
        raise BadTime("--late needs --deadline: only Canvas marks the late ones itself.")
    found = scan(download, roster)
    groups = tuple(read_groups(options.pairs)) if options.pairs else ()
    times, changed = {}, {}
    if options.times == MTIME:
        changed = {item.path: _changed(item.path) for item in found.hand_ins}
    elif options.times:
        times = read_times(Path(options.times), download.layout)
    return Intake(found, roster, groups, times, changed)


def submission_of(found: HandIn) -> Submission:
    """A file as the driver takes it, under the id that the system gives."""
    return Submission(clean(found.owners[0].id, 255), found.path)


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(os.lstat(path).st_mtime, timezone.utc)
