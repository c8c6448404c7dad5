"""Watches a run and has somebody told of it."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import anyio

from odt_async import events
from odt_async.alerts.channel import Channel
from odt_async.alerts.message import Alert, Event
from odt_async.errors import OdtError, OutputFailed
from odt_async.language import retold, tr, trn
from odt_async.model import Outcome, Status
from odt_async.runner.failure_groups import failure_groups

if TYPE_CHECKING:
    from odt_async.runner.active import Run, RunResult

__all__ = ["Notifier", "deliver_all"]

_GRACE_S = 5.0  # that the last message is waited for
_MOST_GROUPS = 3  # of errors in one message


class Notifier:
    """An observer that tells *channels* when a run begins, stands still, goes on, has failed rows, ends.

    failures: how many rows fail before that is told, once.
    """

    def __init__(self, channels: Sequence[Channel], *, script_name: str, failures: int) -> None:
        self._channels = channels
        self._script_name = script_name
        self._failures = failures
        self._failed = 0
        self._run: Run | None = None
        self._logged: set[str] = set()

    def started(self, run: Run) -> None:
        """Tell that it begins."""
        self._run = run
        total = run.progress().total
        text = trn("started: {count} row", "started: {count} rows", total)
        self._tell("start", f"{text}{tr(', a dry run') if run.spec.dry_run else ''}")

    def outcome(self, outcome: Outcome) -> None:
        """Tell once that so many rows have failed."""
        if outcome.status is Status.ERROR:
            self._failed += 1
            if self._failed == self._failures:
                text = trn("{count} row has failed", "{count} rows have failed", self._failed)
                self._tell("failures", f"{text}: {self._groups()}")

    def tick(self, run: Run) -> None:
        """Log that somebody cannot be told, once for each of them."""
        for channel in self._channels:
            if channel.failure is not None and channel.shown not in self._logged:
                self._logged.add(channel.shown)
                with suppress(OutputFailed):  # which the run finds out itself
                    run.log.warning(events.ALERT_FAILED, to=channel.shown, reason=channel.failure)

    def beat(self, line: str) -> None:
        """Nothing: a heartbeat is for those who look."""

    def paused(self, reason: str) -> None:
        """Tell why nothing is sent."""
        self._tell("paused", tr("paused: {reason}", reason=retold(reason)))

    def resumed(self) -> None:
        """Tell that it goes on."""
        self._tell("resumed", tr("running again"))

    def ended(self, result: RunResult, exit_code: int) -> None:
        """Tell how it ended."""
        counts = result.progress.counts
        if result.stopped_by is None:
            text = tr("finished")
        else:
            why = getattr(result.stopped_by, "code", None) or getattr(result.stopped_by, "name", "")
            text = tr("stopped early ({reason})", reason=why)
        if counts[Status.ERROR]:
            text = f"{text}; {self._groups()}"
        left = counts[Status.ERROR] or counts[Status.PENDING]
        again = f"odt bulk {self._script_name} --resume {result.run}"
        spec = None if self._run is None else self._run.spec
        resumable = spec is not None and spec.source_map is None and spec.undo is None and not spec.dry_run
        self._tell("end", text, exit_code=exit_code, follow_up=again if left and resumable else None)

    def not_begun(self, error: OdtError, exit_code: int) -> None:
        """Tell that the run could not even begin; of *error* only its name is told."""
        if self._run is None:
            self._tell("end", tr("could not begin ({reason})", reason=error.code), exit_code=exit_code)

    def _groups(self) -> str:
        """Return the commonest causes, without the words of any one row."""
        run = self._run
        assert run is not None  # noqa: S101 - nothing fails before it has started
        told = []
        for group in failure_groups(run.tally, _MOST_GROUPS):
            cause = f": {retold(group['cause'])}" if group["cause"] else ""
            told.append(f"{group['count']} x {group['type']}{cause}")
        return "; ".join(told)

    def _tell(
        self, event: Event, text: str, *, exit_code: int | None = None, follow_up: str | None = None
    ) -> None:
        run = self._run
        counts: dict[str, int] = {}
        if run is not None:
            progress = run.progress()
            counts = {status.value: count for status, count in progress.counts.items()}
            counts["total"] = progress.total
        alert = Alert(
            event=event,
            run=None if run is None else run.run_id,
            script_name=self._script_name,
            state="not_started" if run is None else "ended" if event == "end" else run.state,
            text=text,
            counts=counts,
            at=events.timestamp(),
            host=socket.gethostname(),
            exit_code=exit_code,
            follow_up=follow_up,
        )
        for channel in self._channels:
            channel.put(alert)


@asynccontextmanager
async def deliver_all(channels: Sequence[Channel]) -> AsyncIterator[None]:
    """Let *channels* deliver; at the end wait a few seconds for their last messages, and no longer."""
    try:
        async with anyio.create_task_group() as group:
            for channel in channels:
                group.start_soon(channel.deliver)
            try:
                yield
            finally:
                with anyio.move_on_after(_GRACE_S, shield=True):
                    for channel in channels:
                        await channel.drained()
                for channel in channels:
                    channel.give_up()
                group.cancel_scope.cancel()
    except BaseExceptionGroup as together:  # what the run has raised, wrapped: deliveries raise nothing
        raise together.exceptions[0] from None
