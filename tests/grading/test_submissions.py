"""Notebooks as they come: odd ones are graded or get a clear line, and nobody else suffers."""

import json
import os

import nbformat
import pytest
from handed_in import RIGHT
from isolated import shown_here
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_kit.grading.examine import examine
from course_kit.grading.process import StudentProcess
from course_kit.grading.submission import Refused, Submission, find, fingerprint

SALT = b"s" * 32


def notebook(*sources):
    return new_notebook(cells=[new_code_cell(source) for source in sources])


def as_bytes(document):
    return json.dumps(document).encode()


def grade(data):
    """Examine at the strongest isolation there is here."""
    blob = data if isinstance(data, bytes) else as_bytes(data)
    return examine(blob, "00", SALT, shown_here().level)


def test_right_answer_earns_full_marks():
    result = grade(notebook(RIGHT))
    assert (result["earned"], result["notes"], result["unreadable"]) == (100, [], None)


def test_noise_on_stderr_and_warnings_cost_nothing():
    noise = "import sys, warnings, logging\nprint('hm', file=sys.stderr)\nwarnings.warn('old')\n"
    noise += "logging.error('loud')\nprint('x' * 10_000_000)"
    result = grade(notebook(noise, RIGHT, noise))
    assert (result["earned"], result["notes"]) == (100, [])


def test_syntax_error_is_told_and_the_other_cells_count():
    result = grade(notebook("x = (1,\ny = ]", RIGHT))
    assert result["earned"] == 100
    assert result["notes"][0].startswith("Code cell 1: ")
    assert "(line 2)" in result["notes"][0]


def test_notebook_without_cells_is_told():
    result = grade(new_notebook(cells=[new_markdown_cell("nothing")]))
    assert result["earned"] == 0
    assert "no code cells" in result["notes"][0]


def test_duplicated_cell_ids_are_graded():
    document = notebook("x = 1", RIGHT)
    for cell in document.cells:
        cell["id"] = "same"
    result = grade(document)
    assert result["earned"] == 100
    assert "share an id" in result["notes"][0]


def test_deleted_metadata_is_graded():
    document = notebook(RIGHT)
    del document["metadata"]
    for cell in document.cells:
        del cell["metadata"], cell["id"], cell["outputs"], cell["execution_count"]
    assert grade(document)["earned"] == 100


def test_windows_line_ends_and_a_byte_order_mark_are_graded():
    text = json.dumps(notebook(RIGHT.replace("\n", "\r\n")), indent=1).replace("\n", "\r\n")
    assert grade(b"\xef\xbb\xbf" + text.encode())["earned"] == 100


def test_output_cell_of_200_megabytes_is_graded():
    document = notebook(RIGHT)
    document.cells[0].outputs = [new_output("stream", text="x" * 200_000_000)]
    assert grade(document)["earned"] == 100


def test_nbformat_3_is_graded():
    old = nbformat.convert(notebook(RIGHT), 3)
    assert old["nbformat"] == 3 and grade(old)["earned"] == 100


@pytest.mark.parametrize(
    "data,said",
    [
        (b"", "not valid JSON"),
        (b'{"cells": [', "not valid JSON"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"[]", "no nbformat number"),
        (b'{"nbformat": 99, "cells": []}', "nbformat 99"),
        (b'{"nbformat": 4}', "cannot be read"),
        (b'{"nbformat": 4, "cells": [1, 2]}', "cannot be read"),
        (b"[" * 100_000, "cannot be read"),
    ],
)
def test_what_is_no_notebook_is_told_in_one_line(data, said):
    result = grade(data)
    assert result["earned"] == 0
    assert said in result["unreadable"] and "\n" not in result["unreadable"]


def test_experiments_are_not_run():
    document = notebook(RIGHT, "raise ValueError('an experiment')")
    document.cells[1].metadata["tags"] = ["experiment"]
    assert grade(document)["notes"] == []


def test_leftovers_of_colab_are_answered_harmlessly():
    cells = [
        "!pip install course-kit",
        "%pip install x",
        "%matplotlib inline",
        "%%bash\nexit 1",
        "from google.colab import drive, files\ndrive.mount('/content/drive')\nfiles.upload()",
        "name = input('Name? ')",
        "from course_kit import check\ncheck('exponential_average')",
        "import asyncio\nawait asyncio.sleep(0)",
        "%time x = 1",
    ]
    result = grade(notebook(*cells, RIGHT))
    assert (result["earned"], result["notes"]) == (100, [])


def test_parts_that_hold_the_answer_cannot_be_imported():
    cells = [
        "import course_kit.checks.lab00_first_steps.claims",
        "from course_kit import layers",
        "import course_kit.grading.examine",
    ]
    result = grade(notebook(*cells))
    assert len([note for note in result["notes"] if "is not available" in note]) == 3


def test_endless_loop_costs_only_its_cell():
    result = grade(notebook(RIGHT, "while True: pass"))
    assert result["earned"] == 100
    assert "stopped after 20 s of processor time" in result["notes"][0]


def test_loop_that_swallows_interrupts_is_ended_from_outside():
    stubborn = (
        "while True:\n    try:\n        while True:\n            sum(range(99))\n"
        "    except BaseException:\n        pass"
    )
    result = grade(notebook(RIGHT, stubborn))
    assert result["earned"] == 100
    assert "Code cell 2 ended the process (stopped: it used up" in result["notes"][0]
    assert result["cpu_seconds"] < 60


@pytest.mark.parametrize(
    "deed,said",
    [
        ("import os\nos._exit(3)", "exit code 3"),
        ("import ctypes\nctypes.string_at(0)", "crashed"),
        ("import os\nos.abort()", "crashed"),
        ("import os\nos.closerange(3, 1000)", "ended the process"),
    ],
)
def test_cell_that_ends_the_process_is_left_out(deed, said):
    result = grade(notebook(deed, RIGHT))
    assert result["earned"] == 100
    assert said in result["notes"][0]


def test_answer_that_ends_the_process_costs_its_exercise():
    result = grade(notebook("import os\ndef exponential_average(v, b): os._exit(0)"))
    assert result["earned"] == 0
    assert "exit code 0" in result["exercises"][0]["claims"][0]["seen"]


def test_answer_that_was_not_asked_for_ends_the_exercise():
    """Frames written past the grader's own code do not know the ticket of the question."""
    forger = """
import os, stat
import numpy as np
from course_kit.checks.answers import Message, encode

def say(*arrays):
    blob = encode(Message("answer", "0" * 32, list(arrays)))
    for wire in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(wire).st_mode):
                os.write(wire, len(blob).to_bytes(4, "big") + blob)
        except OSError:
            pass

def exponential_average(values, beta):
    say(np.zeros(len(values)))
    return values
"""
    result = grade(notebook(forger))
    assert result["earned"] == 0
    assert "spoke out of turn" in result["exercises"][0]["claims"][0]["seen"]


def test_memory_is_bounded():
    result = grade(notebook("hoard = bytearray(20 * 2**30)", RIGHT))
    assert result["earned"] == 100
    assert "MemoryError" in result["notes"][0]


def test_sleeping_answer_is_waited_for_no_longer_than_the_backstop(monkeypatch):
    from course_kit.grading import process

    monkeypatch.setattr(process, "WALL_OVER_CPU", 0.4)
    result = grade(notebook("import time\ndef exponential_average(v, b): time.sleep(600)"))
    assert result["earned"] == 0 and result["seconds"] < 60
    assert "no answer" in result["exercises"][0]["claims"][0]["seen"]


def test_text_of_a_student_loses_control_characters():
    result = grade(notebook("raise ValueError('\\x1b[31mred\\u202e\\n=1+1')"))
    assert result["notes"] == ["Code cell 1: ValueError: [31mred =1+1"]


def test_same_salt_gives_the_same_result_and_another_draws_differently():
    probe = "def exponential_average(values, beta): raise ValueError(str(values[0]))"
    data = as_bytes(notebook(probe))
    first, again, other = (
        grade(data),
        grade(data),
        examine(data, "00", b"t" * 32, shown_here().level),
    )
    assert first["exercises"] == again["exercises"] != other["exercises"]


def test_links_and_odd_files_are_refused(tmp_path):
    target = tmp_path / "target.ipynb"
    target.write_bytes(as_bytes(notebook(RIGHT)))
    link = tmp_path / "link.ipynb"
    link.symlink_to(target)
    pipe = tmp_path / "pipe.ipynb"
    os.mkfifo(pipe)
    folder = tmp_path / "folder.ipynb"
    folder.mkdir()
    assert len(Submission("ada", target).read()) > 100
    for path, said in ((link, "link"), (pipe, "not a regular"), (folder, "not a regular")):
        with pytest.raises(Refused, match=said):
            Submission("x", path).read()
    with pytest.raises(Refused, match="cannot be read"):
        Submission("x", tmp_path / "gone.ipynb").read()


def test_oversized_file_is_refused(tmp_path):
    path = tmp_path / "big.ipynb"
    with open(path, "wb") as file:
        file.truncate(257 * 2**20)
    with pytest.raises(Refused, match="256 MiB"):
        Submission("x", path).read()


def test_notebooks_are_found_in_order_and_checkpoints_are_not(tmp_path):
    for name in (
        "b/06_dropout.ipynb",
        "a.ipynb",
        "A.IPYNB",
        "a/.ipynb_checkpoints/x.ipynb",
        "n.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    assert [s.student for s in find(tmp_path)] == ["A", "a", "b/06_dropout"]


@pytest.mark.parametrize(
    "name,lab",
    [
        ("00_first_steps.ipynb", "00_first_steps"),
        ("ada_00_First_Steps-2.ipynb", "00_first_steps"),
        ("00_first_stepsons.ipynb", None),
        ("notebook.ipynb", None),
    ],
)
def test_lab_is_read_off_the_file_name(tmp_path, name, lab):
    assert Submission("x", tmp_path / name).lab == lab


def test_fingerprint_is_sha256():
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert fingerprint(b"abc") == known  # FIPS 180-2, appendix B.1


def test_process_that_somebody_killed_is_begun_anew(monkeypatch):
    """Once: a notebook that kills itself is told what it did."""
    ask, left = StudentProcess.ask, [1]

    def killed_once(process, exercise, probe, arguments):
        if left[0]:
            left[0] -= 1
            process._child.vitals.kill()
        return ask(process, exercise, probe, arguments)

    monkeypatch.setattr(StudentProcess, "ask", killed_once)
    result = grade(notebook(RIGHT))
    assert (result["earned"], result["notes"]) == (100, [])
    left[0] = 2
    result = grade(notebook(RIGHT))
    assert result["earned"] < 100 and "SIGKILL" in result["notes"][0]


def test_notebook_that_kills_itself_is_told():
    # Below `namespaced`: there it is process 1, which cannot be killed from inside.
    data = as_bytes(notebook("import os\nos.kill(os.getpid(), 9)", RIGHT))
    result = examine(data, "00", SALT, "limits")
    assert result["earned"] == 100
    (note,) = result["notes"]
    assert note.startswith("Code cell 1 ended the process") and "SIGKILL" in note
