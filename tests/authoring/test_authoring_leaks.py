"""No solution line reaches a student, whoever made the mistake."""

import pytest

from course_kit.authoring import SourceError, build, markers, notebook, tree

EXERCISE = '''\
# %% tags=["exercise"] exercise="inverted_dropout"
def inverted_dropout(x, u, rate):
    """Drops with probability `rate`."""
    ### BEGIN SOLUTION
    return np.where(u >= rate, x / (1 - rate), 0.0)
    ### END SOLUTION

'''

SECRET = "return np.where(u >= rate, x / (1 - rate), 0.0)"
SECRET_LINE = 8
LATER_STARTER = f"""\
# %% tags=["exercise"] exercise="g"
def g(x, u, rate):
    ### BEGIN SOLUTION
    return "another answer"
    ### END SOLUTION
    ### BEGIN STARTER
    # {SECRET}
    ### END STARTER
"""


def leak(source) -> str:
    with pytest.raises(SourceError) as raised:
        build(source)
    return str(raised.value)


@pytest.mark.parametrize(
    "pasted",
    [
        f"# %% [markdown]\n# Try `{SECRET}` here.\n",
        f"# %% [markdown]\n# ```\n# {SECRET.replace(' ', '')}\n# ```\n",
        f'# %% tags=["experiment"]\ndef mine(x, u, rate):\n    {SECRET}\n',
        f"# %%\ndef mine(x, u, rate):\n    {SECRET.replace('x /', chr(10) + '        x /')}\n",
        f"# %%\n# {SECRET}\n",
        LATER_STARTER,
    ],
    ids=["markdown", "without spaces", "experiment", "broken in two", "comment", "later starter"],
)
def test_pasted_solution_line_is_a_leak_with_its_line(write_lab, pasted):
    message = leak(write_lab(EXERCISE + pasted))
    assert message.startswith(f"solutions/06_dropout.py:{SECRET_LINE}: this solution line reaches")


def test_the_check_does_not_rely_on_the_code_that_strips(write_lab, monkeypatch):
    source = write_lab(EXERCISE)
    monkeypatch.setattr(markers, "unsolved", markers.solved)
    assert f":{SECRET_LINE}: this solution line" in leak(source)
    monkeypatch.setattr(markers, "unsolved", lambda cell, found: cell.text)
    assert "a solution marker reached" in leak(source)


def test_short_lines_count_in_their_own_cell(write_lab, monkeypatch):
    body = EXERCISE.replace(SECRET, "return x")
    build(write_lab(body + "# %%\nreturn x\n"))
    monkeypatch.setattr(markers, "unsolved", markers.solved)
    assert "'returnx'" in leak(write_lab(body))


def test_an_instructor_cell_in_the_notebook_is_a_leak(write_lab, monkeypatch):
    source = write_lab('# %% tags=["instructor"]\nprint("for us only")\n')
    build(source)
    monkeypatch.setattr(notebook, "_is_kept", lambda cell: True)
    assert "an instructor cell reached" in leak(source)


@pytest.mark.parametrize(
    "body",
    [
        f"# %%\n{SECRET.removeprefix('return ')}\n{SECRET}\n\n" + EXERCISE,
        EXERCISE.replace(SECRET, SECRET + "  # given") + f"# %%\n{SECRET}\n",
        EXERCISE.replace("    ### END SOLUTION\n", "    # a remark\n    ### END SOLUTION\n")
        + "# %% [markdown]\n# a remark\n",
        EXERCISE.replace(
            "### END SOLUTION\n",
            f"### END SOLUTION\n    ### BEGIN STARTER\n    # {SECRET}\n    ### END STARTER\n",
        ),
    ],
    ids=["given above", "marked as given", "comment", "in its own starter"],
)
def test_what_the_student_is_given_is_no_leak(write_lab, body):
    build(write_lab(body))


def test_nothing_is_written_when_one_source_leaks(write_lab, tmp_path):
    write_lab(EXERCISE, name="05_fine")
    write_lab(EXERCISE + f"# %%\n{SECRET}\n")
    with pytest.raises(SourceError):
        tree.build_all(tmp_path / "solutions", tmp_path / "labs")
    assert not (tmp_path / "labs").exists()
