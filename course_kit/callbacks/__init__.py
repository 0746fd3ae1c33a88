"""Callbacks for ``fit`` that take the place of Keras' own, and some that Keras lacks."""

from course_kit.callbacks.early_stopping import EarlyStopping

__all__ = ["EarlyStopping"]
