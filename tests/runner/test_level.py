from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.runner.epoch import Epoch
from odt_async.runner.growth import Course, growth
from odt_async.runner.level import Level


def found(*epochs: Epoch, **options: float) -> Level:
    """Return a level that has gone through *epochs*."""
    level = Level(**options)
    for epoch in epochs:
        level.refused(epoch)
    return level


def test_nothing_is_known_before_the_first_refusal() -> None:
    level = Level()
    assert (level.level, level.pace(1000.0), level.settled) == (None, None, False)


def test_the_first_level_is_what_was_accepted_hold_included() -> None:
    assert found(Epoch(50, 0.25, 1.0, 800.0)).level == 40.0


def test_a_search_doubles_every_second() -> None:
    level = found(Epoch(20, 0.0, 1.0, 100.0))
    assert [level.pace(second) for second in (0.0, 1.0, 3.0)] == [20.0, 40.0, 160.0]


def test_the_second_level_lies_between_what_was_accepted_and_what_was_refused() -> None:
    level = found(Epoch(5, 0.0, 1.0, 100.0), Epoch(60, 3.0, 1.0, 60.0))
    assert level.level == pytest.approx(math.sqrt(15.0 * 60.0))


def test_a_known_level_is_not_exceeded_until_it_has_held() -> None:
    level = Level(50.0)
    paces = [level.pace(second) for second in (0.0, 10.0, level.plateau_s, level.plateau_s + 10)]
    assert paces == [50.0, 50.0, 50.0, pytest.approx(52.0)]


def test_a_level_that_is_refused_as_it_stood_is_eased() -> None:
    level = Level(50.0)
    level.refused(Epoch(500, 10.0, 1.0, 50.0))
    assert level.level == pytest.approx(50.0 * (1 - 0.015))
    assert level.settled


def test_a_limit_that_fell_is_searched_between_what_is_accepted_and_what_was_refused() -> None:
    level = Level(50.0)
    level.refused(Epoch(20, 0.4, 1.0, 50.0))
    assert level.level == pytest.approx(math.sqrt(20 / 1.4 * 50.0))
    assert not level.settled


def test_after_a_fall_more_is_asked_for_soon_however_long_the_level_had_held_before() -> None:
    level = Level(50.0)  # from an earlier run: asked about every 25 s
    fall, found_again = Epoch(25, 0.5, 1.0, 50.0), Epoch(95, 2.8, 1.0, 32.0)
    for epoch in (fall, found_again, found_again, found_again):
        level.refused(epoch)
    assert level.settled
    assert level.plateau_s == 5.0


def test_a_share_is_used_while_the_level_holds_and_the_level_is_asked_about_rarely() -> None:
    whole, share = Level(50.0), Level(50.0, share=0.7)
    assert share.pace(0.0) == pytest.approx(35.0)
    assert share.plateau_s == 6 * whole.plateau_s
    assert share.level == 50.0


@given(
    st.lists(
        st.builds(
            Epoch,
            st.integers(0, 10_000),
            st.floats(0, 1000),
            st.floats(0, 300),
            st.floats(0, 10_000),
            st.integers(1, 64),
        ),
        max_size=30,
    ),
    st.floats(0, 10_000),
    st.sampled_from([1.0, 0.5]),
)
def test_whatever_happens_the_pace_is_a_number_above_the_floor(
    epochs: list[Epoch], since_s: float, share: float
) -> None:
    level = found(*epochs, floor=0.1, share=share)
    pace = level.pace(since_s)
    assert pace is None if not epochs else pace is not None and 0.1 * share <= pace < math.inf


@given(st.sampled_from(Course), st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_pace_that_is_not_refused_never_falls(course: Course, first: float, second: float) -> None:
    sooner, later = sorted((first, second))
    assert 1.0 <= growth(course, sooner) <= growth(course, later) < math.inf
