"""Lab 06: vanilla, inverted and spatial dropout, DropConnect, Monte Carlo masks, stochastic depth.

Everywhere `rate` is the probability of dropping, and units with ``u >= rate``
survive. The expected values are computed here, in float64, from the draw.
"""

# isort: off (the order in which the exercises are shown)
from course_kit.checks.lab06_dropout.claims import (
    connect,
    depth,
    inverted,
    layer,
    monte_carlo,
    spatial,
    vanilla,
)
from course_kit.checks.lab06_dropout.claims.base import lab
from course_kit.checks.lab06_dropout.claims.layer import STATISTICAL

__all__ = [
    "STATISTICAL",
    "connect",
    "depth",
    "inverted",
    "lab",
    "layer",
    "monte_carlo",
    "spatial",
    "vanilla",
]
