"""How tests drive a pacer."""

from __future__ import annotations

import math

from odt_async.runner.pacer import Pacer, PacerSettings

SETTINGS = PacerSettings(max_hold_s=300.0, unasked_hold_s=1.0, floor=0.1)


def send(pacer: Pacer, now: float) -> float:
    """Wait until the next call may go, let it go, and return when that was."""
    while (wait_s := pacer.wait_s(now)) != 0:
        assert wait_s is not None
        now = max(now + wait_s, math.nextafter(now, math.inf))
    pacer.take(now)
    return now


def base_pace(pacer: Pacer) -> float:
    """Return the pace as it was last set, before any growth."""
    pace = pacer.pace(pacer.hold_until)
    assert pace is not None
    return pace
