from __future__ import annotations

from pathlib import Path

import orjson

from odt_async.report.course import Pause, Point, course_of
from odt_async.report.digest import digest_of
from odt_async.runs import find
from tests.report.leaving import MIXED, left, line

COURSE = [
    line(0.0),
    line(10.0, requests=40, throttled=2, by_status={"applied": 18, "skipped": 9}, p50_ms=50, p95_ms=90),
    line(20.0, requests=60, throttled=2, by_status={"applied": 20, "error": 8}, p50_ms=70, p95_ms=80),
]


def test_rates_are_those_between_two_lines(tmp_path: Path) -> None:
    run = left(tmp_path, MIXED, course=COURSE)
    course = course_of(run, digest_of(run))
    assert course.points == [Point(10.0, 1.8, 4.0, 0.2, 2, 50, 90), Point(20.0, 1.0, 2.0, 0.0, 0, 70, 80)]
    assert (course.requests, course.throttled, course.charted) == (60, 2, True)


def test_lines_of_the_same_moment_make_no_point(tmp_path: Path) -> None:
    run = left(tmp_path, MIXED, course=[line(0.0), line(0.0, "paused", reason="no token")])
    assert course_of(run, digest_of(run)).points == []


def test_a_long_night_has_no_more_points_than_can_be_seen(tmp_path: Path) -> None:
    lines = [
        line(10.0 * number, requests=number, by_status={"applied": number}, p50_ms=number % 7, p95_ms=number)
        for number in range(3601)
    ]
    run = left(tmp_path, MIXED, course=lines)
    points = course_of(run, digest_of(run)).points
    assert (len(points), points[-1].at_s) == (225, 36_000.0)
    assert {round(point.rows_per_s, 6) for point in points} == {0.1}
    assert points[0].p95_ms == 16


def test_a_run_that_has_not_noted_its_course_is_drawn_from_the_times_of_its_rows(tmp_path: Path) -> None:
    run = left(tmp_path, MIXED)
    course = course_of(run, digest_of(run))
    assert course.points == [*[Point(float(second), 0.0) for second in range(1, 11)], Point(11, 3.0)]
    assert not course.charted


def test_a_run_without_rows_has_no_points(tmp_path: Path) -> None:
    run = left(tmp_path)
    assert course_of(run, digest_of(run)).points == []


def test_pauses_are_told_from_their_beginning_to_their_end(tmp_path: Path) -> None:
    lines = [
        line(0.0),
        line(4.0, "paused", reason="no token"),
        line(5.0, "paused", reason="no token"),
        line(9.0, "paused", reason="outage"),
        line(12.0),
        line(20.0, "window closed until 22:00"),
    ]
    run = left(tmp_path, MIXED, course=lines)
    assert course_of(run, digest_of(run)).pauses == [
        Pause(4.0, 9.0, "no token"),
        Pause(9.0, 12.0, "outage"),
        Pause(20.0, None, "window closed until 22:00"),
    ]


def test_outages_stand_in_for_pauses_that_nobody_has_noted(tmp_path: Path) -> None:
    seen = [
        {"began": "2026-07-01T22:00:30.000Z", "because": "HTTP 503", "lasted_s": 12.5},
        {"began": "2026-07-01T22:05:00.000Z", "because": "HTTP 502", "lasted_s": None},
    ]
    run = left(tmp_path, MIXED, report={"outages": seen})
    assert course_of(run, digest_of(run)).pauses == [
        Pause(30.0, 42.5, "HTTP 503"),
        Pause(300.0, None, "HTTP 502"),
    ]


def test_what_was_done_to_a_run_that_was_cut_off_is_in_its_status(tmp_path: Path) -> None:
    run = left(tmp_path, MIXED)
    done = [{"at": "2026-07-01T22:00:30.000Z", "what": "pause", "by": "ctl"}]
    path = tmp_path / f"{run.run_id}_status.json"
    for content, told in ((orjson.dumps({"control": done}), done), (b'{"con', []), (b"[]", [])):
        path.write_bytes(content)
        run = find(tmp_path, run.run_id)
        assert course_of(run, digest_of(run)).changes == told
