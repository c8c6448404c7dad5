"""How a run stands, as one record: what `odt ctl` is told, and what `odt watch` reads from a file."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from odt_async.events import timestamp
from odt_async.model import Status, VerdictKind
from odt_async.runner.failure_groups import failure_groups

if TYPE_CHECKING:
    from odt_async.runner.active import Run

__all__ = ["Recent", "carried_out", "status_of"]

_LATEST = 10  # of what was done to it
_MOST_ERRORS = 10  # groups, those with the most rows
_MOST_SLOWEST = 5  # rows
_SAMPLES = 60
_RATE_SAMPLES = 10  # that the rate of a family is taken over
_LEAST_S = 0.1  # between two samples: of less no rate can be told


class Recent:
    """The pace of a run in the last minute, from samples of its counts; times are in seconds."""

    def __init__(self, started: float) -> None:
        self._history: deque[float] = deque(maxlen=_SAMPLES)
        self._at, self._rows = started, 0  # of the last sample
        self._sent: deque[tuple[float, Mapping[str, int]]] = deque([(started, {})], maxlen=_RATE_SAMPLES + 1)

    @property
    def history(self) -> list[float]:
        """Rows a second from each sample to the next, the newest last; a minute of them at most."""
        return list(self._history)

    def note(self, now: float, rows: int, sent: Mapping[str, int]) -> None:
        """Take a sample: how many rows have been carried out, how many requests of each family were sent."""
        if now - self._at < _LEAST_S:
            return
        self._history.append(round((rows - self._rows) / (now - self._at), 2))
        self._at, self._rows = now, rows
        self._sent.append((now, dict(sent)))

    def rate_per_s(self, family: str) -> float:
        """Return how many requests of *family* a second were sent over the last samples."""
        (since, before), (until, after) = self._sent[0], self._sent[-1]
        sent = after.get(family, 0) - before.get(family, 0)
        return round(sent / (until - since), 2) if until > since else 0.0


def status_of(run: Run) -> dict[str, Any]:
    """Return its state, its rows by what became of them, its pace, and what was done to it last.

    stop_reason, exit_code: null until it has ended.
    window: the hours in which rows are begun, and the zone; null: any hour.
    left_s: null until it can be told. rate: the operator's ceiling, null where there is none.
    history: rows a second, of each second of the last minute.
    families: what was sent lately beside what Webex is believed to allow; null: no limit has shown itself.
    slowest: rows that have been under way for longest. errors: groups, the largest first.
    """
    progress, policy, settings = run.progress(), run.policy, run.spec.settings
    return {
        "run": run.run_id,
        "script_name": run.spec.name,
        "pid": os.getpid(),
        "state": run.state,
        "reason": policy.gate.reason,
        "stop_reason": None,
        "exit_code": None,
        "started": run.started,
        "updated_at": timestamp(),
        "dry_run": run.spec.dry_run,
        "window": " ".join(filter(None, (settings.window, settings.tz))) or None,
        "total_rows": progress.total,
        "done": progress.done,
        "by_status": {status.value: count for status, count in progress.counts.items()},
        "elapsed_s": round(progress.elapsed_s, 3),
        "rows_per_s": round(progress.rows_per_s, 2),
        "left_s": None if progress.left_s is None else round(progress.left_s),
        "history": run.chronicle.recent.history,
        "concurrency": policy.slots.limit,
        "in_flight": policy.slots.in_flight,
        "rate": policy.ceiling.rate_per_s,
        "requests": policy.verdicts.total(),
        "throttled": policy.verdicts[VerdictKind.THROTTLED],
        "unanswered": policy.unanswered,
        "last_trouble": policy.last_trouble or None,
        "warning": policy.tokens.warning or None,
        "latency_ms": policy.requests.quantiles_ms(),
        "families": _families(run),
        "slowest": _slowest(run),
        "errors": failure_groups(run.tally, _MOST_ERRORS),
        "control": run.control.changes[-_LATEST:],
    }


def carried_out(run: Run) -> int:
    """Return how many rows it has dealt with itself: not those that were skipped."""
    progress = run.progress()
    return progress.done - progress.counts[Status.SKIPPED]


def _families(run: Run) -> list[dict[str, Any]]:
    sent, limiter = run.policy.requests.families, run.policy.limiter
    return [
        {
            "family": state.family,
            "rate_per_s": run.chronicle.recent.rate_per_s(state.family),
            "allowed_per_s": _rounded(state.pace_per_s),
            "held_s": round(state.held_s, 1),
            "sent": sent[state.family].sent if state.family in sent else 0,
            "throttled": state.throttled,
        }
        for state in limiter.states()
    ]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _slowest(run: Run) -> list[dict[str, Any]]:
    """Return the rows that were begun first of those under way; a run keeps them in that order."""
    now = run.now()
    return [
        {"row_index": index, "elapsed_s": round(now - begun, 1)}
        for index, begun in islice(run.in_progress.items(), _MOST_SLOWEST)
    ]
