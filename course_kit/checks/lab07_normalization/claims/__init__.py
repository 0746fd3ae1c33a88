"""Lab 07: batch norm and its flag, precise statistics, folding; layer, group and weight norm.

The modules are imported in the order of the lab: claims are shown as they were added.
"""

# isort: off
from course_kit.checks.lab07_normalization.claims.base import lab
from course_kit.checks.lab07_normalization.claims import standardizing
from course_kit.checks.lab07_normalization.claims import layer
from course_kit.checks.lab07_normalization.claims import serving
from course_kit.checks.lab07_normalization.claims import axes
from course_kit.checks.lab07_normalization.claims import groups
from course_kit.checks.lab07_normalization.claims import kernels
from course_kit.checks.lab07_normalization.claims import shortcuts
# isort: on

__all__ = [
    "axes",
    "groups",
    "kernels",
    "lab",
    "layer",
    "serving",
    "shortcuts",
    "standardizing",
]
