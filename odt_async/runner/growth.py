"""How fast the pace grows while nothing is refused: the less is known of the limit, the faster.

A limit that saves up *b* seconds of its rate refuses a pace that grows at the rate *g* (a second) only when it is
sqrt(2 * g * b) above: that is what `BORNE` takes back from the pace that was refused.
"""

from __future__ import annotations

from enum import IntEnum

__all__ = ["BORNE", "PLATEAU", "Course", "growth"]


class Course(IntEnum):
    """What is known, and so how fast the pace grows; the first three follow each other."""

    SEARCH = 0  # one refusal, while free: nothing but what was accepted then
    FAST = 1  # the limit lies between what was accepted and what was refused
    MEDIUM = 2
    SLOW = 3  # a refusal costs its Retry-After
    FREE = 4  # it costs nothing, as what a hold saves up can be used afterwards
    FALLEN = 5  # the limit has fallen lately, and may rise again


PLATEAU = {Course.SEARCH: 0.0, Course.FAST: 2.0, Course.MEDIUM: 3.0}  # units without growth
# of the refused pace
BORNE = {Course.SEARCH: 1.0, Course.FAST: 0.82, Course.MEDIUM: 0.92, Course.SLOW: 0.972}

_A_UNIT = {
    Course.SEARCH: 2.0,
    Course.FAST: 1.3,
    Course.MEDIUM: 1.08,
    Course.FREE: 1.1,
    Course.FALLEN: 1.3,
}
_CREEP = 0.004  # a unit, at first; grown to _STRIDE_FROM unrefused, the limit must have risen
_STRIDE_FROM, _STRIDE = 1.06, 1.25
_MOST_UNITS = 60.0  # a pace is a finite number


def growth(course: Course, units: float) -> float:
    """Return the factor by which the pace has grown *units* of time after the plateau."""
    units = max(0.0, min(units, _MOST_UNITS))
    if course is not Course.SLOW:
        return float(_A_UNIT[course] ** units)
    creeping = min(units, (_STRIDE_FROM - 1.0) / _CREEP)
    return float((1.0 + _CREEP * creeping) * _STRIDE ** (units - creeping))
