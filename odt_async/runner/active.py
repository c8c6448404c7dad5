"""A run while it lasts: it hands rows to the workers, notes what becomes of them, and knows how to end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import anyio

from odt_async import events
from odt_async.dataset import Duplicates
from odt_async.errors import InvalidRow, OdtError, OutputFailed, RunInterrupted, RunStopped, UnreadableCsv
from odt_async.model import Outcome, Row, Status
from odt_async.runner.failure import failure_of
from odt_async.runner.files import RunFiles
from odt_async.runner.heartbeat import heartbeat_line, keep_beating
from odt_async.runner.identity import raw_hash
from odt_async.runner.policy import RunPolicy
from odt_async.runner.row import Job, RowRunner
from odt_async.runner.signals import heed_signals
from odt_async.runner.spec import RunSpec
from odt_async.runner.summary import summarise
from odt_async.runner.tally import Progress, Tally
from odt_async.runner.workers import run_workers
from odt_async.sinks.report_json import write_report
from odt_async.webex.directory import Directory

__all__ = ["Observer", "Run", "RunResult"]

_TICK_S = 0.25  # how often an observer is shown the state of affairs
# rows in progress for each slot: a row that backs off or waits for its turn leaves its slot to another
_ROWS_PER_SLOT = 2


@dataclass(frozen=True, slots=True)
class RunResult:
    """How it ended."""

    run: str
    progress: Progress
    report: Path
    summary: dict[str, Any]  # the head of the report
    stopped_by: OdtError | signal.Signals | None  # None: it went to its end


class Observer(Protocol):
    """Watches a run; nothing it does may change it."""

    def started(self, run: Run) -> None:
        """The run has its files and is about to send its first request."""
        ...

    def outcome(self, outcome: Outcome) -> None:
        """A row is done, and its line is written."""
        ...

    def tick(self, run: Run) -> None:
        """A moment has passed."""
        ...

    def beat(self, line: str) -> None:
        """A heartbeat line was written."""
        ...


class Run:
    """A run while it lasts."""

    def __init__(
        self,
        run_id: str,
        spec: RunSpec,
        *,
        files: RunFiles,
        policy: RunPolicy,
        rows: RowRunner,
        directory: Directory,
        log: events.Logger,
        observer: Observer,
    ) -> None:
        self.run_id = run_id
        self.policy = policy
        self._spec = spec
        self._files = files
        self._row_runner = rows
        self._directory = directory
        self._log = log
        self._observer = observer
        self._tally = Tally(spec.survey.rows, asyncio.get_running_loop().time)
        self._duplicates = Duplicates(spec.survey.suspects)
        self._unread = self._rows()
        self._scope = anyio.CancelScope()  # of the workers
        self._stopped_by: OdtError | signal.Signals | None = None
        self._started = events.timestamp()

    @property
    def state(self) -> str:
        """`running`, `paused`, or `draining` when it has been told to stop."""
        if self._stopped_by is not None:
            return "draining"
        return "paused" if self.policy.gate.reason else "running"

    def progress(self) -> Progress:
        """Return how far it is."""
        return self._tally.progress()

    async def carry_out(self) -> None:
        """Take all rows to their outcomes; those that are not reached when it is stopped become pending."""
        settings = self._spec.settings
        self._log.info(events.RUN_STARTED, rows=self._spec.survey.rows, dry_run=self._spec.dry_run)
        async with anyio.create_task_group() as group:
            await group.start(heed_signals, self._drain, self._abort)
            self._observer.started(self)
            self._beat()
            group.start_soon(keep_beating, settings.heartbeat_seconds, self._beat)
            group.start_soon(keep_beating, _TICK_S, partial(self._observer.tick, self))
            try:
                with self._scope:
                    await run_workers(
                        self._unread,
                        self._process,
                        workers=settings.concurrency * _ROWS_PER_SLOT,
                        stopping=lambda: self._stopped_by is not None,
                    )
            finally:  # while signals are still heeded: an impatient one must not cut this short
                self._leave_the_rest()
                self._observer.tick(self)
            group.cancel_scope.cancel()

    def finish(self) -> RunResult:
        """Write the last heartbeat and the report."""
        report = self._files.path("report.json")
        self._beat("finished" if self._stopped_by is None else "stopped")
        stopped_by = self._stopped_by
        summary = summarise(
            self._tally,
            self.policy,
            self._directory.report(),
            script_name=self._spec.name,
            run=self.run_id,
            dry_run=self._spec.dry_run,
            continues=self._spec.history.runs,
            started=self._started,
            stop_reason=None if stopped_by is None else _in_words(stopped_by),
            source_map=self._spec.source_map,
        )
        with self._or_stop():
            self._log.info(events.RUN_FINISHED, **summary)
        write_report(report, summary, self._files.results())
        return RunResult(self.run_id, self.progress(), report, summary, stopped_by)

    def _rows(self) -> Iterator[Row]:
        """Yield the rows; a file that changes under our hands ends the run, not in a traceback."""
        dataset, due = self._spec.dataset, self._spec.survey.rows
        read = 0
        try:
            for row in dataset.rows():
                read += 1
                yield row
        except OdtError as error:
            self._stop(error)
        else:
            if read != due:
                self._stop(UnreadableCsv(f"{dataset.path}: had {due} rows and now has {read}: run again"))

    async def _process(self, row: Row) -> bool:
        """Take one row to its outcome; return whether anything was waited for."""
        digest = ""
        finished = waited = False
        try:
            try:
                params, digest = self._spec.identify(row)
            except InvalidRow as error:
                digest = raw_hash(self._spec.name, row)
                if (outcome := self._skipped(row, digest)) is None:
                    outcome = _outcome(row, digest, Status.ERROR, failure=failure_of(error))
            else:
                outcome = self._skipped(row, digest)
                if outcome is None:
                    waited = True
                    outcome = await self._row_runner.run(Job(row, params, digest))
            self._record(outcome)
            finished = True
        except OdtError as error:  # not the row's own: it ends the run
            self._stop(error)
        finally:
            if not finished:
                self._leave(row, digest)
        return waited

    def _skipped(self, row: Row, digest: str) -> Outcome | None:
        """Return the outcome of a row that is not for this run, or comes again in it; else None."""
        reason = self._spec.reason_to_skip(digest)
        if reason is None:
            first = self._duplicates.first_of(bytes.fromhex(digest), row.index)
            reason = None if first is None else f"duplicate of row {first}"
        return None if reason is None else _outcome(row, digest, Status.SKIPPED, reason=reason)

    def _record(self, outcome: Outcome) -> None:
        self._files.record(outcome)
        self._tally.count(outcome)
        if (event := _EVENTS.get(outcome.status)) is not None:
            with self._or_stop():  # the row is accounted for: it must not become pending as well
                self._log.info(
                    event,
                    row_index=outcome.row.index,
                    entity_id=outcome.entity_id,
                    elapsed_ms=outcome.elapsed_ms,
                    attempts=outcome.attempts,
                    error=outcome.failure.text if outcome.failure else None,
                )
        self._observer.outcome(outcome)
        if outcome.status is Status.ERROR and self._spec.fail_fast:
            self._stop(RunStopped(f"--fail-fast: row {outcome.row.index} failed"))

    def _leave(self, row: Row, digest: str) -> None:
        """Note *row* as pending; when not even that can be written, the run's end says so already."""
        with self._or_stop():
            self._record(_outcome(row, digest, Status.PENDING))

    def _leave_the_rest(self) -> None:
        """Deal with the rows that no worker has taken, as far as it can be written."""
        with self._or_stop():
            for row in self._unread:
                try:
                    _params, digest = self._spec.identify(row)
                except InvalidRow:
                    digest = raw_hash(self._spec.name, row)
                self._record(self._skipped(row, digest) or _outcome(row, digest, Status.PENDING))

    def _stop(self, cause: OdtError | signal.Signals) -> None:
        """Let no worker take another row; the first cause is the one that counts."""
        self.policy.gate.abandon()
        if self._stopped_by is None and not isinstance(cause, RunInterrupted):
            self._stopped_by = cause
            with self._or_stop():
                self._log.warning(events.RUN_STOPPED, reason=_in_words(cause))

    @contextmanager
    def _or_stop(self) -> Iterator[None]:
        """End the run when a file cannot be written in here; whatever else is going on goes on."""
        try:
            yield
        except OutputFailed as error:
            self._stop(error)

    def _drain(self, number: signal.Signals) -> None:
        self._stop(number)
        self._beat()

    def _abort(self, _number: signal.Signals) -> None:
        self._scope.cancel()

    def _beat(self, state: str | None = None) -> None:
        line = heartbeat_line(self.run_id, state or self.state, self.progress(), self.policy)
        with self._or_stop():
            self._files.heartbeat.write(f"{line}\n".encode())
            self._log.info(events.RUN_HEARTBEAT, line=line)
        self._observer.beat(line)


_EVENTS = {
    Status.APPLIED: events.ROW_APPLIED,
    Status.UNCHANGED: events.ROW_UNCHANGED,
    Status.PLANNED: events.ROW_PLANNED,
    Status.ERROR: events.ROW_FAILED,
}


def _outcome(row: Row, digest: str, status: Status, **rest: Any) -> Outcome:
    """Return the outcome of a row that was not sent anywhere."""
    return Outcome(row=row, status=status, payload_hash=digest, timestamp=events.timestamp(), **rest)


def _in_words(cause: OdtError | signal.Signals) -> str:
    return cause.name if isinstance(cause, signal.Signals) else str(cause)
