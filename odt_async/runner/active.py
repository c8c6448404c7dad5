"""A run while it lasts: it hands rows to the workers, notes what becomes of them, and knows how to end."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from odt_async import events
from odt_async.errors import OdtError, OutputFailed, RunInterrupted
from odt_async.model import Outcome, Row, Status
from odt_async.runner.chronicle import Chronicle
from odt_async.runner.control import Control, keep_to_window, parse_order
from odt_async.runner.control_socket import control_socket, serve, socket_path
from odt_async.runner.due import due
from odt_async.runner.files import RunFiles
from odt_async.runner.heartbeat import keep_beating
from odt_async.runner.identity import Job
from odt_async.runner.ledger import Ledger, unsent
from odt_async.runner.observer import Observer
from odt_async.runner.policy import RunPolicy
from odt_async.runner.row import RowRunner
from odt_async.runner.signals import ENDING
from odt_async.runner.spec import RunSpec
from odt_async.runner.status import status_of
from odt_async.runner.summary import reason_of, summarise
from odt_async.runner.tally import Progress, Tally
from odt_async.runner.workers import Workers
from odt_async.sinks.report_json import write_report
from odt_async.webex.directory import Directory

__all__ = ["Run", "RunResult"]

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
        self.now = asyncio.get_running_loop().time
        self.chronicle = Chronicle(self, files, observer, or_stop=self._or_stop, now=self.now)
        self._workers = Workers(self._crew(spec.settings.concurrency))
        self.control = Control(
            policy, self._workers, log, crew=self._crew, stop=self._stop, changed=self.chronicle.changed
        )
        self._tally = Tally(spec.survey.rows, self.now)
        self._ledger = Ledger(
            spec, files=files, tally=self._tally, log=log, observer=observer, stop=self._stop
        )
        self._unread = due(self._rows(), spec, self._ledger)
        self._scope = anyio.CancelScope()  # of the workers
        self._stopped_by: OdtError | signal.Signals | None = None
        self._told_to_end = False  # by a signal
        self.started = events.timestamp()
        # rows under way by index, the oldest first: the loop time when each was begun
        self.in_progress: dict[int, float] = {}
        self._cpu_before_s = time.process_time()

    @property
    def state(self) -> str:
        """`running`, `paused`, or `draining` when it has been told to stop."""
        if self._stopped_by is not None:
            return "draining"
        return self.control.state or ("paused" if self.policy.gate.reason else "running")

    @property
    def log(self) -> events.Logger:
        """The action log, bound to this run; writing raises OutputFailed."""
        return self._log

    @property
    def spec(self) -> RunSpec:
        """What is carried out."""
        return self._spec

    @property
    def tally(self) -> Tally:
        """What became of the rows so far."""
        return self._tally

    def progress(self) -> Progress:
        """Return how far it is."""
        return self._tally.progress()

    async def carry_out(self) -> None:
        """Take all rows to their outcomes; those that are not reached when it is stopped become pending."""
        settings = self._spec.settings
        self._log.info(events.RUN_STARTED, rows=self._spec.survey.rows, dry_run=self._spec.dry_run)
        self._files.action_log.flush()  # nothing is sent where nothing can be logged
        async with anyio.create_task_group() as group:
            self.chronicle.begin()
            group.start_soon(keep_beating, settings.heartbeat_seconds, self.chronicle.beat)
            group.start_soon(keep_beating, _TICK_S, self.chronicle.tick)
            group.start_soon(self.policy.tokens.keep)
            if (window := settings.hours) is not None:
                group.start_soon(keep_to_window, window, self.control)
            group.start_soon(self._attend)
            try:
                with self._scope:
                    await self._workers.run(
                        self._unread, self._process, stopping=lambda: self._stopped_by is not None
                    )
            finally:  # while signals are still heeded: an impatient one must not cut this short
                self._ledger.leave_the_rest(self._unread)
                self.chronicle.tick()
            group.cancel_scope.cancel()

    def signalled(self, number: signal.Signals) -> None:
        """React to a signal: the first to end drains, every later one aborts."""
        if number not in ENDING:
            self.control.signalled(number)
        elif self._told_to_end:
            self._scope.cancel()
        else:
            self._told_to_end = True
            self._stop(number)
            self.chronicle.beat()

    def _crew(self, slots: int) -> int:
        """Return how many rows are in progress with so many requests in flight."""
        return max(slots * _ROWS_PER_SLOT, self._row_runner.company)

    async def _attend(self) -> None:
        """Listen to `odt ctl`; where the folder can hold no socket, the signals are left."""
        try:
            with control_socket(socket_path(self._spec.settings.logs_dir, self.run_id)) as listening:
                await serve(listening, self._answer)
        except OSError as error:
            with self._or_stop():
                self._log.warning(events.RUN_OUT_OF_REACH, error=str(error))

    def _answer(self, line: bytes, by: str) -> dict[str, Any]:
        self.control.obey(parse_order(line), by)
        return status_of(self)

    def finish(self) -> RunResult:
        """Write the last heartbeat and the report; where that cannot be, the result says why all the same."""
        report = self._files.path("report.json")
        self.chronicle.end("finished" if self._stopped_by is None else "stopped")
        with self._or_stop():
            self._log.info(events.RUN_FINISHED, **self._summary())
            self._files.action_log.flush()
        summary = self._summary()
        try:
            write_report(report, summary, self._files.results())
        except OutputFailed as error:
            self._stop(error)
            summary = self._summary()
        self.chronicle.close(summary)
        return RunResult(self.run_id, self.progress(), report, summary, self._stopped_by)

    def _summary(self) -> dict[str, Any]:
        return summarise(
            self,
            self._directory.report(),
            stopped_by=self._stopped_by,
            cpu_s=time.process_time() - self._cpu_before_s,
        )

    def _rows(self) -> Iterator[Row]:
        """Yield the rows; a file that changes under our hands ends the run, not in a traceback."""
        try:
            yield from self._spec.rows()
        except OdtError as error:
            self._stop(error)

    async def _process(self, taken: Job | Outcome) -> bool:
        """Take one row to its outcome; return whether anything was waited for."""
        row, finished = taken.row, False
        try:
            if isinstance(taken, Job):
                self.in_progress[row.index] = self.now()
                outcome = await self._row_runner.run(taken)
            else:
                outcome = taken
            self._ledger.record(outcome)
            finished = True
        except OdtError as error:  # not the row's own: it ends the run
            self._stop(error)
        finally:
            self.in_progress.pop(row.index, None)
            if not finished:
                self._ledger.leave(unsent(row, taken.payload_hash, Status.PENDING))
        return isinstance(taken, Job)

    def _stop(self, cause: OdtError | signal.Signals) -> None:
        """Let no worker take another row; the first cause is the one that counts."""
        self.policy.gate.abandon()
        self._workers.intake.abandon()
        self.control.ending()
        if self._stopped_by is None and not isinstance(cause, RunInterrupted):
            self._stopped_by = cause
            with self._or_stop():
                self._log.warning(events.RUN_STOPPED, reason=reason_of(cause))

    @contextmanager
    def _or_stop(self) -> Iterator[None]:
        """End the run when a file cannot be written in here; whatever else is going on goes on."""
        try:
            yield
        except OutputFailed as error:
            self._stop(error)
