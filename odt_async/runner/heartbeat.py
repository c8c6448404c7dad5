"""One human line every N seconds, for `tail -f` in tmux."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from odt_async.events import timestamp
from odt_async.model import Status, VerdictKind
from odt_async.runner.tally import Progress

if TYPE_CHECKING:  # it brings the SDK, and the screen is set up before that
    from odt_async.runner.policy import RunPolicy

__all__ = ["heartbeat_line", "keep_beating"]


def heartbeat_line(run: str, state: str, progress: Progress, policy: RunPolicy) -> str:
    """Return the state of a run in one line."""
    counts = progress.counts
    share = 100 * progress.done / progress.total if progress.total else 100.0
    parts = [
        f"{timestamp()} {run} {state}: {progress.done}/{progress.total} ({share:.1f} %)",
        f"{progress.rows_per_s:.1f} rows/s",
        f"ok {counts[Status.APPLIED]}",
        f"unchanged {counts[Status.UNCHANGED]}",
        f"errors {counts[Status.ERROR]}",
        f"skipped {counts[Status.SKIPPED]}",
        f"throttled {policy.verdicts[VerdictKind.THROTTLED]}",
        f"in flight {policy.slots.in_flight}",
        f"ETA {clock(progress.left_s)}",
    ]
    if counts[Status.PLANNED]:
        parts.insert(2, f"planned {counts[Status.PLANNED]}")
    parts += [f"{s.family} held {s.held_s:.0f} s" for s in policy.limiter.states() if s.held_s >= 1]
    if policy.unanswered:
        parts.append(f"unanswered {policy.unanswered} (last: {policy.last_trouble})")
    if policy.tokens.warning:
        parts.append(f"WARNING: {policy.tokens.warning}")
    if policy.gate.reason:
        parts.append(f"PAUSED: {policy.gate.reason}")
    return ", ".join(parts)


def clock(seconds: float | None) -> str:
    """Return *seconds* as `h:mm:ss`; `-:--:--` when it cannot be told."""
    return "-:--:--" if seconds is None else str(timedelta(seconds=round(seconds)))


async def keep_beating(interval_s: float, beat: Callable[[], None]) -> None:
    """Call *beat* every *interval_s* seconds, for ever."""
    while True:
        await asyncio.sleep(interval_s)
        beat()
