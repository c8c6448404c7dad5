from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.sandbox.throttle import ConcurrencyCap, FixedWindow, Limit, TokenBucket


def admitted(limit: Limit, moments: list[float]) -> list[bool]:
    """Return which of the requests at these *moments* pass."""
    passed = []
    for now in moments:
        passed.append(limit.wait_s(now) == 0)
        if passed[-1]:
            limit.admit(now)
        else:
            limit.refuse(now)
    return passed


@pytest.mark.parametrize(
    ("limit", "moments", "passing"),
    [
        (TokenBucket(2, 2), [0, 0, 0, 0.5, 0.5], [1, 1, 0, 1, 0]),
        (TokenBucket(2, 2), [0, 0, 10, 10, 10], [1, 1, 1, 1, 0]),
        (TokenBucket(2, 1), [0, 0.1, 0.5], [1, 0, 0]),  # refused, and paid for it
        (FixedWindow(2, 10), [3, 4, 5, 12.9, 13, 13, 13], [1, 1, 0, 0, 1, 1, 0]),
        (FixedWindow(1, 10), [0, 25, 26, 35], [1, 1, 0, 1]),
        (ConcurrencyCap(2), [0, 0, 0], [1, 1, 0]),
    ],
    ids=["bucket", "bucket after a pause", "refusals cost", "window", "window opens on demand", "cap"],
)
def test_what_passes(limit: Limit, moments: list[float], passing: list[int]) -> None:
    assert admitted(limit, moments) == [bool(number) for number in passing]


def test_a_cap_frees_a_place_when_a_request_ends() -> None:
    cap = ConcurrencyCap(1)
    cap.admit(0)
    full = cap.wait_s(0)
    cap.release()
    assert (full, cap.wait_s(0)) == (1.0, 0.0)


@given(
    st.one_of(
        st.builds(TokenBucket, st.floats(0.01, 1000), st.floats(1, 100)),
        st.builds(FixedWindow, st.integers(1, 50), st.floats(0.1, 100)),
    ),
    st.lists(st.floats(0, 5), max_size=50),
)
def test_the_wait_a_limit_names_is_enough(limit: Limit, gaps: list[float]) -> None:
    now = 0.0
    for gap in gaps:
        now += gap
        wait_s = limit.wait_s(now)
        if wait_s > 0:
            limit.release()
            now += wait_s * (1 + 1e-12)
            assert limit.wait_s(now) == 0
        limit.admit(now)


@given(st.lists(st.floats(0, 0.3), min_size=1, max_size=300))
def test_a_bucket_never_lets_more_through_than_burst_and_rate(gaps: list[float]) -> None:
    moments, now = [], 0.0
    for gap in gaps:
        now += gap
        moments.append(now)
    assert sum(admitted(TokenBucket(10, 5), moments)) <= 5 + 10 * now + 1e-6
