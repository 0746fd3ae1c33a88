"""Every lab runs from top to bottom in a real Jupyter kernel, as a student runs it."""

import os
import time

import pytest
from handed_in import LABS, source
from markdown_it import MarkdownIt
from nbclient import NotebookClient

from course_kit.authoring import solved


BEGUN = ("ordered_list_open", "bullet_list_open", "blockquote_open", "heading_open", "hr")


def begun_by_accident(text):
    """Lines of a sentence that Markdown takes for a list, a heading, a quotation or a rule."""
    lines, found = text.splitlines(), []
    for token in MarkdownIt().parse(text):
        if token.type in BEGUN and token.level == 0:
            first = token.map[0]
            before = lines[first - 1].strip() if first else ""
            underlined = token.type == "heading_open" and token.markup in "=-"
            if underlined or (before and not before.endswith(":")):
                found.append(lines[first])
    return found


@pytest.mark.parametrize("lab", LABS)
def test_no_sentence_becomes_a_list(lab):
    texts = [cell.source for cell in solved(source(lab)).cells if cell.cell_type == "markdown"]
    assert [line for text in texts for line in begun_by_accident(text)] == []


def test_such_a_sentence_is_found():
    assert begun_by_accident("All others have stride\n1. Then the mean") == ["1. Then the mean"]
    assert begun_by_accident("$$a\n+ b$$") == ["+ b$$"]
    assert begun_by_accident("a\n> b\n\nc\n# d\ne\n***") == ["> b", "# d", "***"]
    assert begun_by_accident("one line\n---") == ["one line"]
    assert begun_by_accident("# Title\n\n- one\n- two") == []
    assert begun_by_accident("Three things:\n1. one\n2. two\n\n- and\n  1. one more") == []


@pytest.fixture(scope="module", params=LABS)
def executed(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    # A kernel that sees pytest's mark does not show what C++ code prints; a student's does.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    plain |= {"COURSE_KIT_SMOKE": "1"}
    for name in ("TF_CPP_MIN_LOG_LEVEL", "TF_ENABLE_ONEDNN_OPTS", "CUDA_VISIBLE_DEVICES"):
        plain.pop(name, None)
    notebook, started = solved(source(request.param)), time.monotonic()
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": folder}})
    client.execute(env=plain)
    return notebook, time.monotonic() - started


def outputs(notebook, kind):
    return [
        output
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == kind
    ]


def test_smoke_run_is_quick(executed):
    assert executed[1] < 90


def test_nothing_is_said_that_a_student_would_wonder_about(executed):
    notebook, _ = executed
    complaints = [out.text for out in outputs(notebook, "stream") if out.name == "stderr"]
    assert complaints == []
    assert outputs(notebook, "error") == []


def test_every_check_is_a_table_with_full_marks(executed):
    notebook, _ = executed
    tables = [
        out.data["text/html"]
        for out in outputs(notebook, "execute_result")
        if "of" in out.data.get("text/plain", "") and "points" in out.data["text/plain"]
    ]
    assert len(tables) == len(notebook.metadata.course_kit.exercises)
    assert all("✗" not in table for table in tables)


def test_pictures_are_drawn(executed):
    notebook, _ = executed
    assert sum("image/png" in out.data for out in outputs(notebook, "display_data")) >= 2
