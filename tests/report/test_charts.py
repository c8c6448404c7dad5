from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.report import charts

VALUES = st.floats(min_value=0, max_value=1e6)
STEPS = st.lists(st.tuples(st.floats(min_value=0.001, max_value=1e5), VALUES), max_size=30)


def numbers(drawing: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", re.sub(r"class=\"[^\"]*\"", "", drawing))]


@pytest.mark.parametrize(
    ("highest", "top"),
    [(0, 1), (0.07, 0.08), (1, 1), (99, 100), (231.5, 250), (1001, 1500), (90_000, 100_000)],
)
def test_an_axis_ends_at_a_round_number_that_is_not_below(highest: float, top: float) -> None:
    assert charts.nice_ceiling(highest) == pytest.approx(top)


@given(STEPS)
def test_what_is_drawn_is_well_formed_and_stays_within_its_frame(steps: list[tuple[float, float]]) -> None:
    at, points = 0.0, []
    for gap, value in steps:
        at += gap
        points.append((at, value))
    top = charts.nice_ceiling(max((value for _gap, value in steps), default=0.0))
    drawn = charts.surface(points, at, top, "rows") + charts.columns(points, at, top, "throttled")
    drawn += charts.line(points, at, top, "p95") + charts.bands([(0.0, at)], at)
    ET.fromstring(f"<svg>{drawn}</svg>")  # noqa: S314 - our own
    assert [number for number in numbers(drawn) if not 0 <= number <= charts.WIDTH] == []


def test_a_value_stands_for_the_time_since_the_one_before() -> None:
    assert charts.surface([(5, 10), (10, 0)], 10, 10, "rows") == (
        '<path class="surface rows" d="M0 100L0.0 0.0L500.0 0.0L500.0 100.0L1000.0 100.0L1000.0 100Z"/>'
    )


def test_a_line_is_broken_where_nothing_is_known() -> None:
    drawn = charts.line([(1, 5), (2, None), (3, 5), (4, 10)], 4, 10, "p50")
    assert drawn == '<path class="line p50" d="M0.0 50.0L250.0 50.0M500.0 50.0L750.0 50.0L1000.0 0.0"/>'


def test_nothing_is_drawn_of_nothing() -> None:
    assert [
        charts.surface([], 1, 1, "rows"),
        charts.line([(1, None)], 1, 1, "p50"),
        charts.columns([(1, 0)], 1, 1, "throttled"),
        charts.stacked_bar([("error", 0)]),
    ] == [""] * 4


def test_a_little_is_still_to_be_seen() -> None:
    assert charts.bar(1, 1_000_000, "rows") == '<rect class="bar rows" x="0" y="0" width="4.0" height="100"/>'
    assert charts.bar(0, 5, "rows") == '<rect class="bar rows" x="0" y="0" width="0.0" height="100"/>'
    assert 'width="1.0"' in charts.bands([(1.0, 1.0)], 100_000)


def test_parts_stand_side_by_side() -> None:
    assert charts.stacked_bar([("applied", 3), ("unchanged", 0), ("error", 1)]) == (
        '<rect class="bar applied" x="0.0" y="0" width="750.0" height="100"/>'
        '<rect class="bar error" x="750.0" y="0" width="250.0" height="100"/>'
    )


def test_a_name_cannot_break_out_of_its_attribute() -> None:
    assert '"&gt;' not in charts.bar(1, 1, "rows")
    assert "<script>" not in charts.bar(1, 1, '"><script>')
