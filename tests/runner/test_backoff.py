from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.model import Verdict, VerdictKind
from odt_async.runner.backoff import BackoffPolicy, wait_before_retry

POLICY = BackoffPolicy(max_retries=5, max_sleep_s=10.0, base_s=1.0)
TRANSIENT = Verdict(VerdictKind.TRANSIENT, "HTTP 503")


def asked_for(seconds: float, kind: VerdictKind = VerdictKind.TRANSIENT) -> Verdict:
    return Verdict(kind, "HTTP 503", retry_after_s=seconds)


@pytest.mark.parametrize(
    ("verdict", "attempt", "drawn", "wait_s"),
    [
        (TRANSIENT, 1, 0.0, 0.0),
        (TRANSIENT, 1, 0.5, 0.5),
        (TRANSIENT, 2, 0.5, 1.0),
        (TRANSIENT, 3, 0.5, 2.0),
        (TRANSIENT, 5, 0.5, 5.0),
        (TRANSIENT, 6, 0.5, None),
        (Verdict(VerdictKind.AMBIGUOUS, "HTTP 504"), 2, 0.5, 1.0),
        (asked_for(3.0), 1, 0.5, 3.0),
        (asked_for(0.25), 1, 0.5, 0.5),
        (asked_for(3600.0), 1, 0.5, 10.0),
        (asked_for(3.0), 6, 0.5, None),
        (Verdict(VerdictKind.THROTTLED, "HTTP 429"), 1, 0.5, 0.0),
        (asked_for(60.0, VerdictKind.THROTTLED), 5, 0.5, 0.0),
        (asked_for(60.0, VerdictKind.THROTTLED), 6, 0.5, None),
    ],
    ids=[
        "jitter reaches down to nothing",
        "first wait is within the base",
        "second within twice the base",
        "third within four times the base",
        "longest sleep caps it",
        "retries are used up",
        "ambiguous writes back off alike",
        "Retry-After wins when it is longer",
        "a shorter Retry-After does not",
        "longest sleep caps Retry-After too",
        "Retry-After gives no further retry",
        "throttled waits in its family's queue",
        "whatever Retry-After it has",
        "and gives up as well",
    ],
)
def test_wait(verdict: Verdict, attempt: int, drawn: float, wait_s: float | None) -> None:
    assert wait_before_retry(verdict, attempt, POLICY, lambda: drawn) == wait_s


def test_no_retries_means_that_the_first_failure_is_the_last() -> None:
    policy = BackoffPolicy(max_retries=0)
    waits = [
        wait_before_retry(Verdict(kind), 1, policy, lambda: 0.5)
        for kind in (VerdictKind.TRANSIENT, VerdictKind.THROTTLED, VerdictKind.AMBIGUOUS)
    ]
    assert waits == [None, None, None]


@given(
    attempt=st.integers(1, 10_000),
    drawn=st.floats(0, 1, exclude_max=True),
    retry_after_s=st.none() | st.floats(0, 1e9),
    policy=st.builds(
        BackoffPolicy, st.just(10_000), max_sleep_s=st.floats(0.1, 1000), base_s=st.floats(0.01, 10)
    ),
)
def test_wait_lies_between_what_was_asked_and_the_bounds_of_full_jitter(
    attempt: int, drawn: float, retry_after_s: float | None, policy: BackoffPolicy
) -> None:
    verdict = Verdict(VerdictKind.TRANSIENT, retry_after_s=retry_after_s)

    wait_s = wait_before_retry(verdict, attempt, policy, lambda: drawn)

    assert wait_s is not None
    assert min(policy.max_sleep_s, retry_after_s or 0.0) <= wait_s <= policy.max_sleep_s
    assert wait_s <= max(retry_after_s or 0.0, policy.base_s * 2.0 ** min(attempt - 1, 1000))


@given(st.integers(1, 12))
def test_jitter_is_proportional_to_what_was_drawn(attempt: int) -> None:
    policy = BackoffPolicy()
    waits = [
        wait_before_retry(TRANSIENT, attempt, policy, lambda drawn=drawn: drawn)  # type: ignore[misc]
        for drawn in (0.25, 0.5)
    ]
    assert waits[0] is not None
    assert waits[1] == 2 * waits[0]
