from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.screen.figures import bar, curve, in_one_line, milliseconds, time_of_day


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0, "░░░░"), (0.5, "██░░"), (0.999, "███░"), (1, "████"), (1.5, "████"), (-1, "░░░░")],
)
def test_only_the_whole_is_shown_as_full(share: float, shown: str) -> None:
    assert bar(share, 4) == shown


@pytest.mark.parametrize(
    ("samples", "width", "shown"),
    [
        ([], 10, ""),
        ([0.0, 0.0], 10, "▁▁"),
        ([0.0, 5.0, 10.0], 10, "▁▅█"),
        ([10.0, 1.0, 1.0], 2, "██"),
        ([1.0], 0, ""),
        ([-3.0, 3.0], 2, "▁█"),
    ],
)
def test_a_curve_is_as_high_as_its_highest_sample(samples: list[float], width: int, shown: str) -> None:
    assert curve(samples, width) == shown


@given(st.lists(st.floats(0, 1e9)), st.integers(0, 80))
def test_a_curve_has_a_column_for_each_sample_that_fits(samples: list[float], width: int) -> None:
    assert len(curve(samples, width)) == min(len(samples), width)


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "-"), (0.4, "0 ms"), (999.4, "999 ms"), (12_340, "12.3 s")]
)
def test_milliseconds_become_seconds_where_there_are_many(value: float | None, shown: str) -> None:
    assert milliseconds(value) == shown


def test_a_time_of_another_day_has_its_date() -> None:
    now = datetime.now(UTC)
    assert time_of_day(now) == now.astimezone().strftime("%H:%M")
    assert time_of_day(now, seconds=True) == now.astimezone().strftime("%H:%M:%S")
    past = now - timedelta(days=3)
    assert time_of_day(past) == past.astimezone().strftime("%m-%d %H:%M")


def test_nothing_that_webex_answers_moves_the_cursor() -> None:
    assert in_one_line("one\ntwo\x1b[2J\tthree\u202e é") == "one two [2J three  é"
