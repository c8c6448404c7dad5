"""The summary of a run: the head of its report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odt_async.events import timestamp
from odt_async.model import Status, VerdictKind
from odt_async.runner.failure_groups import failure_groups
from odt_async.runner.policy import RunPolicy
from odt_async.runner.tally import Tally

__all__ = ["summarise"]


def summarise(
    tally: Tally,
    policy: RunPolicy,
    lookups: list[dict[str, Any]],
    *,
    script_name: str,
    run: str,
    dry_run: bool,
    continues: tuple[str, ...],
    started: str,
    cpu_s: float,
    stop_reason: str | None,
    exit_code: int,
    source_map: Mapping[str, str] | None = None,
    control: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Return counts, times, throttling and error groups, under the names of the specification.

    cpu_s: what the process has spent of its processors since the run began, sandbox included.
    source_map: of the one row of `single`; None in bulk.
    control: what was done to the run while it lasted.
    """
    progress = tally.progress()
    counts = progress.counts
    executed = counts[Status.APPLIED] + counts[Status.UNCHANGED] + counts[Status.PLANNED]
    requests = policy.verdicts.total()
    throttled = policy.verdicts[VerdictKind.THROTTLED]
    return {
        "script_name": script_name,
        "bulk_mode": source_map is None,
        "run": run,
        "state": "finished" if stop_reason is None else "stopped",
        "stop_reason": stop_reason,
        "exit_code": exit_code,
        "dry_run": dry_run,
        "continues": continues,
        **({} if source_map is None else {"source_map": dict(source_map)}),
        "total_rows": progress.total,
        "executed": executed,
        "skipped": counts[Status.SKIPPED],
        "errors": counts[Status.ERROR],
        "pending": counts[Status.PENDING],
        "by_status": {status.value: count for status, count in counts.items()},
        "started": started,
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
        "control": list(control),  # at, what, by
        "outages": policy.outages.seen,  # began, what, because, lasted_s, probes
        "lookups": lookups,  # kind, names, calls, how
        "families": [
            {"family": state.family, "pace_per_s": state.pace_per_s, "throttled": state.throttled}
            for state in policy.limiter.states()
        ],
        "error_groups": dict(tally.error_groups.most_common()),
        "failure_groups": failure_groups(tally),
    }
