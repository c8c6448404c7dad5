"""The summary of a run: the head of its report."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

from odt_async.errors import OdtError
from odt_async.events import timestamp
from odt_async.model import Status, VerdictKind
from odt_async.runner.exit_code import exit_code
from odt_async.runner.failure_groups import failure_groups

if TYPE_CHECKING:
    from odt_async.runner.active import Run

__all__ = ["reason_of", "summarise"]


def summarise(
    run: Run,
    lookups: list[dict[str, Any]],
    *,
    stopped_by: OdtError | signal.Signals | None,
    cpu_s: float,
) -> dict[str, Any]:
    """Return counts, times, throttling and error groups, under the names of the specification.

    stopped_by: None when it went to its end.
    cpu_s: what the process has spent of its processors since the run began, sandbox included.
    """
    spec, tally, policy = run.spec, run.tally, run.policy
    progress = tally.progress()
    counts = progress.counts
    executed = counts[Status.APPLIED] + counts[Status.UNCHANGED] + counts[Status.PLANNED]
    requests = policy.verdicts.total()
    throttled = policy.verdicts[VerdictKind.THROTTLED]
    return {
        "script_name": spec.name,
        "bulk_mode": spec.source_map is None,
        "run": run.run_id,
        "state": "finished" if stopped_by is None else "stopped",
        "stop_reason": None if stopped_by is None else reason_of(stopped_by),
        "exit_code": exit_code(stopped_by, counts, dry_run=spec.dry_run),
        "dry_run": spec.dry_run,
        "continues": spec.history.runs,
        **({} if spec.source_map is None else {"source_map": dict(spec.source_map)}),
        "total_rows": progress.total,
        "executed": executed,
        "skipped": counts[Status.SKIPPED],
        "errors": counts[Status.ERROR],
        "pending": counts[Status.PENDING],
        "by_status": {status.value: count for status, count in counts.items()},
        "started": run.started,
        "finished": timestamp(),
        "elapsed_s": round(progress.elapsed_s, 3),
        "cpu_s": round(cpu_s, 3),
        "rows_per_s": round(executed / progress.elapsed_s, 2) if progress.elapsed_s else None,
        "row_ms": {f"p{share}": tally.latency_ms(share / 100) for share in (50, 95, 99)},
        "requests": {
            "total": requests,
            "throttled": throttled,
            "throttled_share": round(throttled / requests, 4) if requests else 0.0,
            "by_verdict": {kind.value: policy.verdicts[kind] for kind in VerdictKind},
        },
        "latency_ms": policy.requests.quantiles_ms(),  # of a request
        "requests_by_family": [
            {
                "family": family,
                "sent": requests.sent,
                "by_verdict": dict(requests.by_verdict),
                "latency_ms": policy.requests.quantiles_ms(family),
            }
            for family, requests in policy.requests.families.items()
        ],
        "control": list(run.control.changes),  # at, what, by
        "outages": policy.outages.seen,  # began, what, because, lasted_s, probes
        "lookups": lookups,  # kind, names, calls, how
        "families": [
            {"family": state.family, "pace_per_s": state.pace_per_s, "throttled": state.throttled}
            for state in policy.limiter.states()
        ],
        "error_groups": dict(tally.error_groups.most_common()),
        "failure_groups": failure_groups(tally),
    }


def reason_of(cause: OdtError | signal.Signals) -> str:
    """Return why a run was stopped, in words."""
    return cause.name if isinstance(cause, signal.Signals) else str(cause)
