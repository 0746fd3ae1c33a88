"""The attacks: notebooks from ``cells/`` and crafted ones, by their names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from attacks import crafted

CELLS = Path(__file__).parent / "cells"


@dataclass(frozen=True)
class Attack:
    """One attack.

    Args:
        name: as the table of what is expected has it.
        tries: one sentence.
        make: gives the notebook's bytes from what the attack is told.
        lab: whose marks it wants.
    """

    name: str
    tries: str
    make: Callable[[dict[str, Any]], bytes] = field(repr=False)
    lab: str = "00"

    def __str__(self) -> str:
        return self.name


def from_cells() -> list[Attack]:
    """A section ``# %% name`` each; ``# %%% next cell`` begins another cell."""
    found = []
    for path in sorted(CELLS.glob("*.py")):
        sections = re.split(r"^# %% (\w+)$", path.read_text(encoding="utf-8"), flags=re.M)
        for name, section in zip(sections[1::2], sections[2::2], strict=True):
            comments = re.findall(r"^# (.*)$", section, re.M)
            tags = [c.removeprefix("tags: ") for c in comments if c.startswith("tags: ")]
            lab = [c.removeprefix("lab: ") for c in comments if c.startswith("lab: ")]
            said = [c for c in comments if not c.startswith(("tags: ", "lab: "))]
            cells = section.split("# %%% next cell\n")
            found.append(Attack(name, said[0], partial(_told, cells, tags), *lab))
    return found


def _told(cells: list[str], tags: list[str], facts: dict[str, Any]) -> bytes:
    # Not in a cell of its own: an attack must know even where cells are rewritten.
    return crafted.notebook(f"TRAP = {facts!r}\n{cells[0]}", *cells[1:], tags=tags)


ATTACKS = [
    *from_cells(),
    *(
        Attack(f"answer_{name}", f"Answer {code}.", partial(crafted.answering, code))
        for name, code in crafted.ANSWERS.items()
    ),
    *(
        Attack(f"wire_{name}", tries, partial(crafted.adversary, name))
        for name, tries in crafted.ADVERSARIES.items()
    ),
    *(Attack(f"json_{name}", make.__doc__ or "", make) for name, make in crafted.DOCUMENTS.items()),
]
BY_NAME = {attack.name: attack for attack in ATTACKS}
