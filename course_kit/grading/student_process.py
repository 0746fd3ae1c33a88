"""The student's process: reads a notebook, runs its cells, answers probes.

Forked from the zygote (`course_kit.grading.zygote`), or started by the judge in isolated mode
where fork is not to be trusted. It holds no claim, no expected answer, no verdict and no salt.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import signal
import socket
import sys
import tempfile
from typing import Any

import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from course_kit.checks.answers import Message, clean
from course_kit.checks.lab import StudentError
from course_kit.checks.notebook import Notebook, answer
from course_kit.grading import leftovers
from course_kit.grading.channel import PlainChannel
from course_kit.grading.delegation import Watch
from course_kit.grading.folders import HOMES
from course_kit.grading.isolation import canaries
from course_kit.grading.isolation.sandbox import Plan, Sandbox, interpreter_files
from course_kit.grading.limits import Limits
from course_kit.grading.reading import (
    Unreadable,
    read_answers,
    read_document,
    read_notebook,
)

MAX_FINDINGS = 50
# What students import, and what it and Keras import only when they are used.
_COMMON = "keras tensorflow matplotlib.pyplot matplotlib.backends.backend_agg PIL.Image secrets"
_COMMON += " zipfile asyncio h5py random math time json dataclasses functools itertools"


class CellTimeout(BaseException):
    """A cell that used up its processor time. Not an Exception, so that a plain
    ``except Exception`` in a loop does not swallow it; the judge's own watch ends
    a loop that swallows everything."""


def main() -> None:
    """Be a student's process in an interpreter of its own: where there is no zygote."""
    channel = PlainChannel(socket.socket(fileno=int(sys.argv[1])))
    request = json.loads(channel.receive().text)
    load(request["lab"])
    readable = (*interpreter_files(), *request["readable"])
    _be(channel, Sandbox(Plan(**request["plan"]), readable), request)


def run(end: socket.socket, sandbox: Sandbox, request: dict[str, Any]) -> None:
    """Be a student's process in a child of the zygote, where `load` has run already."""
    _be(PlainChannel(end), sandbox, request)


def load(lab: dict[str, Any]) -> None:
    """Import all that a student of this lab may use; run no operation of TensorFlow.

    Args:
        lab: "allows", the parts of course_kit that its notebook may import; "probes".
    """
    for name in _COMMON.split():
        importlib.import_module(name)
    if "data" in lab["allows"]:
        for name in ("sklearn.datasets", "sklearn.model_selection"):
            importlib.import_module(name)
    for part in ("quiet", *lab["allows"]):
        _load_whole(f"course_kit.{part}")
    importlib.import_module(lab["probes"])
    config = Config()
    config.HistoryManager.enabled = False  # it would start a thread
    shell = InteractiveShell.instance(config=config)
    leftovers.answer_harmlessly(shell)
    leftovers.guard_imports(tuple(lab["allows"]), lab["probes"])


def _load_whole(name: str) -> None:
    """Import a module with all beneath it: its files cannot be read later."""
    module = importlib.import_module(name)
    for found in pkgutil.walk_packages(getattr(module, "__path__", []), f"{name}."):
        importlib.import_module(found.name)


def _be(channel: PlainChannel, sandbox: Sandbox, request: dict[str, Any]) -> None:
    _silence()
    os.umask(0o077)
    sandbox.enter(request["folder"], request["slot"], Limits(**request["limits"]))
    _move_in(request["folder"])
    if request["role"] == "canary":
        canaries.run(channel, request)
        return
    channel.send(Message("hello"))
    config, data = (array.tobytes() for array in channel.receive().arrays)
    _study(channel, json.loads(config), data)


def _study(channel: PlainChannel, config: dict[str, Any], data: bytes) -> None:
    """Run the notebook, then answer until the judge hangs up."""
    try:
        document = read_document(data)
        cells, findings = read_notebook(document)
        written = read_answers(document, config["questions"], config["known_cells"])
    except (Unreadable, MemoryError, RecursionError) as error:
        words = str(error) or f"it takes too much to read it ({type(error).__name__})"
        channel.send(Message("unreadable", clean(words)))
        return
    for finding in findings[:MAX_FINDINGS]:
        channel.send(Message("finding", finding))
    for name, text in written.items():
        channel.send(Message("written", f"{name}\n{text}"))
    watch = Watch(**config["delegation"])
    watch.reading(cells)
    _tell_watched(channel, watch)
    shell = InteractiveShell.instance()
    signal.signal(signal.SIGPROF, _time_is_up)
    for number, source in cells.items():
        if number in config["skip"]:
            continue
        channel.send(Message("cell", "", [np.array(number)]))
        raised = _run(shell, source, config["cell_seconds"])
        if raised:
            channel.send(Message("cell_error", clean(raised, 400), [np.array(number)]))
    probes = sys.modules[config["probes"]]
    channel.send(Message("ready"))
    _answer_until_closed(channel, probes, Notebook(shell.user_ns), watch)


def _move_in(folder: str) -> None:
    """Make the folder a home: what libraries write goes there."""
    for name in HOMES:
        os.environ[name] = os.path.join(folder, name.lower())
        os.makedirs(os.environ[name], exist_ok=True)
    tempfile.tempdir = None
    InteractiveShell.instance().ipython_dir = os.environ["IPYTHONDIR"]
    from keras.src.backend import config

    if hasattr(config, "_KERAS_DIR"):  # read from the environment when Keras was imported
        config._KERAS_DIR = os.environ["KERAS_HOME"]


def _run(shell: InteractiveShell, source: str, seconds: int) -> str | None:
    """Run one cell; what it raised, or None."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        result = shell.run_cell(source, store_history=False)
        error = result.error_before_exec or result.error_in_exec
    except CellTimeout as late:  # between two lines of IPython itself
        error = late
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    if isinstance(error, CellTimeout):
        return f"stopped after {seconds} s of processor time"
    return None if error is None else f"{type(error).__name__}: {error}"


def _time_is_up(signum: int, frame: Any) -> None:
    raise CellTimeout


def _answer_until_closed(
    channel: PlainChannel, probes: Any, notebook: Notebook, watch: Watch
) -> None:
    while True:
        try:
            asked = channel.receive()
        except EOFError:
            return
        if asked.kind == "watched":
            _tell_watched(channel, watch)
            channel.send(Message("told"))
            continue
        probe, ticket, exercise = asked.text.split(" ")
        try:
            # A plain number was sent as an array without axes; give it back as one.
            arguments = [a.item() if a.ndim == 0 else a.copy() for a in asked.arrays]
            with watch.asking(exercise, probe):
                kind, arrays = answer(getattr(probes, probe), notebook, arguments)
            channel.send(Message(kind, ticket, arrays))
        except StudentError as error:
            channel.send(Message("error", f"{ticket} {error}"))
        except (SystemExit, KeyboardInterrupt) as error:
            channel.send(Message("error", f"{ticket} your code raised {type(error).__name__}"))


def _tell_watched(channel: PlainChannel, watch: Watch) -> None:
    for finding in watch.evidence():
        channel.send(Message("delegated", finding.line))


def _silence() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)


if __name__ == "__main__":
    main()
