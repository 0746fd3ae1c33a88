"""The isolation of the machine that the tests run on, shown once."""

from functools import cache, partial

from course_kit.checks import load
from course_kit.grading.launchers import launcher_for
from course_kit.grading.levels import LEVELS, Shown, show_level


@cache
def shown_here() -> Shown:
    return show_level(partial(launcher_for, load("00")))


def levels_here() -> list[str]:
    return list(LEVELS[1 : 1 + LEVELS.index(shown_here().level)])
