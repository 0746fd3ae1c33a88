"""Public names explain themselves, and their examples are true on every backend."""

import doctest
import inspect
from importlib import import_module
from pkgutil import walk_packages

import keras
import matplotlib
import pytest

matplotlib.use("Agg")

import matplotlib.pyplot as plt

import course_kit

# What is installed for its own sake; the rest serves those who write and grade labs, and has
# no backend of its own.
PARTS = sorted(set(course_kit._PARTS) - {"authoring", "checks", "grading", "quiet"})
# Notebooks handed in by an imaginary class: no modules of ours.
LEFT_OUT = ("course_kit.demo.answers", "course_kit.labs", "course_kit.__main__")
ALL = keras.backend.backend() == "tensorflow"
MODULES = sorted(
    info.name
    for info in walk_packages(course_kit.__path__, "course_kit.")
    if not info.name.startswith(LEFT_OUT) and (ALL or info.name.split(".")[1] in PARTS)
)


def public(part):
    module = import_module(f"course_kit.{part}")
    for name in getattr(module, "__all__", ()):
        thing = getattr(module, name)
        ours = getattr(thing, "__module__", "").startswith("course_kit")
        if ours and (inspect.isclass(thing) or inspect.isfunction(thing)):
            yield f"{part}.{name}", thing


# The builders of one depth take what the general one takes, and stand beside its example.
REFERS = "arguments are those of"
EVERY = dict(pair for part in PARTS for pair in public(part))


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    module = import_module(name)
    found = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    plt.close("all")
    assert found.failed == 0


@pytest.mark.parametrize("name", EVERY)
def test_public_name_says_what_it_is_and_what_it_takes(name):
    thing = EVERY[name]
    doc = inspect.getdoc(thing) or ""
    assert doc.splitlines()[0].endswith((".", ":")), "the first line is a sentence"
    inherited = REFERS in doc
    for parameter in inspect.signature(thing).parameters.values():
        variable = parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
        assert variable or inherited or parameter.name in doc, parameter.name


@pytest.mark.parametrize("name", EVERY)
def test_public_name_has_an_example(name):
    doc = inspect.getdoc(EVERY[name]) or ""
    assert ">>>" in doc or REFERS in doc
