"""A whole run, from the first file opened to the report; the nested `with` of `run` is its table of contents."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import anyio

from odt_async import __version__, events
from odt_async.dataset import Duplicates
from odt_async.errors import InvalidRow, OdtError, OutputFailed, RunInterrupted, RunStopped
from odt_async.model import Outcome, Row, Status
from odt_async.runner.backoff import BackoffPolicy
from odt_async.runner.failure import failure_of
from odt_async.runner.files import RunFiles, new_run_id
from odt_async.runner.gate import Gate
from odt_async.runner.heartbeat import heartbeat_line, keep_beating
from odt_async.runner.identity import identify, raw_hash
from odt_async.runner.limiter import Limiter, ceiling
from odt_async.runner.pacer import PacerSettings
from odt_async.runner.policy import RunPolicy
from odt_async.runner.row import Job, RowRunner
from odt_async.runner.signals import heed_signals
from odt_async.runner.slots import Slots
from odt_async.runner.spec import RunSpec
from odt_async.runner.summary import summarise
from odt_async.runner.tally import Progress, Tally
from odt_async.runner.workers import run_workers
from odt_async.settings import Settings
from odt_async.sinks.report_json import write_report
from odt_async.sinks.run_json import write_manifest
from odt_async.webex.client import open_api
from odt_async.webex.directory import Directory
from odt_async.webex.tokens import TokenSource

__all__ = ["Observer", "Run", "RunResult", "run"]

_TICK_S = 0.25  # how often an observer is shown the state of affairs
# rows in progress for each slot: a row that backs off or waits for its turn leaves its slot to another
_ROWS_PER_SLOT = 2


@dataclass(frozen=True, slots=True)
class RunResult:
    """How it ended."""

    run: str
    progress: Progress
    report: Path
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


async def run(
    spec: RunSpec,
    *,
    connect: Callable[[events.Redactor], TokenSource],
    observer: Observer,
) -> RunResult:
    """Carry *spec* out and return how it ended; every row read is then in one of the run's files.

    connect: gives the source of the token, and tells the redactor every secret.

    Raises InputError, OutputFailed or NotAuthorised when the run cannot begin.
    """
    run_id = new_run_id(spec.name)
    redact = events.Redactor()
    tokens = connect(redact)
    settings = spec.settings
    with RunFiles(
        settings.logs_dir,
        run_id,
        action=spec.name,
        layers=spec.dataset.layers,
        dry_run=spec.dry_run,
        redact=redact,
    ) as files:
        write_manifest(files.path("run.json"), _manifest(run_id, spec))
        log = events.open_logger(files.action_log.write, redact, run=run_id)
        policy = _policy(settings, tokens, log)
        connected = open_api(
            tokens=tokens,
            policy=policy,
            log=log,
            base_url=settings.base_url,
            request_timeout_s=settings.request_timeout,
        )
        async with connected as api:
            directory = Directory(api, spec.needs)
            rows = RowRunner(
                action=spec.action,
                api=api,
                policy=policy,
                directory=directory,
                changes=files.changes,
                history=spec.history,
                max_elapsed_s=settings.max_elapsed_per_row,
                log=log,
            )
            active = Run(
                run_id,
                spec,
                files=files,
                policy=policy,
                rows=rows,
                directory=directory,
                log=log,
                observer=observer,
            )
            await active.carry_out()
        return active.finish()


def _policy(settings: Settings, tokens: TokenSource, log: events.Logger) -> RunPolicy:
    rates = [settings.rate] if settings.rate else []
    if settings.min_interval_ms:
        rates.append(1000.0 / settings.min_interval_ms)

    def log_hold(family: str, seconds: float) -> None:
        log.warning(events.HTTP_FAMILY_HELD, family=family, held_s=round(seconds, 3))

    return RunPolicy(
        gate=Gate(),
        limiter=Limiter(
            ceilings=tuple(ceiling(rate) for rate in rates),
            settings=PacerSettings(max_hold_s=settings.max_sleep_seconds),
            on_hold=log_hold,
        ),
        slots=Slots(settings.concurrency),
        backoff=BackoffPolicy(
            max_retries=settings.max_retries_per_call, max_sleep_s=settings.max_sleep_seconds
        ),
        tokens=tokens,
        log=log,
    )


def _manifest(run_id: str, spec: RunSpec) -> dict[str, Any]:
    return {
        "run": run_id,
        "script_name": spec.name,
        "version": __version__,
        "started": events.timestamp(),
        "dry_run": spec.dry_run,
        "fail_fast": spec.fail_fast,
        "continues": spec.history.runs[0] if spec.history.runs else None,
        "input": str(spec.dataset.path),
        "total_rows": spec.survey.rows,
        "settings": spec.settings.model_dump(mode="json"),
    }


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
        self._observer.started(self)
        self._beat()
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(keep_beating, settings.heartbeat_seconds, self._beat)
                group.start_soon(keep_beating, _TICK_S, partial(self._observer.tick, self))
                group.start_soon(heed_signals, self._drain, self._abort)
                with self._scope:
                    await run_workers(
                        self._unread,
                        self._process,
                        workers=settings.concurrency * _ROWS_PER_SLOT,
                        stopping=lambda: self._stopped_by is not None,
                    )
                group.cancel_scope.cancel()
        finally:
            self._leave_the_rest()
            self._observer.tick(self)

    def finish(self) -> RunResult:
        """Write the last heartbeat and the report."""
        report = self._files.path("report.json")
        stopped_by = self._stopped_by
        self._beat("finished" if stopped_by is None else "stopped")
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
        )
        self._log.info(events.RUN_FINISHED, **summary)
        write_report(report, summary, self._files.results())
        return RunResult(self.run_id, self.progress(), report, stopped_by)

    def _rows(self) -> Iterator[Row]:
        """Yield the rows; a file that turns unreadable under our hands ends the run, not in a traceback."""
        try:
            yield from self._spec.dataset.rows()
        except OdtError as error:
            self._stop(error)

    async def _process(self, row: Row) -> bool:
        """Take one row to its outcome; return whether anything was waited for."""
        digest = ""
        finished = False
        try:
            try:
                params, digest = identify(self._spec.name, self._spec.action, row)
            except InvalidRow as error:
                digest = raw_hash(self._spec.name, row)
                self._record(_outcome(row, digest, Status.ERROR, failure=failure_of(error)))
                finished = True
                return False
            if reason := self._reason_to_skip(row, digest):
                self._record(_outcome(row, digest, Status.SKIPPED, reason=reason))
                finished = True
                return False
            outcome = await self._row_runner.run(Job(row, params, digest))
            self._record(outcome)
            finished = True
        except OdtError as error:  # not the row's own: it ends the run
            self._stop(error)
        finally:
            if not finished:
                self._leave(row, digest)
        return True

    def _reason_to_skip(self, row: Row, digest: str) -> str | None:
        if self._spec.history.is_finished(digest):
            return "resumed"
        first = self._duplicates.first_of(bytes.fromhex(digest), row.index)
        return None if first is None else f"duplicate of row {first}"

    def _record(self, outcome: Outcome) -> None:
        self._files.record(outcome)
        self._tally.count(outcome)
        if (event := _EVENTS.get(outcome.status)) is not None:
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
        try:
            self._record(_outcome(row, digest, Status.PENDING))
        except OutputFailed as error:
            self._stop(error)

    def _leave_the_rest(self) -> None:
        """Deal with the rows that no worker has taken."""
        for row in self._unread:
            if isinstance(self._stopped_by, OutputFailed):
                return
            try:
                _params, digest = identify(self._spec.name, self._spec.action, row)
            except InvalidRow:
                digest = ""
            reason = self._reason_to_skip(row, digest) if digest else None
            if reason:
                self._record(_outcome(row, digest, Status.SKIPPED, reason=reason))
            else:
                self._leave(row, digest)

    def _stop(self, cause: OdtError | signal.Signals) -> None:
        """Let no worker take another row; the first cause is the one that counts."""
        self.policy.gate.abandon()
        if self._stopped_by is None and not isinstance(cause, RunInterrupted):
            self._stopped_by = cause
            if not isinstance(cause, OutputFailed):  # it may be the log that cannot be written
                self._log.warning(events.RUN_STOPPED, reason=_in_words(cause))

    def _drain(self, number: signal.Signals) -> None:
        self._stop(number)
        self._beat()

    def _abort(self, _number: signal.Signals) -> None:
        self._scope.cancel()

    def _beat(self, state: str | None = None) -> None:
        line = heartbeat_line(self.run_id, state or self.state, self.progress(), self.policy)
        try:
            self._files.heartbeat.write(f"{line}\n".encode())
            self._log.info(events.RUN_HEARTBEAT, line=line)
        except OutputFailed as error:
            self._stop(error)
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
