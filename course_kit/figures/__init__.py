"""Figures of the course: arrays in, a Matplotlib figure or axes out, in one look.

    from course_kit import figures

    figures.learning_curves(model.fit(...), log_y=True)

Everything can be read without colour: lines also differ in marker and dash.
Matplotlib is loaded when the first figure is drawn; TensorFlow never.
"""

from course_kit.figures.augmentations import augmentations
from course_kit.figures.calibration import expected_calibration_error, reliability_diagram
from course_kit.figures.curves import learning_curves
from course_kit.figures.dropout import masks
from course_kit.figures.images import image_grid
from course_kit.figures.style import MARKERS, PALETTE, line, use

__all__ = [
    "MARKERS",
    "PALETTE",
    "augmentations",
    "expected_calibration_error",
    "image_grid",
    "learning_curves",
    "line",
    "masks",
    "reliability_diagram",
    "use",
]
