"""Labs, exercises and claims: what is asked, what it is worth, how it is judged.

A lab's folder holds ``probes.py`` (small functions that use the student's names
and return raw arrays; they run where the student's code is) and ``claims.py``
(which draws inputs, asks, and judges). The notebook's ``check``, pytest and the
grader all run the same claims through `judge`.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

from course_kit.checks.answers import clean
from course_kit.checks.draw import Draw
from course_kit.checks.expect import Mismatch
from course_kit.problems import Problem

ClaimFunction = Callable[["Student", Draw], None]
QuestionFunction = Callable[["Student"], Any]


class Student(Protocol):
    """Somebody's code, asked by probe: ``student(probes.forward, x, u, rate)``."""

    def __call__(self, probe: Callable[..., Any], *arguments: Any) -> Any:
        """The answer to one probe: an array, or a tuple of arrays."""


class StudentError(Exception):
    """A probe that gave no answer: the student's code raised, or gave no array."""


class StudentGone(StudentError):
    """A probe that gave no answer because the student's process ended."""


class AskingFailed(Exception):
    """The one who asks could not go on: no verdict on the student."""


class UnknownName(Problem, LookupError):
    """A lab or an exercise that does not exist; the text lists those that do."""


@dataclass(frozen=True)
class Claim:
    """One statement about an exercise, and the function that judges it.

    Args:
        exercise: the name the student fills in.
        points: what it is worth.
        judged_by: function of (student, draw); raises `Mismatch` where the claim fails.
        hint: a question that helps, never the answer.
        edge: True for a claim that an empty answer may meet (rate 0 changes
            nothing, say). It earns points only beside a claim that is not an edge.
    """

    exercise: str
    points: int
    judged_by: ClaimFunction
    hint: str
    edge: bool = False

    @property
    def name(self) -> str:
        """The function's name: what a wrong answer says it loses."""
        return self.judged_by.__name__

    @property
    def id(self) -> str:
        """A name that no other claim has: "inverted_dropout.survivors_are_scaled"."""
        return f"{self.exercise}.{self.name}"

    @property
    def text(self) -> str:
        """The claim in plain words: the first paragraph of its docstring."""
        return re.sub(r"\s+", " ", (self.judged_by.__doc__ or "").strip().split("\n\n")[0])


@dataclass(frozen=True)
class Verdict:
    """What came of one claim. `withheld`: it holds, but only as an edge case does."""

    claim: str
    text: str
    points: int
    passed: bool
    seen: str = ""
    hint: str = ""
    withheld: bool = False

    @property
    def earned(self) -> int:
        """Points: all of them, or none."""
        return self.points if self.passed and not self.withheld else 0


@dataclass
class Lab:
    """A lab's claims in the order they are shown.

    Args:
        name: as its notebook is called, for example "06_dropout".
        title: for people.
        allows: the parts of course_kit that its notebook may import while it is
            graded (never the part that holds what it asks for).
        cell_seconds: processor time one cell may take while it is graded.
        probe_seconds: processor time one answer may take.
        total_seconds: processor time of one submission, start-up included.
        forbidden: what each exercise's answer may not use; see `forbids`.
        written: the names that each exercise asks the notebook to define.
        questions: by exercise, what is asked with fixed inputs; see `course_kit.checks.mistakes`.
    """

    name: str
    title: str
    allows: tuple[str, ...] = ("data", "figures")
    cell_seconds: int = 60
    probe_seconds: int = 20
    total_seconds: int = 300
    claims: list[Claim] = field(default_factory=list)
    forbidden: dict[str, tuple[str, ...]] = field(default_factory=dict)
    written: dict[str, tuple[str, ...]] = field(default_factory=dict)
    questions: dict[str, tuple[QuestionFunction, ...]] = field(default_factory=dict)

    def forbids(self, exercise: str, *things: str, written_as: Sequence[str] = ()) -> None:
        """Name what an exercise asks to be written, and must therefore not be used in it.

        Args:
            exercise: whose answer may not use them. It has claims already.
            *things: dotted names of classes and functions, "keras.layers.Dropout"; strings,
                so that nothing is imported. A class stands for its subclasses too.
            written_as: the names that the notebook defines for this exercise, where they
                are not just the exercise's own.
        """
        self.claims_of(exercise)
        bad = [thing for thing in things if not re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)+", thing)]
        if bad:
            raise ValueError(f"expected dotted names such as keras.layers.Dropout, got {bad[0]!r}")
        self.forbidden[exercise] = self.forbidden.get(exercise, ()) + things
        self.written[exercise] = tuple(written_as) or (exercise,)

    def check(
        self, exercise: str, points: int, hint: str, edge: bool = False
    ) -> Callable[[ClaimFunction], ClaimFunction]:
        """Add the decorated function as a claim about `exercise`."""

        def add(function: ClaimFunction) -> ClaimFunction:
            claim = Claim(exercise, points, function, hint, edge)
            if not claim.text:
                raise ValueError(f"claim {claim.id} has no docstring to say what it claims")
            if any(claim.id == other.id for other in self.claims):
                raise ValueError(f"claim {claim.id} is there twice")
            self.claims.append(claim)
            return function

        return add

    def question(self, exercise: str) -> Callable[[QuestionFunction], QuestionFunction]:
        """Add the decorated function as a question about `exercise`, put to everybody.

        It asks a probe with fixed inputs and returns the answer, or what of it is not random:
        an array or a tuple of arrays. It is worth no points; known mistakes are recognised by it.
        """
        self.claims_of(exercise)

        def add(function: QuestionFunction) -> QuestionFunction:
            self.questions[exercise] = (*self.questions.get(exercise, ()), function)
            return function

        return add

    @property
    def exercises(self) -> list[str]:
        """The names that students fill in, in the order of the lab."""
        return list(dict.fromkeys(claim.exercise for claim in self.claims))

    @property
    def points(self) -> int:
        """What the whole lab is worth."""
        return sum(claim.points for claim in self.claims)

    def claims_of(self, exercise: str) -> list[Claim]:
        """The claims about one exercise; `UnknownName` if there is none of that name."""
        found = [claim for claim in self.claims if claim.exercise == exercise]
        if not found:
            raise UnknownName(
                f"{self.name} has no exercise {exercise!r}. It has: {', '.join(self.exercises)}."
            )
        return found

    @property
    def package(self) -> str:
        """The package of its probes and claims."""
        return f"course_kit.checks.{_folder(self.name)}"

    @property
    def probes(self) -> str:
        """The module that the student's process imports to answer."""
        return f"{self.package}.probes"


def judge(
    lab: Lab, exercise: str, student: Student, draw_for: Callable[[Claim], Draw]
) -> list[Verdict]:
    """Judge all claims of one exercise; what raises inside a claim fails that claim only."""
    claims = lab.claims_of(exercise)
    misses = [_miss(claim, student, draw_for(claim)) for claim in claims]
    works = any(miss is None and not claim.edge for claim, miss in zip(claims, misses, strict=True))
    return [
        Verdict(
            claim=claim.id,
            text=claim.text,
            points=claim.points,
            passed=miss is None,
            seen=miss or "",
            hint="" if miss is None else claim.hint,
            withheld=miss is None and claim.edge and not works,
        )
        for claim, miss in zip(claims, misses, strict=True)
    ]


def _miss(claim: Claim, student: Student, draw: Draw) -> str | None:
    """None where the claim holds, else what was seen."""
    try:
        claim.judged_by(student, draw)
    except AskingFailed:
        raise
    except (Mismatch, StudentError) as miss:
        return clean(str(miss), 600)
    except Exception as error:  # an answer so odd that the claim itself stumbled over it
        return clean(f"the answer could not be judged ({type(error).__name__}: {error})", 600)
    return None


def names() -> list[str]:
    """The labs that have claims, in order: ["00_first_steps", ...]."""
    import course_kit.checks

    folders = (module.name for module in pkgutil.iter_modules(course_kit.checks.__path__))
    return sorted(folder[3:] for folder in folders if re.fullmatch(r"lab\d\d_\w+", folder))


@cache
def load(name: str) -> Lab:
    """The lab called `name`: "06_dropout", "06" or "6".

    Raises:
        UnknownName: naming the labs there are.
    """
    known = names()
    number = name.zfill(2) if name.isdigit() else name
    for lab in known:
        if number in (lab, lab[:2]):
            return importlib.import_module(f"course_kit.checks.{_folder(lab)}.claims").lab
    raise UnknownName(f"There is no lab {name!r}. The labs are: {', '.join(known)}.")


def lab_of(exercise: str) -> Lab:
    """The lab that asks for `exercise`."""
    labs = list(all_labs())
    for lab in labs:
        if exercise in lab.exercises:
            return lab
    listed = "; ".join(f"{lab.name}: {', '.join(lab.exercises)}" for lab in labs)
    raise UnknownName(f"There is no exercise {exercise!r}. There are {listed}.")


def all_labs() -> Iterator[Lab]:
    """Every lab that has claims."""
    return (load(name) for name in names())


def _folder(name: str) -> str:
    return f"lab{name}"
