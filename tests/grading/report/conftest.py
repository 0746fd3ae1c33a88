"""An output folder with a class of forty in it."""

import pytest
from made_up_class import LAB, Shown, a_class

from course_kit.grading.report import write_reports
from course_kit.grading.store import Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "out")


@pytest.fixture
def rows(store):
    return a_class(store, 40)


@pytest.fixture
def graded(store, rows):
    """The folder, with its reports."""
    write_reports(store, LAB, rows, Shown(), practice=False)
    return store.folder
