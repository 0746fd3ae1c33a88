"""Hostile notebooks: each ends within its budget, says why, leaves nothing, and harms nobody."""

import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from attacks.crafted import notebook
from attacks.traps import nothing_left
from hostile.known import HOSTILE, RIGHT
from isolated import levels_here, shown_here

from course_kit.checks import load
from course_kit.grading import process
from course_kit.grading.examine import examine
from course_kit.grading.limits import GIB

SALT = b"s" * 32
SHARED, LEFT = Path("/proc/sysvipc/shm"), 0x0C0DE
# Some wait for the wall clock, which is there for just them.
SECONDS = 60
EVERYTHING = bool(os.environ.get("COURSE_KIT_ALL_TESTS"))
SLOW = (
    "allocation_bomb",
    "training_without_end",
    "answer_asleep",
    "stopped_by_itself",
    "too_many_cells",
)
LEVELS = [level for level in levels_here() if level in ("sealed", "namespaced")]
pytestmark = pytest.mark.skipif(
    not shown_here().reaches("sealed"), reason="forks are refused from level sealed up"
)


@pytest.fixture(autouse=True)
def small_budgets(monkeypatch):
    lab = load("00")
    for name, seconds in {"cell_seconds": 2, "probe_seconds": 2, "total_seconds": 30}.items():
        monkeypatch.setattr(lab, name, seconds)
    monkeypatch.setattr(process, "WALL_OVER_CPU", 2)
    monkeypatch.setattr(process, "MAX_RESIDENT", GIB)


def graded(data, level):
    started = time.monotonic()
    result = examine(data, "00", SALT, level)
    return result | {"took": time.monotonic() - started}


def verdicts(result):
    return result["exercises"], result["notes"], result["unreadable"], result["earned"]


def said(result):
    """Notes, and what was seen where a claim failed."""
    claims = [claim["seen"] for exercise in result["exercises"] for claim in exercise["claims"]]
    return [*result["notes"], *filter(None, claims)] or [""]


def cases():
    levels = LEVELS if EVERYTHING else LEVELS[-1:]
    return [
        pytest.param(hostile, level, id=f"{level}-{hostile}")
        for level in levels
        for hostile in HOSTILE
        if EVERYTHING or hostile.name not in SLOW
    ]


def family():
    """The processes beneath this one: zygotes, and nobody else between two submissions."""
    return {one.pid for one in psutil.Process().children(recursive=True)}


@pytest.mark.parametrize("hostile, level", cases())
def test_hostile_notebook_costs_only_itself(hostile, level):
    honest = notebook(RIGHT)
    alone, before = graded(honest, level), family()
    with nothing_left(), ThreadPoolExecutor(2) as pool:
        other = pool.submit(graded, hostile.data, level)
        beside = graded(honest, level)
        result = other.result()
        after = graded(honest, level)
    assert result["took"] < SECONDS
    # The first process of a namespace cannot be stopped from inside.
    says = hostile.as_first if level == "namespaced" and hostile.as_first else hostile.says
    assert any(re.search(says, line) for line in said(result)), said(result)
    assert all(line.isprintable() for line in said(result))
    assert result["earned"] == (100 if hostile.answers else 0), said(result)
    assert alone["earned"] == 100
    assert verdicts(beside) == verdicts(after) == verdicts(alone)
    assert family() == before, "the zygote is another, or something lives on"
    assert f" {LEFT} " not in SHARED.read_text()
