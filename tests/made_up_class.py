"""A class for tests of reports: results as the grader writes them, of students who never were."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from course_kit.checks import Lab, load
from course_kit.checks.handout import questions
from course_kit.grading.examine import result_key, salt_fingerprint
from course_kit.grading.settling import FinalRow
from course_kit.grading.store import Store
from course_kit.grading.submission import Submission

LAB = load("06_dropout")
NAMES = tuple(
    f"{name} {family}"
    for family in ("Lovelace", "Núñez", "Yılmaz", "Ó Briain", "van Dijk", "Groß", "雷")
    for name in ("Ada", "Ben", "Søren", "Joana", "Kofi")
)
MOST = "the mask is drawn anew for each sample so that no unit can lean on another"


class Shown:
    """What a run was shown to reach."""

    def __init__(self, level: str = "contained", text: str = "contained: files yes, memory yes"):
        self.level, self._text = level, text

    def __str__(self) -> str:
        return self._text


def a_row(
    student: str,
    file: str,
    result: dict[str, Any] | None = None,
    problem: str = "",
    path: str = "",
    **more: Any,
) -> FinalRow:
    """A row as the gradebook settles it."""
    submission = Submission(student, Path(path)) if path else None
    return FinalRow(
        student, file=file, result=result, problem=problem, submission=submission, **more
    )


def a_result(
    store: Store, seed: str, met: dict[str, bool] | bool = True, lab: Lab = LAB, **changes: Any
) -> dict[str, Any]:
    """A result, kept in the store: of each claim whether it was met."""
    digest = hashlib.sha256(seed.encode()).hexdigest()
    exercises = []
    for exercise in lab.exercises:
        claims = []
        for claim in lab.claims_of(exercise):
            passed = met if isinstance(met, bool) else met[claim.id]
            claims.append(
                {
                    "claim": claim.id,
                    "text": claim.text,
                    "points": claim.points,
                    "earned": claim.points * passed,
                    "passed": passed,
                    "seen": "" if passed else "output: 12 of 64 values differ; the first at [0, 3]",
                    "hint": "" if passed else claim.hint,
                    "withheld": False,
                }
            )
        exercises.append({"name": exercise, "claims": claims})
    key = result_key(lab, digest, store.salt, "contained")
    result = {
        "key": key | {"salt": salt_fingerprint(store.salt)},
        "lab": lab.name,
        "points": lab.points,
        "earned": sum(c["earned"] for e in exercises for c in e["claims"]),
        "exercises": exercises,
        "notes": [],
        "unreadable": None,
        "seconds": 0.5,
        "cpu_seconds": 0.4,
    } | changes
    store.keep(digest, result)
    return result


def a_class(store: Store, count: int, seed: int = 0) -> list[FinalRow]:
    """A class whose students differ in ability and whose claims differ in difficulty."""
    random = np.random.default_rng(seed)
    difficulty = {claim.id: random.normal(-0.7, 1.2) for claim in LAB.claims}
    asked = questions(LAB.name)
    rows = []
    for number in range(count):
        ability = random.normal()
        chance = {c: 1 / (1 + np.exp(1.5 * (d - ability))) for c, d in difficulty.items()}
        chance[LAB.claims[2].id] = 0.7  # one that tells nobody apart
        met = {claim: bool(random.random() < p) for claim, p in chance.items()}
        met[LAB.claims[0].id] = True  # and one that all meet
        extra: dict[str, Any] = {
            "seconds": round(float(random.gamma(4, 0.12)), 3),
            "cpu_seconds": round(float(random.gamma(4, 0.1)), 3),
            "reflections": [
                {"id": q, "question": text, "text": _words(random, number)}
                for q, text in asked.items()
                if random.random() < 0.8
            ],
        }
        if number % 7 == 3:
            extra["notes"] = [f"Code cell {number}: NameError: name 'x_{number}' is not defined"]
        if number % 5 == 1:
            extra["mistakes"] = [
                {"exercise": LAB.exercises[0], "sentence": "The survivors were not scaled up."}
            ]
        if number % 11 == 6:
            what = "keras.layers.Dropout was called"
            evidence = "cell 12, line 3: return keras.layers.Dropout(rate)(x)"
            extra["flags"] = [
                {"exercise": LAB.exercises[1], "what": what, "evidence": evidence},
            ]
        name = NAMES[number % len(NAMES)] + (f" {number}" if number >= len(NAMES) else "")
        login = f"s{1000 + number}"
        more: dict[str, Any] = {"name": name}
        more["path"] = f"{login}_{5000 + number}_{90000 + number}_06_dropout.ipynb"
        if number % 19 == 18:
            more["problem"] = "The file was not read: it is a link, and links are not followed."
        else:
            more["result"] = a_result(store, f"{seed}-{number}", met, **extra)
        if number % 13 == 5:
            more |= {"penalty": Decimal(10), "reason": "handed in 3 hours late: 10 points off"}
        rows.append(a_row(login, f"06_dropout_{number}.ipynb", **more))
    return rows


def _words(random: np.random.Generator, number: int) -> str:
    words = MOST.split()
    lines = [" ".join(random.choice(words, 12)) for _ in range(int(random.integers(1, 4)))]
    return "\n".join(lines) + f"\n(student no. {number})"
