"""The hostile notebooks: sections of ``cells/``, and documents that are themselves the attack."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from attacks.crafted import notebook

CELLS = Path(__file__).parent / "cells"
RIGHT = """
import numpy as np
def exponential_average(values, beta):
    average, averages = 0.0, []
    for step, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**step))
    return np.array(averages)
"""


@dataclass(frozen=True)
class Hostile:
    """One hostile notebook.

    Args:
        says: a pattern of what the notes or the claims say of it; ``^$`` for nothing.
        as_first: the same where it is the first process of a namespace, if that is another.
        answers: whether a right answer stands behind it, which then must count.
    """

    name: str
    data: bytes = field(repr=False)
    says: str
    answers: bool = True
    as_first: str = ""

    def __str__(self) -> str:
        return self.name


def from_cells() -> list[Hostile]:
    """Those of ``cells/``, in order."""
    found = []
    for path in sorted(CELLS.glob("*.py")):
        sections = re.split(r"^# %% (\w+)$", path.read_text(encoding="utf-8"), flags=re.M)
        for name, section in zip(sections[1::2], sections[2::2], strict=True):
            says = re.search(r"^# says: (.*)$", section, re.M)
            assert says, f"{name} does not say what is said of it"
            answers = "# answers: False" not in section
            cells = [section, RIGHT] if answers else [section]
            first = re.search(r"^# says as the first process: (.*)$", section, re.M)
            as_first = first[1] if first else ""
            found.append(Hostile(name, notebook(*cells), says[1], answers, as_first))
    return found


DOCUMENTS = [
    Hostile("nothing", b"", "not valid JSON", False),
    Hostile("brackets", b"[" * 10**6, "cannot be read|not valid JSON", False),
    Hostile(
        "many_empty_lists",
        b'{"nbformat": 4, "metadata": {"x": [' + b"[]," * 3 * 10**6 + b"[]]}, "
        b'"cells": [], "nbformat_minor": 5}',
        "cannot be read|no code cells|used up|too much",
        False,
    ),
    Hostile("many_cells", notebook(*["x = 1"] * 4_000, RIGHT), "^$"),
    Hostile("too_many_cells", notebook(*["x = 1"] * 12_000), "it spoke more than 10,000", False),
    Hostile("transformer", notebook("\n".join(["y = %time 1"] * 100), RIGHT), "Code cell 1"),
    Hostile("long_line", notebook("x = " + "(" * 10**5 + ")" * 10**5, RIGHT), "Code cell 1"),
    Hostile("sum_of_a_million", notebook("x = " + "1+" * 10**5 + "1", RIGHT), "Code cell 1|^$"),
]
HOSTILE = [*from_cells(), *DOCUMENTS]
