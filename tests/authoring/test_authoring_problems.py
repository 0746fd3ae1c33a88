"""Every mistake in a source is an error with file and line; all of a file come together."""

import pytest

from course_kit.authoring import SourceError, build

EXERCISE = '''\
# %% tags=["exercise"] exercise="inverted_dropout"
def inverted_dropout(x, u, rate):
    """Drops with probability `rate`."""
    ### BEGIN SOLUTION
    return np.where(u >= rate, x / (1 - rate), 0.0)
    ### END SOLUTION

'''

FIRST = 4  # line of the body's first line, below the header that write_lab puts there


def problems(source) -> list[str]:
    with pytest.raises(SourceError) as raised:
        build(source)
    assert str(raised.value) == "\n".join(raised.value.problems)
    return raised.value.problems


def exercise(*lines: str) -> str:
    return '# %% tags=["exercise"] exercise="f"\n' + "\n".join(lines) + "\n"


B, E = "### BEGIN SOLUTION", "### END SOLUTION"
SB, SE = "### BEGIN STARTER", "### END STARTER"

WRONG = {
    "never ended": (exercise(B, "x = 1"), 1, "is never ended"),
    "never begun": (exercise("x = 1", E), 2, "ends nothing"),
    "nested": (exercise(B, B, "x = 1", E), 2, "inside the still open"),
    "misspelt": (exercise("### BEGIN SOLUTON", "x = 1", "### END SOLUTION"), 1, "unknown marker"),
    "lower case": (exercise("### begin solution", "x = 1", E), 1, "unknown marker"),
    "two spaces": (exercise(B, "x = 1", "### END  SOLUTION"), 3, "unknown marker"),
    "space at the end": (exercise(B, "x = 1", E + " "), 3, "unknown marker"),
    "two hashes": (exercise("## BEGIN SOLUTION", "x = 1", E), 1, "unknown marker"),
    "one hash": (exercise("# End Solution", "x = 1"), 1, "unknown marker"),
    "misspelt, one hash": (exercise("# BEGN SOLUTIN", "x = 1"), 1, "unknown marker"),
    "no space": (exercise("###BEGIN SOLUTION", "x = 1", E), 1, "unknown marker"),
    "after code": (exercise("x = 1  " + B, E), 1, "unknown marker"),
    "other word": (exercise("### HIDDEN TESTS", "x = 1"), 1, "unknown marker"),
    "no markers": (exercise("x = 1"), 0, "has no '### BEGIN SOLUTION'"),
    "empty solution": (exercise(B, "", E), 3, "solution is empty"),
    "starter not below": (exercise(B, "x = 1", E, "y", SB, "# x", SE), 5, "directly below"),
    "starter alone": (exercise(SB, "# x", SE), 1, "directly below"),
    "starter with code": (exercise(B, "x = 1", E, SB, "x = 2", SE), 5, "are comments"),
    "starter empty": (exercise(B, "x = 1", E, SB, SE), 4, "starter is empty"),
    "starter ended by solution": (exercise(B, "x = 1", E, SB, "# x", E), 6, "ends nothing"),
    "untagged": (f"# %%\n{B}\nx = 1\n{E}\n", 1, "outside an exercise cell"),
    "instructor": (f'# %% tags=["instructor"]\n{B}\nx = 1\n{E}\n', 1, "outside an exercise cell"),
    "markdown": (f"# %% [markdown]\n# a\n# {B}\n# b\n# {E}\n", 2, "in a markdown cell"),
    "markdown in quotes": (f'# %% [markdown]\n"""\na\n{B}\n"""\n', 3, "in a markdown cell"),
    "markdown misspelt": ("# %% [markdown]\n# ### BEGIN SOLUTON\n", 1, "unknown marker"),
    "unknown tag": ('# %% tags=["exersise"]\nx = 1\n', 0, "unknown tag 'exersise'. Known: exerc"),
    "two tags": ('# %% tags=["setup", "experiment"]\nx = 1\n', 0, "at most one tag"),
    "tag as text": ('# %% tags="setup"\nx = 1\n', 0, "is not of type 'array'"),
    "tag as number": (
        '# %% tags=["setup", 3]\nx = 1\n',
        0,
        "cannot read '# %% tags=[\"setup\", 3]'",
    ),
    "unreadable tags": ("# %% tags=[setup]\nx = 1\n", 0, "cannot read 'tags=[setup]'"),
    "json": ('# %% {"tags": ["setup"]}\nx = 1\n', 0, "cannot read"),
    "words": ("# %% exercise\nx = 1\n", 0, "cannot read 'exercise'"),
    "misspelt markdown": ("# %% [markdwn]\n# x\n", 0, "cannot read '[markdwn]'"),
    "raw cell": ("# %% [raw]\n# x\n", 0, "Received: [raw]"),
    "unknown key": ('# %% exercize="f"\nx = 1\n', 0, "unknown metadata exercize='f'"),
    "no name": ('# %% tags=["exercise"]\n', 0, "Received: None"),
    "bad name": ('# %% tags=["exercise"] exercise="a b"\n', 0, "Received: 'a b'"),
    "name, no tag": ('# %% exercise="f"\nx = 1\n', 0, 'needs tags=["exercise"]'),
    "exercise in markdown": ('# %% [markdown] tags=["exercise"] exercise="f"\n', 0, "is a code"),
    "name twice": (2 * exercise(B, "x = 1", E), 4, f"'f' is already on line {FIRST}"),
    "bad id": ('# %% id="a b"\nx = 1\n', 0, "Received: 'a b'"),
    "id twice": ('# %% id="a"\nx = 1\n# %% id="a"\n', 2, "already taken"),
    "id of the header": ('# %% id="header"\nx = 1\n', 0, "already taken"),
    "student's form no Python": (
        exercise("if x:", "    pass", B, "y = 1", E, "else:"),
        0,
        "not Pyt",
    ),
}


@pytest.mark.parametrize("body, offset, message", WRONG.values(), ids=WRONG.keys())
def test_mistake_is_reported_with_file_and_line(write_lab, body, offset, message):
    found = problems(write_lab(body))
    prefix = f"solutions/06_dropout.py:{FIRST + offset}: "
    assert any(line.startswith(prefix) and message in line for line in found), found


def test_all_problems_of_a_file_come_together_one_line_each_in_order(write_lab):
    bodies = [body for body, _, _ in WRONG.values()]
    found = problems(write_lab("\n".join(bodies)))
    lines = [int(line.split(":")[1]) for line in found]
    assert len(found) >= len(bodies) and lines == sorted(lines)
    assert not any("\n" in line for line in found)


def test_ordinary_comments_are_no_markers(write_lab):
    body = "# %%\n# The solution begins here: end of story\n# begin the loop\nx = 1  # solution\n"
    build(write_lab(body + "\n# %% [markdown]\n# ### Solution of an equation\n"))


@pytest.mark.parametrize(
    "header, line, message",
    [
        ("# %%\nx = 1\n", 1, "first cell is the header"),
        ('# %% [markdown] title="A" minutes=5\n# Goal.\n', 1, "Missing: prerequisites"),
        ('# %% [markdown] title="A" minutes="x" prerequisites="b"\n# G.\n', 1, "whole number"),
        ('# %% [markdown] title="A" minutes=5 prerequisites="b"\n', 1, "has no text"),
        ('import numpy\n# %% [markdown] title="A"\n# Goal.\n', 1, "text before the first"),
        ("", 1, "no cells"),
    ],
)
def test_header_mistakes_are_reported(write_lab, header, line, message):
    found = problems(write_lab("", header=header))
    assert any(f":{line}: " in one and message in one for one in found), found


def test_missing_repository_is_reported(write_lab, tmp_path):
    source = write_lab(EXERCISE)
    (tmp_path / "setup.cfg").write_text("[metadata]\n")
    assert "no [course_kit:labs]" in problems(source)[0]


def test_badly_named_source_is_reported(write_lab):
    assert "NN_topic.py" in problems(write_lab(EXERCISE, name="dropout"))[0]
