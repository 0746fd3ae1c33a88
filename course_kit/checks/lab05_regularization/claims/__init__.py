"""Lab 05: l2, l1, group lasso, max-norm, label smoothing, early stopping.

Everywhere `factor` is Keras': it multiplies the plain sum of squares, of absolute
values or of lengths, which is added once to the mean loss. The expected values
are computed here, in float64, from the draw.
"""

from course_kit.checks.lab05_regularization.claims.base import lab

# In the order of the lab, which is that of the exercises.
from course_kit.checks.lab05_regularization.claims import (  # isort: skip
    squares,
    absolute_values,
    groups,
    projection,
    smoothing,
    stopping,
)

__all__ = ["absolute_values", "groups", "lab", "projection", "smoothing", "squares", "stopping"]
