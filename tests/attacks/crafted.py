"""Attacks that are made rather than written: odd answers, odd documents, and whoever speaks the
wire in the process's stead with full knowledge of its code."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import nbformat

from course_kit.checks.draw import Draw, derive

Facts = dict[str, Any]


def document(*sources: str, tags: list[str] | None = None) -> dict[str, Any]:
    """A notebook as JSON has it."""
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {"tags": tags or []},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for number, source in enumerate(sources)
    ]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}


def notebook(*sources: str, tags: list[str] | None = None) -> bytes:
    """The same as bytes."""
    return json.dumps(document(*sources, tags=tags)).encode()


# ------------------------------------------------------------------------- answers

# Expressions of `values` (steps,) and `beta`; none of them is the answer.
ANSWERS = {
    "nan": "np.full(len(values), np.nan)",
    "infinity": "np.full(len(values), np.inf)",
    "huge": "np.full(len(values), 1e308)",
    "zeros": "np.zeros(len(values))",
    "ones": "np.ones(len(values))",
    "mean": "np.full(len(values), np.mean(values))",
    "echo": "values",
    "reversed": "np.asarray(values)[::-1]",
    "empty": "np.zeros(0)",
    "scalar": "np.float64(values[0])",
    "longer": "np.zeros(10**6)",
    "too_large": "np.zeros(2**24)",
    "object": "np.array([Ellipsis] * len(values), object)",
    "structured": "np.zeros(len(values), [('a', 'f4')])",
    "complex": "np.zeros(len(values), complex)",
    "text": "np.array(['1.0'] * len(values))",
    "dates": "np.zeros(len(values), 'M8[s]')",
    "booleans": "np.ones(len(values), bool)",
    "half_precision": "np.full(len(values), np.inf, 'float16')",
    "whole_numbers": "np.zeros(len(values), 'int64')",
    "masked": "np.ma.masked_all(len(values))",
    "two": "(np.zeros(len(values)), np.ones(len(values)))",
    "none": "None",
    "dictionary": "{'passed': True, 'points': 100}",
    "generator": "(x for x in values)",
    "negative_strides": "np.zeros(len(values))[::-1]",
    "broadcast": "np.broadcast_to(np.float64(0), (2**20, 2**10))",
    "no_correction": "np.cumsum([(1 - beta) * v for v in values])",
    "running_mean": "np.cumsum(values) / np.arange(1, len(values) + 1)",
}
_ODD = {
    "equal_to_everything": """
class Equal:
    dtype, shape, ndim, size = np.dtype(float), (30,), 1, 30
    def __eq__(self, other): return True
    def __array__(self, *args, **kwargs): return np.zeros(30)
    def __array_ufunc__(self, *args, **kwargs): return np.bool_(True)
    __lt__ = __le__ = __gt__ = __ge__ = __ne__ = __eq__
    __hash__ = None
def exponential_average(values, beta): return Equal()
""",
    "array_that_is_equal": """
class Equal(np.ndarray):
    def __eq__(self, other): return np.ones(self.shape, bool)
    def __sub__(self, other): return np.zeros(self.shape)
    __rsub__ = __sub__
def exponential_average(values, beta): return np.zeros(len(values)).view(Equal)
""",
    "array_that_changes": """
import itertools
count = itertools.count()
class Changes:
    def __array__(self, *args, **kwargs): return np.full(30, float(next(count)))
    def __len__(self): return next(count)
def exponential_average(values, beta): return Changes()
""",
    "second_time_right": """
seen = []
def exponential_average(values, beta):
    seen.append(np.array(values))
    return seen[-2] if len(seen) > 1 else seen[-1]
""",
    "defined_again": """
def exponential_average(values, beta):
    globals()["exponential_average"] = lambda v, b: np.asarray(v) / (1 - b)
    return values
""",
    "exit": "def exponential_average(values, beta): raise SystemExit(0)",
    "interrupt": "def exponential_average(values, beta): raise KeyboardInterrupt('passed')",
    "generator_exit": "def exponential_average(values, beta): raise GeneratorExit",
    "assertion": "def exponential_average(values, beta): raise AssertionError('')",
    "own_exception": """
class Passed(BaseException):
    def __str__(self): raise self
def exponential_average(values, beta): raise Passed
""",
    "recorded": None,
}
ANSWERS |= {name: code for name, code in _ODD.items() if code} | {"recorded": "recorded"}


def answering(code: str, facts: Facts) -> bytes:
    """A notebook whose answer is an expression, or what the code defines."""
    if code == "recorded":
        code = _recorded()
    elif "\n" not in code and not code.startswith("def "):
        code = f"def exponential_average(values, beta):\n    return {code}\n"
    return notebook(f"import numpy as np\n{code}")


def _recorded() -> str:
    """Right answers to other draws, one after the other."""
    from course_kit.checks import load

    right = load("00").claims[0].judged_by.__globals__["reference"]
    draws = [Draw(derive(b"another", str(number))) for number in range(4)]
    shapes = (30, 8, 12, 12)
    lists = [right(d.normal(n), d.rate()).tolist() for d, n in zip(draws, shapes, strict=True)]
    return f"""
answers = iter({lists!r})
def exponential_average(values, beta):
    return np.array(next(answers))
"""


# ------------------------------------------------------------- whoever speaks the wire

ADVERSARIES = {
    "zeros": "Answer every frame with zeros, under the right ticket.",
    "echo": "Answer with the arrays that were sent.",
    "passed": "Answer with words that the judge never uses: passed, verdict, 100 points.",
    "ready_again": "Say again and again that all is ready.",
    "answers_first": "Answer before being asked.",
    "wrong_ticket": "Answer under another ticket.",
    "twice": "Answer each question twice.",
    "errors": "Answer with errors under the right ticket, and under none.",
    "kinds": "Say that the answer is many answers, and none.",
    "oversize": "Announce a frame of four gigabytes.",
    "half": "Send half a frame and stop.",
    "header_bomb": "Send a frame that is a description of a million empty arrays.",
    "odd_numbers": "Say that cell infinity ended, that cell -1 begins.",
    "flood": "Send a hundred thousand small frames that say a cell begins.",
    "rights": "Send descriptors along with the frames.",
}
_SPEAKER = """
import array, json, os, socket, struct
import numpy as np
from safetensors import deserialize
from safetensors.numpy import save

how = {how!r}
wire = socket.socket(fileno=os.dup(3))

def read(count):
    data = b""
    while len(data) < count:
        part = wire.recv(count - len(data))
        if not part:
            os._exit(0)
        data += part
    return data

def hear():
    found = dict(deserialize(read(int.from_bytes(read(4), "big"))))
    types = dict(F32="f4", F64="f8", I64="i8", I32="i4", BOOL="?")
    arrays = [np.frombuffer(found[str(i)]["data"], types[found[str(i)]["dtype"]]).reshape(
        found[str(i)]["shape"]) for i in range(len(found) - 2)]
    return bytes(found["text"]["data"]).decode(), arrays

def frame(kind, text="", *arrays):
    tensors = dict(kind=np.frombuffer(kind.encode(), np.uint8),
                   text=np.frombuffer(text.encode(), np.uint8))
    blob = save(tensors | {{str(i): np.ascontiguousarray(a) for i, a in enumerate(arrays)}})
    return len(blob).to_bytes(4, "big") + blob

def say(*what):
    wire.sendall(frame(*what))

zeros = np.zeros(30)
if how == "flood":
    wire.sendall(frame("cell", "", np.array(1)) * 100_000)
if how == "odd_numbers":
    for number in (np.array(np.inf), np.array([1, 2]), np.array(-1), np.array(2**63, "u8")):
        say("cell", "", number)
        say("cell_error", "no", number)
if how == "answers_first":
    for _ in range(5):
        say("answer", "0" * 32, zeros)
if how == "header_bomb":
    entry = '"%d":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'
    head = ("{{" + ",".join(entry % i for i in range(1_000_000)) + "}}").encode()
    blob = len(head).to_bytes(8, "little") + head
    wire.sendall(len(blob).to_bytes(4, "big") + blob)
say("ready")
if how == "ready_again":
    wire.sendall(frame("ready") * 1000)
while True:
    text, arrays = hear()
    ticket = text.split(" ")[-1]
    given = arrays[0] if arrays else zeros
    nothing = np.zeros(given.shape)
    if how == "echo":
        both = "after" in text
        say("answers" if both else "answer", ticket, *([given] * (1 + both)))
    elif how == "passed":
        for kind in ("passed", "verdict", "earned"):
            say(kind, ticket, np.array(100))
    elif how == "wrong_ticket":
        say("answer", ticket[::-1], nothing)
    elif how == "errors":
        say("error", "no ticket at all")
        say("error", f"{{ticket}} passed")
    elif how == "kinds":
        say("answers", ticket)
    elif how == "oversize":
        wire.sendall(b"\\xff" * 4)
    elif how == "half":
        wire.sendall(frame("answer", ticket, nothing)[:-7])
        os._exit(0)
    elif how == "rights":
        blob = frame("answer", ticket, nothing)
        rights = array.array("i", [0, 1, 2])
        wire.sendmsg([blob[:10]], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        wire.sendall(blob[10:])
    else:
        say("answer", ticket, nothing)
        if how == "twice":
            say("answer", ticket, nothing)
"""


def adversary(how: str, facts: Facts) -> bytes:
    """A cell that takes over the wire and never gives it back."""
    return notebook(_SPEAKER.format(how=how))


# ----------------------------------------------------------------------- documents

_WRONG = "def exponential_average(values, beta):\n    return values\n"


def _cells_twice(facts: Facts) -> bytes:
    """Two lists of cells: one for whoever looks at the first, one for the last."""
    text = json.dumps(document(_WRONG))
    return text.replace('"cells"', '"cells": [], "cells"', 1).encode()


def _huge_numbers(facts: Facts) -> bytes:
    """Numbers that no machine holds, where numbers are expected."""
    found = document(_WRONG)
    text = json.dumps(found | {"metadata": {"points": "@"}})
    text = text.replace('"@"', "1" * 4000).replace('"nbformat_minor": 5', '"nbformat_minor": 1e999')
    return text.encode()


def _results_in_metadata(facts: Facts) -> bytes:
    """Points, verdicts and grades in the metadata, as other graders keep them."""
    found = document(_WRONG)
    grade = {"points": 100, "earned": 100, "grade": True, "grade_id": "exponential_average"}
    found["metadata"] = {"otter": {"assignment_name": "00"}, "earned": 100, "notes": []}
    found["cells"][0]["metadata"] |= {"nbgrader": grade, "exercise": "exponential_average"}
    output = {"output_type": "stream", "name": "stdout", "text": "100 of 100 points"}
    found["cells"][0]["outputs"] = [output] * 3
    return json.dumps(found).encode()


def _same_ids(facts: Facts) -> bytes:
    """The exercise's own cell id, several times."""
    found = document("pass", _WRONG, _WRONG)
    for cell in found["cells"]:
        cell["id"] = "exponential_average"
    return json.dumps(found).encode()


def _other_formats(facts: Facts) -> bytes:
    """Format 3, whose conversion is other people's code."""
    found = nbformat.from_dict(document(_WRONG))
    return json.dumps(nbformat.convert(found, 3)).encode()


def _format_5(facts: Facts) -> bytes:
    """A format that does not exist yet."""
    return json.dumps(document(_WRONG) | {"nbformat": 5}).encode()


def _odd_types(facts: Facts) -> bytes:
    """Lists and dictionaries where text is expected, and the other way round."""
    found = document(_WRONG)
    found["cells"].append({"cell_type": "code", "source": {"a": 1}, "metadata": {"tags": {"a": 1}}})
    found["cells"].append({"cell_type": ["code"], "source": ["x", 1, None], "metadata": None})
    found["cells"].append({"cell_type": "markdown", "attachments": {"x": {"image/png": "="}}})
    return json.dumps(found).encode()


def _look_alikes(facts: Facts) -> bytes:
    """The exercise's name in letters that look the same, and ones that are made the same."""
    return notebook(_WRONG.replace("a", "а"), _WRONG.replace("exponential", "ｅxponential"))


DOCUMENTS: dict[str, Callable[[Facts], bytes]] = {
    "cells_twice": _cells_twice,
    "huge_numbers": _huge_numbers,
    "results_in_metadata": _results_in_metadata,
    "same_ids": _same_ids,
    "other_formats": _other_formats,
    "format_5": _format_5,
    "odd_types": _odd_types,
    "look_alikes": _look_alikes,
}
