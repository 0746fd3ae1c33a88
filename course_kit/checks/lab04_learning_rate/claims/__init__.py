"""Lab 04: schedules, warm-up, plateaus, and the learning-rate range test.

Steps t count from 0: the first step of gradient descent is made with the rate of
t = 0. The expected values are computed here, in float64, from the draw.
"""

from course_kit.checks.lab04_learning_rate.claims.base import lab

# The order in which they are imported is the order of the lab.
from course_kit.checks.lab04_learning_rate.claims import (  # isort: skip
    decays,
    warm_cosine,
    every_step,
    plateau,
    sweep,
    range_test,
    suggestion,
)

__all__ = [
    "decays",
    "every_step",
    "lab",
    "plateau",
    "range_test",
    "suggestion",
    "sweep",
    "warm_cosine",
]
