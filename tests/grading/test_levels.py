"""Levels are shown by attacks in real children, and what does not hold is seen."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from isolated import shown_here

import course_kit
from course_kit.checks import load
from course_kit.grading import levels
from course_kit.grading.isolation import sandbox
from course_kit.grading.isolation.sandbox import Plan, plan_here
from course_kit.grading.launch import Launcher
from course_kit.grading.levels import ADDS, HONEST, LEVELS, Shown, plan_for, show, show_level
from course_kit.grading.limits import Limits

ABOUT = {"allows": ["data", "figures"], "probes": load("00").probes}
HERE = plan_here()
LAUNCHER = Launcher(ABOUT, Plan())


@pytest.fixture(scope="module", autouse=True)
def closed_at_the_end():
    yield
    LAUNCHER.close()


def shown_with(plan, **changes):
    launcher = Launcher(ABOUT, plan, **changes)
    try:
        return show(launcher)
    finally:
        launcher.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the means are those of Linux")
def test_linux_gives_what_it_has():
    """A kernel with Landlock and libseccomp seals, whoever runs it."""
    if HERE.files and HERE.calls:
        assert shown_here().reaches("sealed"), shown_here()
    assert shown_here().reaches("namespaced") == HERE.namespaces


def test_each_level_holds_what_it_says():
    shown = shown_here()
    at = LEVELS.index(shown.level)
    wanted = [canary for level in LEVELS[1 : at + 1] for canary in ADDS[level]]
    assert all(shown.properties[canary] for canary in [HONEST, *wanted])


@pytest.mark.skipif(not HERE.files, reason=HERE.without.get("files", ""))
def test_without_the_means_the_attacks_get_through():
    """The same canaries, free: they are attacks that work where nothing is in their way."""
    bare = shown_with(Plan())
    assert bare.level == "limits"
    free = {name for name, held in bare.properties.items() if not held}
    assert {"files", "signals", "network", "fork", "programs", "ipc"} <= free
    assert {"own processes", "own network", "disk quota"} <= free


@pytest.mark.skipif(not (HERE.files and HERE.calls), reason="needs Landlock and seccomp")
@pytest.mark.parametrize(
    ("left_out", "then_free"), [("files", {"files"}), ("calls", {"fork", "ipc", "network"})]
)
def test_each_means_holds_something(left_out, then_free):
    plan = replace(plan_for("sealed", HERE), **{left_out: False, "user": False})
    free = {name for name, held in shown_with(plan).properties.items() if not held}
    assert then_free <= free


@pytest.mark.skipif(not HERE.files, reason=HERE.without.get("files", ""))
@pytest.mark.parametrize("inside", [".", "ada.ipynb"])
def test_folder_of_the_grader_that_can_be_read_is_seen(inside, tmp_path, monkeypatch):
    """Named as a user names it, from where the user stands: the canary stands elsewhere."""
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ada.ipynb").write_text("{}")
    monkeypatch.chdir(tmp_path)
    guarded = Path("class") / inside
    plan = plan_for("contained", HERE)
    for readable, held in (((), True), ((str(tmp_path / "class"),), False)):
        launcher = Launcher(ABOUT, plan, readable=readable)
        try:
            assert show(launcher, [guarded]).properties["files"] is held
        finally:
            launcher.close()


@pytest.mark.parametrize("canary", ADDS["limits"])
def test_limit_that_does_not_bind_is_seen(canary, monkeypatch):
    """The canaries try to exceed bounds that the child was not given."""
    bounds = Limits(cpu_seconds=1, memory_bytes=2**28, file_bytes=2**20).key()
    for given, held in ((Limits(**bounds), True), (Limits(), False)):
        monkeypatch.setattr(levels, "_SMALL", given)
        assert levels._held(LAUNCHER, canary, {"bounds": bounds}) is held


def test_fresh_interpreter_reaches_the_same():
    """Where fork is not to be trusted, an interpreter of its own for each student."""
    plan = replace(plan_for("sealed", HERE))
    shown = shown_with(plan, fork=False)
    assert shown.level == ("sealed" if plan.files and plan.calls else shown.level)
    assert shown.reaches("limits")


def test_weaker_means_are_tried_where_stronger_ones_break():
    launchers = {}

    def launcher_at(level):
        # Namespaces that a machine has, but not quite.
        plan = plan_for(level, HERE)
        launchers[level] = launchers.get(level) or Launcher(
            ABOUT if not plan.namespaces else {"allows": ["no_such_part"], "probes": "os"}, plan
        )
        return launchers[level]

    try:
        shown = show_level(launcher_at)
        assert shown.level == ("sealed" if HERE.files and HERE.calls else "limits")
    finally:
        for launcher in launchers.values():
            launcher.close()


def test_levels_are_ordered():
    shown = Shown("limits", {})
    assert shown.reaches("none") and shown.reaches("limits") and not shown.reaches("contained")


def test_level_says_what_holds_and_what_does_not():
    assert str(Shown("limits", {"memory": True, "files": False})) == (
        "limits (holds: memory; does not: files)"
    )


def test_no_source_of_the_kit_and_no_solution_is_readable():
    kit = Path(course_kit.__file__).parent
    for granted in map(Path, sandbox.interpreter_files()):
        assert granted != kit and kit not in granted.parents and granted not in kit.parents
        assert not (granted / "solutions").exists() and not (granted / "course_kit").exists()


def test_limits_are_set_for_good():
    code = (
        "import resource, json; from course_kit.grading.limits import Limits\n"
        "Limits(cpu_seconds=5, file_bytes=1000, open_files=64).apply()\n"
        "names = ('CPU', 'FSIZE', 'NOFILE', 'CORE')\n"
        "print(json.dumps([resource.getrlimit(getattr(resource, 'RLIMIT_' + n)) for n in names]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    (soft, hard), *others = json.loads(done.stdout)
    assert 6 <= soft <= 8 and hard == soft + 2  # what starting took comes on top
    assert others == [[1000, 1000], [64, 64], [0, 0]]
    assert Limits().key()["memory_bytes"] == Limits().memory_bytes
