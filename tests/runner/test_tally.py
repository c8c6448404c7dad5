from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.model import Failure, Status
from odt_async.runner.tally import Progress, Tally
from tests.runner.building import make_outcome


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def rows_every_second(tally: Tally, clock: Clock, *, seconds: int, rows: int) -> None:
    for _ in range(seconds):
        clock.now += 1
        for _ in range(rows):
            tally.count(make_outcome())


def failed(text: str, cause: str | None = None) -> Failure:
    return Failure("AsRestError", text, cause=cause)


def test_every_status_has_its_count_and_pending_rows_are_not_done() -> None:
    tally = Tally(20, Clock())
    for times, status in enumerate(Status, 1):
        for _ in range(times):
            tally.count(make_outcome(status))
    progress = tally.progress()
    assert progress.counts == {status: times for times, status in enumerate(Status, 1)}
    assert progress.done == sum(range(1, len(Status) + 1)) - progress.counts[Status.PENDING]


def test_at_the_start_nothing_can_be_told() -> None:
    progress = Tally(20, Clock()).progress()
    assert progress == Progress(
        total=20, counts=dict.fromkeys(Status, 0), elapsed_s=0.0, rows_per_s=0.0, left_s=None
    )


def test_a_run_without_rows_has_no_time_left() -> None:
    assert Tally(0, Clock()).progress().left_s == 0.0


def test_rate_and_time_left_follow_from_the_rows_carried_out() -> None:
    clock = Clock()
    tally = Tally(1000, clock)
    rows_every_second(tally, clock, seconds=10, rows=5)
    progress = tally.progress()
    assert (progress.elapsed_s, progress.rows_per_s, progress.left_s) == (10.0, 5.0, 190.0)


def test_rate_is_that_of_the_last_minute() -> None:
    clock = Clock()
    tally = Tally(100_000, clock)
    rows_every_second(tally, clock, seconds=300, rows=50)
    rows_every_second(tally, clock, seconds=65, rows=2)
    progress = tally.progress()
    assert progress.rows_per_s == pytest.approx(2.0, rel=0.05)
    assert progress.left_s == pytest.approx((100_000 - 15_130) / 2, rel=0.05)


def test_rows_that_are_skipped_or_left_make_no_speed() -> None:
    clock = Clock()
    tally = Tally(100, clock)
    for status in (Status.SKIPPED, Status.PENDING):
        clock.now += 1
        tally.count(make_outcome(status))
    assert tally.progress().rows_per_s == 0.0


def test_memory_of_the_rate_does_not_grow_with_the_run() -> None:
    clock = Clock()
    tally = Tally(100_000, clock)
    rows_every_second(tally, clock, seconds=1000, rows=3)
    assert len(tally._recent) <= 62


@given(st.lists(st.integers(0, 10_000_000), min_size=1, max_size=100), st.floats(0.01, 1))
def test_a_share_of_the_rows_took_no_longer(elapsed_ms: list[int], share: float) -> None:
    tally = Tally(100, Clock())
    for milliseconds in elapsed_ms:
        tally.count(make_outcome(elapsed_ms=milliseconds))
    exact = sorted(elapsed_ms)[math.ceil(share * len(elapsed_ms)) - 1]
    assert exact - 1 <= tally.latency_ms(share) <= exact * 1.19 + 1


def test_without_rows_there_is_no_latency() -> None:
    assert Tally(10, Clock()).latency_ms(0.5) == 0


def test_errors_are_grouped_by_their_cause_or_else_their_text() -> None:
    tally = Tally(10, Clock())
    for failure in [
        failed("HTTP 404, code 4008: Ana is no calling user", "assign a licence first"),
        failed("HTTP 404, code 4008: Luis is no calling user", "assign a licence first"),
        failed("HTTP 418: I'm a teapot"),
    ]:
        tally.count(make_outcome(Status.ERROR, failure=failure))
    assert tally.error_groups == {
        "AsRestError: assign a licence first": 2,
        "AsRestError: HTTP 418: I'm a teapot": 1,
    }


def test_error_groups_are_so_many_and_no_more() -> None:
    tally = Tally(10_000, Clock())
    for number in range(1000):
        tally.count(make_outcome(Status.ERROR, failure=failed(f"every row has its own: {number}")))
    tally.count(make_outcome(Status.ERROR, failure=failed("every row has its own: 3")))
    assert len(tally.error_groups) == 51
    assert tally.error_groups["others"] == 950
    assert tally.error_groups["AsRestError: every row has its own: 3"] == 2


def test_rows_with_the_same_bad_cell_are_one_group_whatever_their_lines() -> None:
    tally = Tally(2, Clock())
    for line in (4, 9):
        problem = {
            "where": f"usuarios.csv line {line}",
            "column": "extension",
            "text": "is empty: fill it in",
        }
        failure = Failure("InvalidRow", f"usuarios.csv line {line}, column extension", problems=(problem,))
        tally.count(make_outcome(Status.ERROR, failure=failure))
    assert tally.error_groups == {"InvalidRow: extension is empty: fill it in": 2}
