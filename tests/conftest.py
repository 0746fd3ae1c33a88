"""Options and settings for all tests."""

import os

import matplotlib
import pytest
from in_a_browser import browser

# Before TensorFlow is loaded anywhere: its start-up notes say nothing about a test.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
matplotlib.use("agg")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("course_kit")
    group.addoption(
        "--submission", metavar="NOTEBOOK", help="the notebook that tests/autograder grades"
    )
    group.addoption("--lab", metavar="NN", help="its lab, if the file name does not say it")


@pytest.fixture
def keras_as_it_was():
    """Puts the filtering of tracebacks back: Keras' own test cases turn it off."""
    from keras import config

    filtered = config.is_traceback_filtering_enabled()
    yield
    (config.enable_traceback_filtering if filtered else config.disable_traceback_filtering)()


__all__ = ["browser"]  # a fixture, for any test that asks for it
