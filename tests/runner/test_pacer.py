"""The rules of the pacer, whatever its numbers.

What holds in any course of events is in test_pacer_machine.py, how well it does in test_simulation.py.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.runner.pacer import Pacer
from tests.runner.pacing import SETTINGS, base_pace, send


def test_nothing_is_held_back_until_a_limit_shows_itself() -> None:
    pacer = Pacer()
    for _ in range(1000):
        assert send(pacer, 0.0) == 0.0
    assert pacer.pace(0.0) is None


def test_a_429_holds_for_its_retry_after() -> None:
    pacer = Pacer(SETTINGS)
    sent_at = send(pacer, 0.0)
    news = pacer.throttled(1.0, sent_at, 7.5)
    waits = [pacer.wait_s(now) for now in (1.0, 5.0, 8.5)]
    assert (news, waits, pacer.hold_until) == (True, [7.5, 3.5, 0.0], 8.5)


@given(st.floats(0, 1e9))
def test_a_hold_is_no_longer_than_the_longest_sleep(retry_after_s: float) -> None:
    pacer = Pacer(SETTINGS)
    pacer.throttled(10.0, send(pacer, 0.0), retry_after_s)
    assert pacer.hold_until == 10.0 + min(retry_after_s, 300.0)


def test_429s_of_calls_sent_before_the_cut_are_one_event() -> None:
    pacer = Pacer(SETTINGS)
    sent = [send(pacer, 0.0) for _ in range(5)]
    pacer.accepted(0.1, sent[0])
    pacer.accepted(0.1, sent[1])
    pacer.throttled(0.5, sent[2], 1.0)
    hold_until = pacer.hold_until

    news = [pacer.throttled(0.6, sent_at, 0.5) for sent_at in sent[3:]]

    assert (news, pacer.hold_until, pacer.under_way) == ([False, False], hold_until, 0)


def test_a_429_that_is_no_news_still_lengthens_the_hold() -> None:
    pacer = Pacer(SETTINGS)
    first, second = send(pacer, 0.0), send(pacer, 0.0)
    pacer.throttled(1.0, first, 2.0)
    news = pacer.throttled(1.5, second, 10.0)
    assert (news, pacer.hold_until) == (False, 11.5)


def test_a_429_that_is_no_news_and_asks_for_nothing_changes_nothing() -> None:
    pacer = Pacer(SETTINGS)
    first, second = send(pacer, 0.0), send(pacer, 0.0)
    pacer.throttled(1.0, first, 2.0)
    news = pacer.throttled(1.5, second, None)
    assert (news, pacer.hold_until) == (False, 3.0)


def test_without_retry_after_the_hold_doubles_while_nothing_is_accepted() -> None:
    pacer = Pacer(SETTINGS)
    now, holds = 0.0, []
    for _ in range(12):
        now = send(pacer, now)
        pacer.throttled(now, now, None)
        holds.append(round(pacer.hold_until - now, 6))
    assert holds == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


def test_an_accepted_call_ends_the_doubling() -> None:
    pacer = Pacer(SETTINGS)
    now = 0.0
    for _ in range(4):
        now = send(pacer, now)
        pacer.throttled(now, now, None)
    now = send(pacer, now)
    pacer.accepted(now, now)
    now = send(pacer, now)
    pacer.throttled(now, now, None)
    assert pacer.hold_until - now == pytest.approx(1.0)


ANSWERS: dict[str, Callable[[Pacer, float], object]] = {
    "accepted": lambda pacer, sent_at: pacer.accepted(sent_at + 1000.0, sent_at),
    "lost": lambda pacer, _sent_at: pacer.unanswered(),
    "refused": lambda pacer, sent_at: pacer.throttled(sent_at + 1000.0, sent_at, 1.0),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_after_two_barren_cuts_one_call_asks_alone(answer: Callable[[Pacer, float], object]) -> None:
    pacer = Pacer(SETTINGS)
    now = 0.0
    for _ in range(2):
        now = send(pacer, now)
        pacer.throttled(now, now, 1.0)
    probe = send(pacer, now)
    alone = pacer.wait_s(probe + 1000.0)

    answer(pacer, probe)

    assert alone is None
    assert pacer.wait_s(probe + 2000.0) == 0


def test_after_one_barren_cut_nobody_asks_alone() -> None:
    pacer = Pacer(SETTINGS)
    now = send(pacer, 0.0)
    pacer.throttled(now, now, 1.0)
    sent = send(pacer, now)
    assert pacer.wait_s(sent + 1000.0) == 0


@given(
    calls=st.integers(1, 500),
    seconds=st.floats(0.01, 100.0),
    retry_after_s=st.floats(0, 300.0),
)
def test_the_first_pace_is_what_was_accepted_hold_included_and_no_less_than_one_call_a_hold(
    calls: int, seconds: float, retry_after_s: float
) -> None:
    pacer = Pacer(SETTINGS)
    for number in range(calls):
        sent_at = send(pacer, seconds * number / calls)
        pacer.accepted(sent_at, sent_at)
    refused = send(pacer, seconds)

    pacer.throttled(seconds, refused, retry_after_s)

    hold_s = min(retry_after_s, SETTINGS.max_hold_s)
    expected = max(SETTINGS.floor, calls / (seconds + hold_s), 1.0 / max(1.0, hold_s))
    assert base_pace(pacer) == pytest.approx(expected)


@given(
    gaps=st.lists(st.floats(0, 20.0), min_size=1, max_size=40),
    retry_after_s=st.sampled_from([0.0, 0.5, 1.0, 10.0, 60.0]),
)
def test_a_cut_never_raises_the_pace_of_calls_that_go_one_by_one(
    gaps: list[float], retry_after_s: float
) -> None:
    pacer, now = Pacer(SETTINGS), 0.0
    for gap in gaps:
        now = send(pacer, now + gap)
        pacer.accepted(now, now)
        now = send(pacer, now)
        before = pacer.pace(now)
        pacer.throttled(now, now, retry_after_s)
        if before is not None and before > SETTINGS.floor:
            assert base_pace(pacer) <= before * (1 + 1e-9)


def test_the_pace_never_falls_while_nothing_is_refused() -> None:
    pacer, now = Pacer(SETTINGS), 0.0
    for _ in range(2):
        now = send(pacer, now)
        pacer.throttled(now, now, 1.0)
    paces = [pacer.pace(now + second) or 0.0 for second in range(10_000)]
    assert paces == sorted(paces)
    assert paces[-1] > paces[0]


def test_calls_are_spread_at_the_pace() -> None:
    pacer = Pacer(SETTINGS)
    for number in range(100):
        sent_at = send(pacer, number / 10)
        pacer.accepted(sent_at, sent_at)
    for now in (10.0, 11.0):  # the second cut ends the fast growth of discovery
        pacer.throttled(now, send(pacer, now), 0.0)
        pacer.accepted(now, now)
    pace = base_pace(pacer)

    moments = [send(pacer, 11.0)]
    while len(moments) < 20:
        moments.append(send(pacer, moments[-1]))
        pacer.accepted(moments[-1], moments[-1])

    gaps = [after - before for before, after in pairwise(moments)]
    assert gaps[1:] == pytest.approx([1 / pace] * 18, rel=1e-3)


def test_time_without_calls_saves_up_no_burst() -> None:
    pacer = Pacer(SETTINGS)
    now = 0.0
    for _ in range(2):
        now = send(pacer, now)
        pacer.accepted(now, now)
        now = send(pacer, now + 0.1)
        pacer.throttled(now, now, 1.0)
    idle_until = pacer.hold_until + 5.0
    moments = [send(pacer, idle_until)]
    for _ in range(4):
        moments.append(send(pacer, moments[-1]))
        pacer.accepted(moments[-1], moments[-1])
    pace = pacer.pace(idle_until)
    assert pace is not None
    # one call may have been saved up, no more
    assert moments[-1] - moments[0] >= 2.9 / pace
