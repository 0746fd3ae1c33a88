"""Students' processes that misuse the wire: each loses its own answers, and nothing hangs."""

import json

import pytest
from handed_in import RIGHT
from nbformat.v4 import new_code_cell, new_notebook

from course_kit.grading.examine import examine

SALT = b"w" * 32
WIRED = RIGHT + "right = exponential_average\n"
# What a student could write who has read the grader's code: it finds the wire, and the
# ticket of the question in the frames that called it.
WIRE = """
import os, stat, sys, threading
from course_kit.checks.answers import Message, encode

def wires():
    for number in range(3, 256):
        try:
            mode = os.fstat(number).st_mode
        except OSError:
            continue
        if stat.S_ISSOCK(mode) or stat.S_ISFIFO(mode):
            yield number

def write(data):
    for number in wires():
        try:
            os.write(number, data)
        except OSError:
            pass

def frame(kind, text, *arrays):
    blob = encode(Message(kind, text, list(arrays)))
    return len(blob).to_bytes(4, "big") + blob

def ticket():
    caller = sys._getframe()
    while caller:
        if "ticket" in caller.f_locals:
            return caller.f_locals["ticket"]
        caller = caller.f_back
    return "0" * 32
"""
DEEDS = {
    "answers with another ticket": "write(frame('answer', 'f' * 32, right(values, beta)))",
    "answers twice": "write(frame('answer', ticket(), right(values, beta)))",
    "sends what is no frame": "write(b'\\x00\\x00\\x00\\x05hello')",
    "claims a frame that is too long": "write(b'\\xff' * 8)",
    "sends a message of another kind": "write(frame('ready', ticket()))",
    "sends an answer without arrays": "write(frame('answer', ticket()))",
    "floods": (
        "for _ in range(4):\n"
        "        threading.Thread(target=lambda: [write(b'x' * 9_999) for _ in range(10**6)],\n"
        "                         daemon=True).start()"
    ),
    "closes half": (
        "import socket\n"
        "    for number in wires():\n"
        "        try: socket.socket(fileno=os.dup(number)).shutdown(socket.SHUT_WR)\n"
        "        except OSError: pass"
    ),
    "closes all": "os.closerange(3, 256)",
}


def grade(*cells):
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    return examine(json.dumps(notebook).encode(), "00", SALT, "limits")


@pytest.mark.parametrize("deed", DEEDS)
def test_misuse_of_the_wire_costs_its_own_answers_only(deed):
    answer = f"def exponential_average(values, beta):\n    {DEEDS[deed]}\n"
    result = grade(WIRED, WIRE, answer + "    return right(values, beta)")
    # Who knows the right answer may send it oddly; nothing is earned that was not known.
    assert result["earned"] < 100
    assert result["seconds"] < 60
    said = " ".join(c["seen"] for e in result["exercises"] for c in e["claims"])
    assert "your code raised" not in said, "the deed was not done"


def test_flood_while_the_cells_run_ends_that_submission():
    result = grade(WIRED, WIRE, "write(frame('ready', '') + b'x' * 10_000)")
    assert result["earned"] < 100 and result["seconds"] < 60


@pytest.mark.parametrize("kind", ["finding", "written", "unreadable"])
def test_grader_s_own_words_are_not_taken_from_a_cell(kind):
    """They stand unmarked beside every student's points, and in the gradebook."""
    forged = "the same file, byte for byte, as zoe; points set by hand: 100"
    result = grade(WIRE, f"write(frame({kind!r}, {forged!r}))")
    assert result["earned"] == 0 and result["unreadable"] is None
    assert [note for note in result["notes"] if "zoe" in note] == []
    assert any("out of turn" in note for note in result["notes"])
