"""Vanishing, exploding or healthy: what gradient norms say, layer by layer.

Decks: M, on initialization, vanishing and exploding gradients; U, Lecture 4. Backpropagation
multiplies on the way down, so that both are strongest at the first layers.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

DECADES = 3.0  # from the last layer to the first: a factor of a thousand
LARGEST_RATIO = 100.0  # of gradient to weight, in the middle layer
SMALLEST_RATIO = 1e-6


class Verdict(NamedTuple):
    """What a monitor says.

    Args:
        kind: ``"vanishing"``, ``"exploding"``, ``"healthy"`` or ``"unknown"``.
        sentence: where, and how much.
        factor: by how much the gradient grows in each layer on its way down; NaN if unknown.
    """

    kind: str
    sentence: str
    factor: float = math.nan


def judge(
    gradients: Mapping[str, float],
    weights: Mapping[str, float] | None = None,
    small_before: bool = True,
) -> Verdict:
    """Judge the gradients of a network, by depth first, then as a whole.

    With g_l the norm in layer l of L, a line is laid through ``log10(g_l)`` over l (least
    squares). Down the network the gradient changes by ``10**(-slope * (L - 1))`` in all.

    - A norm that is not finite: exploding.
    - More than a thousandfold growth on the way down: exploding.
    - A fall to less than a thousandth, or to exactly 0 at the first layer: vanishing.
    - The middle one of the ratios ``g_l / |w_l|`` above 100: exploding, everywhere alike. A
      rate of 0.01 would then change layers by as much as they are. So it is where the signal
      grows on its way up as well, as with ReLU and too large weights.
    - That ratio below 1e-6, from the start: vanishing, everywhere alike. If it was larger
      before, the loss has come to a minimum, which is healthy.

    Networks that train well, of up to 50 layers, measured within a factor of 100 either way
    and with ratios from 0.01 to 20. A layer with 0 above the first does not count: such are
    residual branches that begin with a scale of 0.

    Args:
        gradients: norm of the gradient in each layer, from the first to the last; at least 2.
        weights: norm of each layer's weights; without, or 0, no ratio is taken.
        small_before: whether the ratio was below 1e-6 from the start.

    Example, a factor of 4 from layer to layer, as sigmoids have it:

    >>> verdict = judge({f"dense_{i}": 0.25 ** (9 - i) for i in range(10)})
    >>> verdict.kind, round(verdict.factor, 2)
    ('vanishing', 0.25)
    >>> print(verdict.sentence)
    The gradient falls from 1 at dense_9 to 3.8e-06 at dense_0, by 0.25 in each layer.
    """
    names, norms = list(gradients), np.array([*gradients.values()], float)
    broken = [name for name, g in gradients.items() if not math.isfinite(g)]
    if broken:
        return Verdict("exploding", f"The gradient is not finite at {_list(broken)}.")
    alive = np.flatnonzero(norms)
    zeros = [name for name, g in gradients.items() if g == 0]
    if len(norms) and not norms[0]:
        there = "anywhere" if not len(alive) else f"below {names[alive[0]]}"
        return Verdict("vanishing", f"No gradient at all arrives {there}.", 0.0)
    if len(alive) < 2:
        return Verdict("unknown", "Fewer than two layers have a gradient: no depth to compare.")
    slope = np.polyfit(alive, np.log10(norms[alive]), 1)[0]
    change, factor = -slope * (len(norms) - 1), float(10**-slope)
    first, last = names[alive[0]], names[alive[-1]]
    way = (
        f"from {norms[alive[-1]]:.2g} at {last} to {norms[alive[0]]:.2g} at {first}, "
        f"by {factor:.2g} in each layer."
    )
    if change > DECADES:
        return Verdict("exploding", f"The gradient grows {way}", factor)
    if change < -DECADES:
        return Verdict("vanishing", f"The gradient falls {way}", factor)
    ratio = middle_ratio(gradients, weights or {})
    if ratio > LARGEST_RATIO:
        text = f"It is {ratio:.2g} times the weights in the middle layer, and alike in all."
        return Verdict("exploding", text, factor)
    if ratio < SMALLEST_RATIO and small_before:
        text = f"It is {ratio:.2g} times the weights in the middle layer, and alike in all."
        return Verdict("vanishing", text, factor)
    rest = f" None arrives at {_list(zeros)}." if zeros else ""
    return Verdict("healthy", f"The gradient goes {way}{rest}", factor)


def middle_ratio(gradients: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Give the median over layers of gradient to weight; NaN where there is no weight."""
    ratios = [g / weights[name] for name, g in gradients.items() if weights.get(name)]
    return float(np.median(ratios)) if ratios else math.nan


def _list(names: list[str], most: int = 4) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
