"""The hours of a window against a clock on the wall, minute by minute where the clock is put forward or back."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.errors import InputError
from odt_async.window import Window

MADRID = ZoneInfo("Europe/Madrid")
ZONES = [
    "Europe/Madrid",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "UTC",
    "Africa/Casablanca",
]

times = st.times(timezones=st.none()).map(lambda t: t.replace(second=0, microsecond=0, fold=0))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - see timezones
windows = st.builds(Window, times, times, st.sampled_from(ZONES).map(ZoneInfo)).filter(
    lambda w: w.start != w.end
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def changes(window: Window, since: str, count: int) -> list[str]:
    """Return the next changes, as a clock in UTC and one on the wall show them."""
    found, at = [], utc(since)
    for _ in range(count):
        at = window.next_change(at)
        found.append(f"{at:%d %H:%M} {at.astimezone(window.zone):%H:%M}")
    return found


@given(windows, moments)
def test_it_is_open_while_the_clock_there_shows_a_time_in_it(window: Window, at: datetime) -> None:
    clock = at.astimezone(window.zone).time()
    minutes = (clock.hour - window.start.hour) * 60 + clock.minute - window.start.minute
    length = (window.end.hour - window.start.hour) * 60 + window.end.minute - window.start.minute
    assert window.is_open(at) is (minutes % 1440 < length % 1440)


@given(windows, moments, st.data())
def test_nothing_changes_before_the_next_change_and_something_does_then(
    window: Window, at: datetime, data: st.DataObject
) -> None:
    change = window.next_change(at)
    left = change - at
    between = at + left * data.draw(st.floats(0, 1, exclude_max=True))
    assert timedelta(0) < left <= timedelta(days=3)
    assert window.is_open(change) is not window.is_open(at)
    assert between >= change or window.is_open(between) is window.is_open(at)


@given(windows, moments)
def test_a_moment_is_the_same_in_every_zone(window: Window, at: datetime) -> None:
    elsewhere = at.astimezone(timezone(timedelta(hours=-7, minutes=-30)))
    assert window.next_change(elsewhere) == window.next_change(at)
    assert window.is_open(elsewhere) is window.is_open(at)


def test_a_night_over_midnight() -> None:
    window = Window.parse("22:00-06:00", "Europe/Madrid")
    assert changes(window, "2024-06-01T12:00", 3) == ["01 20:00 22:00", "02 04:00 06:00", "02 20:00 22:00"]


def test_a_night_in_which_the_clock_is_put_forward_is_an_hour_shorter() -> None:
    window = Window.parse("22:00-06:00", "Europe/Madrid")
    assert changes(window, "2024-03-30T12:00", 2) == ["30 21:00 22:00", "31 04:00 06:00"]


def test_an_hour_that_is_shown_twice_counts_twice() -> None:
    window = Window.parse("22:00-02:30", "Europe/Madrid")
    assert changes(window, "2024-10-26T12:00", 4) == [
        "26 20:00 22:00",
        "27 00:30 02:30",
        "27 01:00 02:00",
        "27 01:30 02:30",
    ]


def test_a_window_in_the_hour_that_is_left_out_is_not_open_that_night() -> None:
    window = Window.parse("02:10-02:50", "Europe/Madrid")
    assert changes(window, "2024-03-29T12:00", 3) == ["30 01:10 02:10", "30 01:50 02:50", "01 00:10 02:10"]


def test_a_window_that_begins_in_the_hour_left_out_opens_behind_it() -> None:
    window = Window.parse("02:30-05:00", "Europe/Madrid")
    assert changes(window, "2024-03-30T12:00", 2) == ["31 01:00 03:00", "31 03:00 05:00"]


def test_without_a_zone_it_is_the_clock_of_this_machine() -> None:
    here = Window.parse("22:00-06:00", None)
    at = datetime(2024, 6, 1, 23, 30).astimezone()
    assert (here.is_open(at), here.next_change(at)) == (True, datetime(2024, 6, 2, 6).astimezone())


def test_when_it_opens_is_said_as_the_clock_there_will_show_it() -> None:
    night = Window.parse("22:00-06:00", "Europe/Madrid")
    left_out = Window.parse("02:10-02:50", "Europe/Madrid")
    said = [night.opens_in_words(utc("2024-06-01T12:00")), left_out.opens_in_words(utc("2024-03-30T12:00"))]
    assert said == ["22:00", "2024-04-01 02:10"]


@pytest.mark.parametrize("text", ["9:05-17:30", " 09:05 - 17:30 "])
def test_hours_may_be_written_as_people_do(text: str) -> None:
    assert Window.parse(text, "Europe/Madrid") == Window(time(9, 5), time(17, 30), MADRID)


@pytest.mark.parametrize(
    ("text", "zone", "said"),
    [
        ("22-06", None, "--window 22-06: write it as 22:00-06:00"),
        ("24:00-06:00", None, "--window 24:00-06:00: write it as 22:00-06:00"),
        (
            "22:00-22:00",
            None,
            "--window 22:00-22:00: it begins where it ends: leave it out to work at any hour",
        ),
        ("22:00-06:00", "Madrid", "--tz Madrid: there is no such time zone; write it as Europe/Madrid"),
        ("22:00-06:00", "Europe", "--tz Europe: there is no such time zone; write it as Europe/Madrid"),
        ("22:00-06:00", "../x", "--tz ../x: there is no such time zone; write it as Europe/Madrid"),
        ("22:00-06:00", "", "--tz : there is no such time zone; write it as Europe/Madrid"),
    ],
)
def test_what_is_no_window_is_refused_in_a_line(text: str, zone: str | None, said: str) -> None:
    with pytest.raises(InputError) as refused:
        Window.parse(text, zone)
    assert str(refused.value) == said


@given(st.text(max_size=14), st.none() | st.text(max_size=8))
def test_whatever_is_written_is_a_window_or_refused(text: str, zone: str | None) -> None:
    try:
        window = Window.parse(text, zone)
    except InputError:
        return
    assert window.start != window.end
