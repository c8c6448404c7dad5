from __future__ import annotations

import pytest

from odt_async.runner.crowd import Crowd


def crowded(calls: int, *, limit: int | None = None) -> Crowd:
    """Return a crowd of *calls* sent a millisecond apart."""
    crowd = Crowd(limit)
    for number in range(calls):
        crowd.enter(number / 1000)
    return crowd


def test_every_call_knows_how_many_were_under_way_when_it_went() -> None:
    crowd = crowded(3)
    crowd.leave()
    crowd.enter(1.0)
    assert [crowd.others_at(at) for at in (0.0, 0.001, 0.002, 0.5, 1.0)] == [0, 1, 2, 2, 2]


def test_a_cap_explains_a_refusal_that_only_a_larger_crowd_met() -> None:
    crowd = crowded(5)
    for number in range(4):
        crowd.leave()
        crowd.accepted(0.1, number / 1000)
    assert crowd.explains(4, refused_from=0.004)


def test_a_cap_explains_nothing_when_as_large_a_crowd_was_accepted_before() -> None:
    crowd = crowded(12)
    for number in range(11):
        crowd.leave()
        crowd.accepted(0.1, number / 1000)
    assert not crowd.explains(4, refused_from=0.011)


def test_no_cap_refuses_a_call_that_was_alone() -> None:
    assert not crowded(1).explains(0, refused_from=0.0)


def test_what_was_accepted_beside_calls_that_were_refused_proves_nothing() -> None:
    crowd = crowded(32)
    for number in range(16, 32):
        crowd.accepted(0.1, number / 1000)
    assert crowd.explains(16, refused_from=0.016)


def test_a_cap_that_was_found_is_kept() -> None:
    crowd = crowded(5)
    crowd.shrink(4)
    full = crowd.is_full
    for _ in range(2):
        crowd.leave()
    assert (full, crowd.is_full, crowd.found) == (True, False, 4)


def keep_full(crowd: Crowd, seconds: float, *, start: float = 0.0) -> None:
    """Send whenever there is room, and answer each call after a tenth of a second."""
    now = start
    while now < start + seconds:
        while not crowd.is_full:
            crowd.enter(now)
        now += 0.1
        sent_at = now - 0.1
        for _ in range(crowd.under_way):
            crowd.leave()
            crowd.accepted(now, sent_at)


def test_a_crowd_that_is_full_for_long_is_tried_larger() -> None:
    crowd = crowded(0, limit=4)
    keep_full(crowd, 9.0)
    before = crowd.under_way, crowd.pace
    keep_full(crowd, 4.0, start=9.0)
    assert before == (0, None)
    assert crowd.pace is not None
    assert crowd.found == 4  # until the trial has passed


def test_a_trial_that_is_refused_returns_to_what_was_borne_and_waits_longer() -> None:
    crowd = crowded(0, limit=4)
    keep_full(crowd, 12.0)
    crowd.shrink(4)
    keep_full(crowd, 18.0, start=12.0)
    assert (crowd.found, crowd.pace) == (4, None)
    keep_full(crowd, 5.0, start=30.0)
    assert crowd.pace is not None


def test_a_crowd_that_was_not_to_blame_is_let_go() -> None:
    crowd = crowded(0, limit=4)
    crowd.acquit(2)
    kept = crowd.found
    crowd.acquit(3)
    assert (kept, crowd.found) == (4, None)


@pytest.mark.parametrize(("share", "most"), [(1.0, 10), (0.7, 7), (0.05, 1)])
def test_a_share_of_the_cap_is_used(share: float, most: int) -> None:
    crowd = Crowd(10, share=share)
    while not crowd.is_full:
        crowd.enter(0.0)
    assert crowd.under_way == most
