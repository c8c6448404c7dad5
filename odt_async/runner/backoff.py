"""How long to wait before a call is sent again; pure: it neither sleeps, logs nor reads a clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from odt_async.model import Verdict, VerdictKind

__all__ = ["BackoffPolicy", "wait_before_retry"]


@dataclass(frozen=True, slots=True)
class BackoffPolicy:
    """The limits of retrying; the defaults are those of the specification."""

    max_retries: int = 12  # of one call, after its first attempt
    max_sleep_s: float = 300.0  # longest single wait, a Retry-After included
    base_s: float = 0.5  # the first wait is up to this, the next up to twice this ...


def wait_before_retry(
    verdict: Verdict, attempt: int, policy: BackoffPolicy, random: Callable[[], float]
) -> float | None:
    """Return the seconds to wait after failed attempt *attempt* (from 1), or None to give up.

    Full jitter: uniform between 0 and `base * 2^(attempt - 1)`, which spreads callers better than a fixed
    exponential (AWS Architecture Blog, "Exponential Backoff And Jitter"). A Retry-After wins when it is
    longer. A throttled call waits 0 here: its whole family is held by the limiter.

    random: returns a float in [0, 1).
    """
    if attempt > policy.max_retries:
        return None
    if verdict.kind is VerdictKind.THROTTLED:
        return 0.0
    ceiling_s = min(policy.max_sleep_s, policy.base_s * 2.0 ** min(attempt - 1, 32))
    return min(policy.max_sleep_s, max(random() * ceiling_s, verdict.retry_after_s or 0.0))
