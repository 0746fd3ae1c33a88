"""A source becomes a valid notebook, the same bytes each time, without its solutions."""

import ast
import re
import sys
import types

import nbformat
import pytest

from course_kit.authoring import build, fill, serialize, solved, write

EXERCISE = '''\
# %% tags=["exercise"] exercise="inverted_dropout"
def inverted_dropout(x, u, rate):
    """Drops with probability `rate`."""
    ### BEGIN SOLUTION
    return np.where(u >= rate, x / (1 - rate), 0.0)
    ### END SOLUTION

'''

LAB = (
    """\
# %% tags=["setup"]
import numpy as np

# %% [markdown]
# ## Inverted dropout
#
# <details><summary>Hint 1</summary>
#
# What is the mean of the mask?
# </details>

"""
    + EXERCISE
    + """\
# %%
check("inverted_dropout")

# %% tags=["experiment"]
print("a picture")

# %% [markdown] tags=["reflection"]
# Why `1 - rate`?

# %% [markdown] tags=["instructor"]
# They confuse the two rates.
"""
)


def by_id(notebook):
    return {cell.id: cell for cell in notebook.cells}


def test_student_cell_raises_and_names_its_exercise(write_lab):
    cell = by_id(build(write_lab(LAB)))["exercise-inverted_dropout"]
    space: dict = {}
    exec(cell.source, space)
    with pytest.raises(NotImplementedError, match=r"Complete 'inverted_dropout' first\."):
        space["inverted_dropout"](1, 1, 0.5)
    assert '"""Drops with probability `rate`."""' in cell.source


def test_solved_cell_is_the_source_without_its_markers(write_lab):
    cell = by_id(solved(write_lab(LAB)))["exercise-inverted_dropout"]
    expected = [line for line in EXERCISE.strip().splitlines()[1:] if "###" not in line]
    assert cell.source.splitlines() == expected


def test_student_and_solved_notebooks_differ_only_in_exercises(write_lab):
    source = write_lab(LAB)
    student, reference = build(source), solved(source)
    assert [c.id for c in student.cells] == [c.id for c in reference.cells]
    differ = [s.id for s, r in zip(student.cells, reference.cells, strict=True) if s != r]
    assert differ == ["exercise-inverted_dropout"]


def test_both_notebooks_are_valid_and_at_format_4_5(write_lab):
    for make in (build, solved):
        notebook = make(write_lab(LAB))
        nbformat.validate(notebook)
        assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)


def test_building_twice_gives_the_same_bytes(write_lab):
    source = write_lab(LAB)
    data = serialize(build(source))
    assert data == serialize(build(source))
    assert data.endswith(b"}\n") and not data.endswith(b"\n\n") and b"jupytext" not in data


def test_written_notebook_reads_back_the_same(write_lab, tmp_path):
    notebook = build(write_lab(LAB))
    write(notebook, tmp_path / "a.ipynb")
    assert nbformat.read(tmp_path / "a.ipynb", as_version=4) == notebook


def test_tags_are_kept_and_instructor_cells_are_dropped(write_lab):
    for make in (build, solved):
        notebook = make(write_lab(LAB))
        tags = [tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])]
        assert tags == ["setup", "setup", "exercise", "experiment", "reflection"]
        assert b"confuse" not in serialize(notebook)


def test_notebook_says_which_lab_it_is_and_has_no_outputs(write_lab):
    notebook = build(write_lab(LAB))
    assert notebook.metadata["course_kit"] == {
        "lab": "06_dropout",
        "title": "Dropout",
        "minutes": 45,
        "exercises": ["inverted_dropout"],
    }
    assert notebook.metadata["kernelspec"]["name"] == "python3"
    assert all(not cell.get("outputs") for cell in notebook.cells)


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(write_lab):
    plain = serialize(build(write_lab(LAB)))
    windows = write_lab(LAB)
    windows.write_bytes(b"\xef\xbb\xbf" + windows.read_bytes().replace(b"\n", b"\r\n"))
    assert serialize(build(windows)) == plain


def test_stub_has_the_indentation_of_its_marker(write_lab):
    for indent in ("\t", "        ", ""):
        body = (
            '# %% tags=["exercise"] exercise="f"\n'
            + (f"if True:\n{indent}" if indent else "")
            + f"### BEGIN SOLUTION\n{indent}answer = 42\n{indent}### END SOLUTION\n"
        )
        source = by_id(build(write_lab(body)))["exercise-f"].source
        assert (
            source.splitlines()[-1]
            == f"""{indent}raise NotImplementedError("Complete 'f' first.")"""
        )
        ast.parse(source)


def test_two_blocks_in_one_cell_are_both_replaced(write_lab):
    body = """\
# %% tags=["exercise"] exercise="f"
class F:
    def a(self):
        ### BEGIN SOLUTION
        return "first secret"
        ### END SOLUTION

    def b(self):
        ### BEGIN SOLUTION
        return "second secret"
        ### END SOLUTION
"""
    source = by_id(build(write_lab(body)))["exercise-f"].source
    assert source.count("raise NotImplementedError") == 2 and "secret" not in source
    assert by_id(solved(write_lab(body)))["exercise-f"].source.count("secret") == 2


def test_starter_takes_the_place_of_the_solution(write_lab):
    body = """\
# %% tags=["exercise"] exercise="f"
def f(x):
    ### BEGIN SOLUTION
    y = x / (1 - 0.5)
    return y
    ### END SOLUTION
    ### BEGIN STARTER
    # # One sign is wrong.
    # if True:
    #     y = x / (1 + 0.5)
    #
    # return y
    ### END STARTER
"""
    student = by_id(build(write_lab(body)))["exercise-f"].source
    assert student.splitlines() == [
        "def f(x):",
        "    # One sign is wrong.",
        "    if True:",
        "        y = x / (1 + 0.5)",
        "",
        "    return y",
    ]
    assert by_id(solved(write_lab(body)))["exercise-f"].source == (
        "def f(x):\n    y = x / (1 - 0.5)\n    return y"
    )


def test_header_has_title_goal_minutes_prerequisites_and_badge(write_lab):
    text = build(write_lab(LAB)).cells[0].source
    assert text.startswith("# Dropout\n")
    for part in ("Where the factor `1 - rate` belongs.", "45 minutes", "02_initialization"):
        assert part in text
    link = re.search(r"\]\((https://colab\S+ipynb)\)", text)[1]
    assert link.endswith("/github/course-kit/course-kit/blob/main/labs/06_dropout.ipynb")


def test_install_cell_does_nothing_outside_colab(write_lab, monkeypatch):
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    monkeypatch.setattr("subprocess.run", lambda *_, **__: pytest.fail("installed something"))
    exec(build(write_lab(LAB)).cells[1].source, {})


def test_install_cell_on_colab_pins_what_colab_has(write_lab, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    monkeypatch.setattr("importlib.metadata.version", lambda name: f"9.{len(name)}")
    seen = []
    monkeypatch.setattr("subprocess.run", lambda command, check: seen.append(command))
    exec(build(write_lab(LAB)).cells[1].source, {})
    (command,) = seen
    with open(command[command.index("--constraint") + 1]) as constraints:
        assert constraints.read().split() == ["tensorflow==9.10", "keras==9.5", "numpy==9.5"]
    assert command[-1] == "git+https://github.com/course-kit/course-kit@main"


def test_ids_are_unique_valid_and_stable_under_edits_elsewhere(write_lab):
    more = "# %% [markdown]\n# ## Vanilla dropout\n\n# %%\nprint(1)\n\n"
    before = [cell.id for cell in build(write_lab(LAB)).cells]
    after = [cell.id for cell in build(write_lab(more + LAB)).cells]
    assert set(before) - {"start-setup-1"} <= set(after)
    assert len(set(after)) == len(after)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", one) for one in after)


def test_equal_and_odd_headings_still_give_unique_ids(write_lab):
    headings = ["Again", "Again", "\u03b1\u03b2", "L" * 200, "L" * 200, "a/b: $x$"]
    body = "".join(f"# %% [markdown]\n# ## {heading}\n\n" for heading in headings)
    found = [cell.id for cell in build(write_lab(body)).cells]
    assert len(set(found)) == len(found) and max(map(len, found)) <= 64
    assert {"again-text-1", "again-2-text-1", "section-text-1", "a-b-x-text-1"} <= set(found)


def test_an_id_of_ones_own_is_taken(write_lab):
    assert build(write_lab('# %% id="my-cell"\nx = 1\n')).cells[-1].id == "my-cell"


def test_magics_and_percent_signs_in_strings_survive(write_lab):
    body = '# %%\n# !ls\n# %matplotlib inline\ntext = """\n# %% no cell\n"""\n'
    (cell,) = build(write_lab(body)).cells[2:]
    assert cell.source == '!ls\n%matplotlib inline\ntext = """\n# %% no cell\n"""'


def test_fill_replaces_exactly_the_named_exercise(write_lab):
    notebook = build(write_lab(LAB))
    filled = fill(notebook, {"inverted_dropout": "inverted_dropout = None\n"})
    assert by_id(filled)["exercise-inverted_dropout"].source == "inverted_dropout = None"
    assert "raise" in by_id(notebook)["exercise-inverted_dropout"].source
    differ = [a.id for a, b in zip(notebook.cells, filled.cells, strict=True) if a != b]
    assert differ == ["exercise-inverted_dropout"]


def test_fill_with_an_unknown_name_lists_the_known_ones(write_lab):
    with pytest.raises(ValueError, match=r"no exercise 'inverted'.*Known: inverted_dropout"):
        fill(build(write_lab(LAB)), {"inverted": ""})


def test_the_header_alone_is_a_lab(write_lab):
    assert len(build(write_lab("")).cells) == 2
