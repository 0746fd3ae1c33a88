"""What notebooks bring from elsewhere, answered harmlessly in the student's process.

``!pip install``, ``drive.mount``, ``input()``, ``breakpoint()`` and ``check(...)``
make sense where the notebook was written and none where it is graded. They do
nothing here, so that the cells that use them run on; so do magics that only
Jupyter, Colab or some extension knows.
"""

from __future__ import annotations

import builtins
import importlib.util
import pdb
import sys
import types
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any
from unittest.mock import MagicMock

import course_kit

_SILENT_MAGICS = (
    *("pip", "conda", "mamba", "uv", "load_ext", "autoreload", "matplotlib", "pylab"),
    *("debug", "pdb"),  # they would ask, and be answered with nothing, for ever
)
_SILENT_CELLS = ("bash", "sh", "script", "system", "sx")
# Cell magics whose cells are no Python of this notebook; the cells of all others are run.
OTHER_LANGUAGES = {
    *(*_SILENT_CELLS, "!", "cmd", "perl", "ruby", "pypy", "python", "python2", "python3"),
    *("html", "HTML", "svg", "SVG", "latex", "markdown", "javascript", "js", "writefile", "file"),
    *("shell", "R", "sql", "bigquery", "cpp", "cuda", "julia", "ai"),  # not IPython's own
}


def answer_harmlessly(shell: Any) -> None:
    """Make a shell deaf to what only makes sense in Jupyter or Colab."""
    for name in _SILENT_MAGICS:
        shell.register_magic_function(_nothing, "line", name)
    for name in _SILENT_CELLS:
        shell.register_magic_function(_nothing, "line_cell", name)
    _ignore_unknown_magics(shell)
    shell.system = shell.system_raw = shell.system_piped = _nothing
    shell.ask_exit = _nothing  # what `quit()` calls
    shell.getoutput = lambda *args, **kwargs: []
    builtins.input = lambda *args: ""
    sys.breakpointhook = pdb.set_trace = _nothing
    course_kit.check = _nothing  # type: ignore[attr-defined]
    # A warning or a display that is printed goes to a stream that leads nowhere.
    shell.display_pub.publish = _nothing
    shell.showtraceback = shell.showsyntaxerror = _nothing
    sys.meta_path.insert(0, _Colab())
    # A module that a cell wrote can be imported, as in Jupyter; isolated mode leaves this out.
    sys.path.append("")


def _ignore_unknown_magics(shell: Any) -> None:
    """``%tensorboard`` does nothing; of ``%%wandb`` the cell itself is run."""
    run_line, run_cell = shell.run_line_magic, shell.run_cell_magic

    def line_magic(name: str, line: str, _stack_depth: int = 1) -> Any:
        known = shell.find_line_magic(name)
        return run_line(name, line, _stack_depth + 1) if known else None

    def cell_magic(name: str, line: str, cell: str) -> Any:
        if shell.find_cell_magic(name) or shell.find_line_magic(name):
            return run_cell(name, line, cell)
        if name not in OTHER_LANGUAGES:
            shell.run_cell(cell, store_history=False).raise_error()
        return None

    shell.run_line_magic, shell.run_cell_magic = line_magic, cell_magic


def guard_imports(parts: tuple[str, ...], probes: str) -> None:
    """Refuse what is not yet imported of course_kit, but for the lab's `parts` and `probes`.

    Claims compute what they expect; a process that could import them could ask them.
    """
    sys.meta_path.insert(0, _Guard(parts, probes))


def _nothing(*args: Any, **kwargs: Any) -> None:
    """Do nothing, whatever is asked."""


class _Guard(MetaPathFinder):
    def __init__(self, parts: tuple[str, ...], probes: str):
        self._parts = (*parts, "quiet")
        self._probes = (probes, probes.rpartition(".")[0])

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        root, _, part = name.partition(".")
        allowed = part.split(".")[0] in self._parts or name in self._probes
        if root == "course_kit" and not allowed:
            raise ImportError(f"{name} is not available while this lab is graded")


class _Colab(MetaPathFinder, Loader):
    """Stands in for ``google.colab`` and all in it once a cell imports it, and not before."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if not f"{name}.".startswith("google.colab."):
            return None
        return importlib.util.spec_from_loader(name, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        module = types.ModuleType(spec.name)
        module.__getattr__ = self._anything  # type: ignore[method-assign]
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """There is nothing in it to run."""

    @staticmethod
    def _anything(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        # files.upload() gives names and contents, userdata.get(...) a text.
        return MagicMock(
            **{"return_value": None, "upload.return_value": {}, "get.return_value": ""}
        )
