"""What notebooks bring from elsewhere, answered harmlessly in the student's process.

``!pip install``, ``drive.mount``, ``input()`` and ``check(...)`` make sense where
the notebook was written and none where it is graded. They do nothing here, so
that the cells that use them run on.
"""

from __future__ import annotations

import builtins
import importlib.util
import sys
import types
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any

import course_kit

_SILENT_MAGICS = ("pip", "conda", "mamba", "uv", "load_ext", "autoreload", "matplotlib", "pylab")
_SILENT_CELLS = ("bash", "sh", "script", "writefile", "system", "sx")


def answer_harmlessly(shell: Any) -> None:
    """Make a shell deaf to what only makes sense in Jupyter or Colab."""
    for name in _SILENT_MAGICS:
        shell.register_magic_function(_nothing, "line", name)
    for name in _SILENT_CELLS:
        shell.register_magic_function(_nothing, "line_cell", name)
    shell.system = shell.system_raw = shell.system_piped = _nothing
    shell.getoutput = lambda *args, **kwargs: []
    builtins.input = lambda *args: ""
    course_kit.check = _nothing  # type: ignore[attr-defined]
    # A warning or a display that is printed goes to a stream that leads nowhere.
    shell.display_pub.publish = _nothing
    shell.showtraceback = shell.showsyntaxerror = _nothing
    sys.meta_path.insert(0, _Colab())


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
    """Stands in for ``google.colab`` once a cell imports it, and not before."""

    _NAMES: Sequence[str] = ("google.colab", "google.colab.drive", "google.colab.files")

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name not in self._NAMES:
            return None
        return importlib.util.spec_from_loader(name, self, is_package=name == "google.colab")

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        module = types.ModuleType(spec.name)
        for name in ("mount", "flush_and_unmount", "download"):
            setattr(module, name, _nothing)
        module.upload = dict  # type: ignore[attr-defined]
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        if module.__name__ == "google.colab":
            for name in ("drive", "files"):
                importlib.import_module(f"google.colab.{name}")
