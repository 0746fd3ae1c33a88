"""Lab 10: the residual block, its gradient, its shortcut, its size, and nets made of it.

The expected values are computed here, in float64, from the draw.
"""

from course_kit.checks.lab10_resnet.claims.base import lab  # isort: skip
from course_kit.checks.lab10_resnet.claims import (  # isort: skip  (in the lab's order)
    formula,
    gradients,
    block,
    shortcut,
    counts,
    builder,
)

__all__ = ["block", "builder", "counts", "formula", "gradients", "lab", "shortcut"]
