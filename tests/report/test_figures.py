from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.language import choose_language
from odt_async.report import figures

BEGUN = datetime(2026, 7, 1, 22, 0, 5, tzinfo=UTC)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("language", "whole", "broken"), [("es", "20.000", "1.234,5"), ("en", "20,000", "1,234.5")]
)
def test_numbers_are_written_as_the_language_has_it(language: str, whole: str, broken: str) -> None:
    choose_language(language)
    assert (figures.amount(20_000), figures.decimal(1234.5), figures.decimal(12.0)) == (whole, broken, "12")


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [
        (0, 0, "0 %"),
        (0, 9, "0 %"),
        (1, 100_000, "0.1 %"),
        (1, 3, "33.3 %"),
        (99_999, 100_000, "99.9 %"),
        (9, 9, "100 %"),
    ],
)
def test_a_share_is_never_rounded_to_nothing_or_to_all(part: int, whole: int, told: str) -> None:
    assert plain(figures.share(part, whole)) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.085, "85 ms"),
        (1.44, "1.4 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (200, "3 min 20 s"),
        (7500, "2 h 05 min"),
        (360_000, "100 h 00 min"),
    ],
)
def test_durations_are_told_as_people_say_them(seconds: float, told: str) -> None:
    assert plain(figures.duration(seconds)) == told


@given(st.floats(min_value=0, max_value=1e9))
def test_every_duration_can_be_told(seconds: float) -> None:
    assert plain(figures.duration(seconds))[0].isdigit()


def test_times_are_those_of_the_zone_that_the_run_was_given() -> None:
    zone = figures.clock_zone("Europe/Madrid", BEGUN)
    assert (figures.moment(BEGUN, zone), str(zone)) == ("2026-07-02 00:00:05", "UTC+02:00")


@pytest.mark.parametrize("name", [None, "Nowhere/At_All", "../etc"])
def test_a_zone_that_is_not_known_is_that_of_this_machine(name: str | None) -> None:
    assert BEGUN.astimezone(figures.clock_zone(name, BEGUN)).utcoffset() == BEGUN.astimezone().utcoffset()


def test_a_moment_is_written_as_spaniards_do_in_spanish() -> None:
    choose_language("es")
    assert figures.moment(BEGUN, UTC) == "01/07/2026 22:00:05"
