"""How a run stands, as one record: what `odt ctl` is told."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from odt_async.model import VerdictKind

if TYPE_CHECKING:
    from odt_async.runner.active import Run

__all__ = ["status_of"]

_LATEST = 10  # of what was done to it


def status_of(run: Run) -> dict[str, Any]:
    """Return its state, its rows by what became of them, its pace, and what was done to it last."""
    progress, policy = run.progress(), run.policy
    return {
        "run": run.run_id,
        "pid": os.getpid(),
        "state": run.state,
        "reason": policy.gate.reason,
        "total_rows": progress.total,
        "done": progress.done,
        "by_status": {status.value: count for status, count in progress.counts.items()},
        "elapsed_s": round(progress.elapsed_s, 3),
        "rows_per_s": round(progress.rows_per_s, 2),
        "left_s": None if progress.left_s is None else round(progress.left_s),
        "concurrency": policy.slots.limit,
        "in_flight": policy.slots.in_flight,
        "rate": policy.ceiling.rate_per_s,
        "throttled": policy.verdicts[VerdictKind.THROTTLED],
        "control": run.control.changes[-_LATEST:],
    }
