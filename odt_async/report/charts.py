"""Charts as inline SVG: paths and rectangles in a drawing that is stretched to the width of the page.

Only what may be stretched is drawn; the words of a chart are HTML around it, so that they stay readable on a phone
and on paper. Colours are those of the style sheet, by class.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

__all__ = ["HEIGHT", "WIDTH", "bands", "bar", "columns", "line", "nice_ceiling", "stacked_bar", "surface"]

WIDTH, HEIGHT = 1000, 100
_STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
_PLACES = 1
_NOTHING = 1e-9  # below, a value is none


@dataclass(frozen=True, slots=True)
class _Scale:
    longest: float  # what the width stands for
    highest: float  # what the height stands for

    def x(self, value: float) -> float:
        return round(WIDTH * min(max(value / self.longest, 0.0), 1.0), _PLACES) if self.longest else 0.0

    def y(self, value: float) -> float:
        return (
            round(HEIGHT * (1 - min(value / self.highest, 1.0)), _PLACES) if self.highest else float(HEIGHT)
        )


def nice_ceiling(highest: float) -> float:
    """Return the next round number from *highest* on: where an axis ends; 1 for nothing."""
    if highest < _NOTHING:
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest))
    return next(step * power for step in _STEPS if step * power >= highest * (1 - 1e-9))


def surface(points: Sequence[tuple[float, float]], longest: float, highest: float, kind: str) -> Markup:
    """Return the area under *points*, whose value each stands for the time since the one before."""
    if not points:
        return Markup()
    scale = _Scale(longest, highest)
    path = [f"M0 {HEIGHT}"]
    before = 0.0
    for at, value in points:
        path += [f"L{scale.x(before)} {scale.y(value)}", f"L{scale.x(at)} {scale.y(value)}"]
        before = at
    path.append(f"L{scale.x(before)} {HEIGHT}Z")
    return Markup('<path class="surface {}" d="{}"/>').format(kind, "".join(path))


def line(points: Iterable[tuple[float, float | None]], longest: float, highest: float, kind: str) -> Markup:
    """Return the line through *points*, broken where there is no value; a lone point is a short stroke."""
    scale = _Scale(longest, highest)
    path = []
    known = [(0.0, None), *points]
    for (before_at, before), (at, value) in pairwise(known):
        if value is None:
            continue
        start = f"M{scale.x(before_at)} {scale.y(value)}" if before is None else ""
        path.append(f"{start}L{scale.x(at)} {scale.y(value)}")
    return Markup('<path class="line {}" d="{}"/>').format(kind, "".join(path)) if path else Markup()


def columns(points: Iterable[tuple[float, float]], longest: float, highest: float, kind: str) -> Markup:
    """Return a column for each of *points* that has any height, from the point before to it."""
    scale = _Scale(longest, highest)
    drawn, before = [], 0.0
    for at, value in points:
        left, top = scale.x(before), scale.y(value)
        if value > 0:
            width = max(round(scale.x(at) - left, _PLACES), 1.0)
            drawn.append(f"M{left} {HEIGHT}V{min(top, HEIGHT - 1)}h{width}V{HEIGHT}Z")
        before = at
    return Markup('<path class="columns {}" d="{}"/>').format(kind, "".join(drawn)) if drawn else Markup()


def bands(spans: Iterable[tuple[float, float]], longest: float) -> Markup:
    """Return a shadow over each time span."""
    scale = _Scale(longest, 1.0)
    drawn = Markup()
    for begin, end in spans:
        width = max(round(scale.x(end) - scale.x(begin), _PLACES), 1.0)
        drawn += Markup('<rect class="band" x="{}" y="0" width="{}" height="{}"/>').format(
            scale.x(begin), width, HEIGHT
        )
    return drawn


def bar(value: float, highest: float, kind: str) -> Markup:
    """Return a horizontal bar; what is there at all is to be seen."""
    width = max(round(WIDTH * value / highest, _PLACES), 4.0) if highest and value else 0.0
    return Markup('<rect class="bar {}" x="0" y="0" width="{}" height="{}"/>').format(kind, width, HEIGHT)


def stacked_bar(parts: Sequence[tuple[str, float]]) -> Markup:
    """Return bars side by side, each as wide as its share of all; *parts* are class and value."""
    total = sum(value for _kind, value in parts)
    drawn, left = Markup(), 0.0
    for kind, value in parts:
        if value:
            width = WIDTH * value / total
            drawn += Markup('<rect class="bar {}" x="{}" y="0" width="{}" height="{}"/>').format(
                kind, round(left, 2), round(max(width, 2.0), 2), HEIGHT
            )
            left += width
    return drawn
