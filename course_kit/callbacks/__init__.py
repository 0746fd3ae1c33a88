"""Callbacks for ``fit`` that take the place of Keras' own, and some that Keras lacks."""

from course_kit.callbacks.early_stopping import EarlyStopping
from course_kit.callbacks.lr_curve import LRCurve
from course_kit.callbacks.lr_finder import LRFinder, lr_find

__all__ = ["EarlyStopping", "LRCurve", "LRFinder", "lr_find"]
