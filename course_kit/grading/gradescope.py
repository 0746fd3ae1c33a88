"""Who handed in what, by the list that Gradescope puts beside its folders.

``submission_metadata.yml`` is Gradescope's own; it is read as plain text in a tree (no tag is
followed, no type is made), because what students wrote is quoted in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from course_kit.checks.answers import clean
from course_kit.grading.lateness import BadTime, moment
from course_kit.grading.submission import Refused, Submission
from course_kit.problems import Problem

METADATA = "submission_metadata.yml"
MAX_BYTES = 64 * 2**20
MAX_DEPTH = 100


class BadMetadata(Problem):
    """A list that is missing or cannot be read; the text says what to do."""


@dataclass(frozen=True)
class Submitter:
    """One of those who handed in: student id (or the e-mail, where there is none), name, e-mail."""

    id: str
    name: str
    email: str


@dataclass(frozen=True)
class Entry:
    """One submission: who, and when."""

    submitters: tuple[Submitter, ...]
    submitted: datetime | None


def read_metadata(path: Path) -> dict[str, Entry]:
    """The submissions by the names of their folders.

    Raises:
        BadMetadata: if the file cannot be read, or is not what Gradescope writes.
    """
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        data = Submission("", path).read()
        if len(data) > MAX_BYTES:
            raise Refused("it is larger than 64 MiB")
        if _depth(yaml.parse(data, loader)) > MAX_DEPTH:
            raise Refused("it is nested too deeply")
        tree = yaml.load(data, loader)
    except (Refused, yaml.YAMLError, RecursionError, ValueError) as error:
        why = error if isinstance(error, Refused) else type(error).__name__
        raise BadMetadata(f"{path} cannot be read ({why}). Download it again.") from None
    if not isinstance(tree, dict):
        raise BadMetadata(f"{path} holds no submissions. Download it again.")
    named = [name for name in tree if isinstance(name, str)]
    return {name: _entry(path, name, tree[name]) for name in named}


def _depth(events: Iterable[Any]) -> int:
    """How deep the tree is; the library's own descent would end in a crash, not an error."""
    depth = deepest = 0
    for event in events:
        name = type(event).__name__
        depth += name.endswith("StartEvent") - name.endswith("EndEvent")
        deepest = max(deepest, depth)
        if deepest > MAX_DEPTH:
            break
    return deepest


def _entry(path: Path, name: str, entry: Any) -> Entry:
    people = entry.get(":submitters") if isinstance(entry, dict) else None
    if not isinstance(people, list) or not all(isinstance(person, dict) for person in people):
        raise BadMetadata(f"{path}: {clean(name, 60)} has no ':submitters'. Download it again.")
    submitters = [_submitter(person) for person in people]
    when = entry.get(":created_at")
    try:
        submitted = moment(when) if isinstance(when, str) and when else None
    except BadTime as error:
        raise BadMetadata(f"{path}, {clean(name, 60)}: {error}") from None
    return Entry(tuple(s for s in submitters if s.id), submitted)


def _submitter(person: dict[str, Any]) -> Submitter:
    def field(key: str) -> str:
        value = person.get(key)
        value = clean(value, 200).strip() if isinstance(value, str) else ""
        return "" if value in ("~", "null") else value

    return Submitter(field(":sid") or field(":email"), field(":name"), field(":email"))
