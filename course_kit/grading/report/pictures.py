"""Where the marks of the pictures lie; the templates draw them as inline SVG.

Pictures are laid out 360 wide, the width of a telephone, and grow from there:
drawn wide and shrunk, their words could not be read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from course_kit.grading.report.analysis import Item

WIDTH = 360


@dataclass(frozen=True)
class Bar:
    """A bar from (x, y), `width` by `height`, with what it stands for."""

    x: float
    y: float
    width: float
    height: float
    says: str
    count: int


@dataclass(frozen=True)
class Histogram:
    """Bars, the words under the axis as (x, text), and the lines behind as (y, text)."""

    height: float
    base: float
    left: float
    right: float
    bars: list[Bar]
    ticks: list[tuple[float, str]]
    lines: list[tuple[float, str]]
    marker: float | None = None


@dataclass(frozen=True)
class Dot:
    """One claim: its row's height, the end of its pass-rate bar, its dot or None."""

    item: Item
    y: float
    rate: float
    dot: float | None


@dataclass(frozen=True)
class ItemPlot:
    """Pass rates on the left, discriminations on the right; exercises as (y, name)."""

    height: float
    dots: list[Dot]
    exercises: list[tuple[float, str]]
    left: tuple[float, float]
    right: tuple[float, float]
    zero: float


def histogram(
    values: list[float], top: float, unit: str, marker: float | None = None, bins: int = 20
) -> Histogram:
    """Count `values` in [0, `top`] into equal bins, the last one with its upper end.

    Args:
        values: at least 0; larger than `top` counts as `top`.
        unit: what a value is, for the words on the bars.
        marker: a value to mark, the median for example.
    """
    left, right, base, ceiling = 30.0, WIDTH - 12.0, 168.0, 14.0
    top = top or 1.0
    edges = np.linspace(0, top, bins + 1)
    counts = np.histogram(np.minimum(values, top), bins=edges)[0]
    step = nice(max(int(counts.max()), 1))
    full = step * math.ceil(max(int(counts.max()), 1) / step)
    wide = (right - left) / bins
    bars = [
        Bar(
            x=round(left + i * wide + 0.75, 2),
            y=round(base - (base - ceiling) * int(count) / full, 2),
            width=round(wide - 1.5, 2),
            height=round((base - ceiling) * int(count) / full, 2),
            says=f"{edges[i]:g} to {edges[i + 1]:g} {unit}: {int(count)}",
            count=int(count),
        )
        for i, count in enumerate(counts)
    ]
    ticks = [(round(left + (right - left) * i / 5, 2), f"{top * i / 5:g}") for i in range(6)]
    lines = [
        (round(base - (base - ceiling) * value / full, 2), str(value))
        for value in range(step, full + 1, step)
    ]
    mark = None if marker is None else round(left + (right - left) * min(marker, top) / top, 2)
    return Histogram(base + 38, base, left, right, bars, ticks, lines, mark)


def nice(largest: int) -> int:
    """A step of 1, 2 or 5 times a power of ten that gives at most five lines."""
    power = 10 ** max(0, math.floor(math.log10(max(largest / 5, 1))))
    return next(power * k for k in (1, 2, 5, 10) if largest / (power * k) <= 5)


def round_top(largest: float) -> float:
    """The least round number from `largest` up whose fifths are round as well."""
    if largest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(largest / 5))
    step = next(k for k in (1, 2, 5, 10) if power * k * 5 >= largest * (1 - 1e-9))
    return float(f"{power * step * 5:.6g}")


def item_plot(found: list[Item]) -> ItemPlot:
    """Lay out one row for each claim, and one above each exercise."""
    left, right, row = (34.0, 178.0), (204.0, 348.0), 14.0

    def across(share: float, span: tuple[float, float]) -> float:
        return round(span[0] + share * (span[1] - span[0]), 2)

    dots: list[Dot] = []
    exercises: list[tuple[float, str]] = []
    y = 30.0
    for item in found:
        if not dots or item.claim.exercise != dots[-1].item.claim.exercise:
            exercises.append((y + 15, item.claim.exercise))
            y += 20
        value = item.discrimination
        dot = None if value is None else across((value + 1) / 2, right)
        dots.append(Dot(item, y, across(item.rate, left), dot))
        y += row
    return ItemPlot(y + 24, dots, exercises, left, right, across(0.5, right))
