"""Companion package for a deep-learning course on making networks train.

    from course_kit import layers, callbacks, models, data, check

Importing ``course_kit`` loads neither TensorFlow nor Keras: each part is
loaded when its name is first used.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PARTS = (
    "authoring",
    "callbacks",
    "checks",
    "constraints",
    "data",
    "figures",
    "grading",
    "inference",
    "layers",
    "losses",
    "models",
    "optimizers",
    "quiet",
    "regularizers",
    "schedules",
)

__all__ = [*_PARTS, "check"]


def __getattr__(name: str) -> Any:
    if name == "check":
        return import_module("course_kit.checks").check
    if name in _PARTS:
        return import_module(f"course_kit.{name}")
    raise AttributeError(f"module 'course_kit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
