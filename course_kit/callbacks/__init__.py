"""Callbacks for ``fit`` that take the place of Keras' own, and some that Keras lacks."""

from course_kit.callbacks.early_stopping import EarlyStopping
from course_kit.callbacks.gradient_monitor import GradientMonitor
from course_kit.callbacks.learning_curves import LearningCurves
from course_kit.callbacks.loss_spike import LossSpike
from course_kit.callbacks.lr_curve import LRCurve
from course_kit.callbacks.lr_finder import LRFinder, lr_find
from course_kit.callbacks.weight_average import WeightAverage

__all__ = [
    "EarlyStopping",
    "GradientMonitor",
    "LRCurve",
    "LRFinder",
    "LearningCurves",
    "LossSpike",
    "WeightAverage",
    "lr_find",
]
