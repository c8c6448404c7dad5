"""The charts of a run over time, one below another on the same axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from odt_async.language import tr
from odt_async.report import charts
from odt_async.report.course import Course, Point
from odt_async.report.figures import amount, decimal, duration
from odt_async.runs import PastRun

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["Panel", "panels"]

_TICKS = 4  # spaces between them
_SLOW_MS = 10_000  # from where on an axis is written in seconds


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart: its drawing, what its axes say from the top and from the left, and what it shows in words.

    keys: class and name of each of several things that are drawn in it.
    """

    title: str
    told: str
    drawing: Markup
    heights: Sequence[str]
    times: Sequence[str]
    keys: Sequence[tuple[str, str]] = ()


def panels(run: PastRun, course: Course) -> list[Panel]:
    """Return the charts for which there is anything to draw."""
    points = course.points
    if not points:
        return []
    longest = max(points[-1].at_s, run.elapsed_s if run.state != "running" else 0.0)
    shade = charts.bands(
        ((pause.from_s, longest if pause.to_s is None else pause.to_s) for pause in course.pauses), longest
    )
    found = [_rows(points, longest, shade)]
    if course.charted:
        found.append(_throttling(points, longest, shade, course))
    if any(point.p95_ms for point in points):
        found.append(_request_times(points, longest, shade))
    return found


def _rows(points: Sequence[Point], longest: float, shade: Markup) -> Panel:
    highest = max(point.rows_per_s for point in points)
    top = charts.nice_ceiling(highest)
    area = charts.surface([(point.at_s, point.rows_per_s) for point in points], longest, top, "rows")
    told = tr("At most {rate} rows a second.", rate=decimal(highest))
    return Panel(tr("Rows a second"), told, shade + area, _heights(top), _times(longest))


def _throttling(points: Sequence[Point], longest: float, shade: Markup, course: Course) -> Panel:
    sent = [(point.at_s, point.requests_per_s) for point in points]
    refused = [(point.at_s, point.throttled_per_s) for point in points]
    top = charts.nice_ceiling(max(rate for _at, rate in sent))
    drawing = shade + charts.surface(sent, longest, top, "requests")
    drawing += charts.columns(refused, longest, top, "throttled")
    told = tr(
        "{throttled} of {requests} requests were put off by Webex (429).",
        throttled=amount(course.throttled),
        requests=amount(course.requests),
    )
    keys = [("requests", tr("requests sent")), ("throttled", tr("put off by Webex (429)"))]
    return Panel(tr("Requests a second"), told, drawing, _heights(top), _times(longest), keys)


def _request_times(points: Sequence[Point], longest: float, shade: Markup) -> Panel:
    highest = max(point.p95_ms or 0.0 for point in points)
    top = charts.nice_ceiling(highest)
    drawing = shade + charts.line([(point.at_s, point.p95_ms) for point in points], longest, top, "p95")
    drawing += charts.line([(point.at_s, point.p50_ms) for point in points], longest, top, "p50")
    told = tr("95 of 100 requests took at most {time} at the slowest moment.", time=duration(highest / 1000))
    keys = [("p50", tr("half of the requests (p50)")), ("p95", tr("95 of 100 (p95)"))]
    heights = [duration(top * share / 2000) for share in (2, 1)]
    return Panel(tr("Time of a request, at most"), told, drawing, [*heights, "0"], _times(longest), keys)


def _heights(top: float) -> Sequence[str]:
    return [decimal(top), decimal(top / 2), "0"]


def _times(longest: float) -> Sequence[str]:
    return ["0", *(duration(longest * tick / _TICKS) for tick in range(1, _TICKS + 1))]
