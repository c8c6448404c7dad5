"""The files of one run: opened together, fed by status, closed together."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from odt_async.errors import OutputFailed
from odt_async.model import Layers, Outcome, Status
from odt_async.redaction import Redactor
from odt_async.runs.names import file_path
from odt_async.runs.results import read_results
from odt_async.sinks import Sink
from odt_async.sinks.action_log import ActionLog
from odt_async.sinks.appender import Appender, GroupSync
from odt_async.sinks.changes_jsonl import ChangesJsonl
from odt_async.sinks.error_jsonl import ErrorJsonl
from odt_async.sinks.ok_csv import OkCsv
from odt_async.sinks.plan_jsonl import PlanJsonl
from odt_async.sinks.rows_csv import PendingCsv, RejectedCsv
from odt_async.sinks.skipped_csv import SkippedCsv
from odt_async.sinks.whole_file import sync_folder

__all__ = ["RunFiles", "new_run_id"]


def new_run_id(action: str) -> str:
    """Return `<action>_<YYYYmmddTHHMMSSZ>_<4 hex>`."""
    return f"{action}_{datetime.now(UTC):%Y%m%dT%H%M%SZ}_{secrets.token_hex(2)}"


class RunFiles:
    """A context manager over all sinks of a run; `pending.csv` appears when the first row is left over."""

    def __init__(
        self, logs_dir: Path, run: str, *, action: str, layers: Layers, dry_run: bool, redact: Redactor
    ) -> None:
        self._logs_dir = logs_dir
        self._run = run
        self._action = action
        self._layers = layers
        self._dry_run = dry_run
        self._redact = redact
        self._stack = ExitStack()
        self._sinks: dict[Status, tuple[Sink, ...]] = {}
        self.changes: ChangesJsonl | None = None  # None in a dry run

    def __enter__(self) -> Self:
        """Open the files. Raises OutputFailed."""
        try:
            self._logs_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputFailed(
                "{logs_dir} cannot be made: {reason}", logs_dir=self._logs_dir, reason=error.strerror
            ) from error
        self._sync = self._stack.enter_context(GroupSync())
        with self._stack.pop_all() as opened:
            self._open(opened)
            self._stack = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def _open(self, stack: ExitStack) -> None:
        sync, redact, action = self._sync, self._redact, self._action
        self.action_log = stack.enter_context(
            ActionLog(self._logs_dir / f"{action}.log", sync, redact=redact)
        )
        self.heartbeat = stack.enter_context(Appender(self._logs_dir / "heartbeat.log", sync))
        self.timeline = stack.enter_context(Appender(self.path("timeline.jsonl"), sync))
        ok = stack.enter_context(OkCsv(self.path("ok.csv"), sync, action=action))
        errors = stack.enter_context(ErrorJsonl(self.path("error.jsonl"), sync, action=action, redact=redact))
        rejected = stack.enter_context(RejectedCsv(self.path("rejected.csv"), sync, layers=self._layers))
        skipped = stack.enter_context(SkippedCsv(self.path("skipped.csv"), sync))
        self._sinks = {
            Status.APPLIED: (ok,),
            Status.UNCHANGED: (ok,),
            Status.ERROR: (rejected, errors),  # the last one counts: a kill in between loses nothing
            Status.SKIPPED: (skipped,),
        }
        state: PlanJsonl | ChangesJsonl
        if self._dry_run:
            state = plan = stack.enter_context(PlanJsonl(self.path("plan.jsonl"), sync))
            self._sinks[Status.PLANNED] = (plan,)
        else:
            state = self.changes = stack.enter_context(ChangesJsonl(self.path("changes.jsonl"), sync))
        # what is read back may look like a secret and is to stay
        for appender in (self.heartbeat, self.timeline, ok, rejected, skipped, state):
            appender.mask = redact.told
        try:
            sync_folder(self._logs_dir)
        except OSError as error:
            raise OutputFailed(
                "{logs_dir} cannot be written: {reason}", logs_dir=self._logs_dir, reason=error.strerror
            ) from error

    def path(self, suffix: str) -> Path:
        """Return the path of the run's file *suffix*, such as `ok.csv`."""
        return file_path(self._logs_dir, self._run, suffix)

    def record(self, outcome: Outcome) -> None:
        """Hand the outcome's line to the operating system. Raises OutputFailed."""
        if outcome.status is Status.PENDING and Status.PENDING not in self._sinks:
            pending = PendingCsv(self.path("pending.csv"), self._sync, layers=self._layers)
            pending.mask = self._redact.told
            self._sinks[Status.PENDING] = (self._stack.enter_context(pending),)
        for sink in self._sinks[outcome.status]:
            sink.record(outcome)

    def without_secrets(self, outcome: Outcome) -> Outcome:
        """Return *outcome* as it may be counted and shown: what Webex has echoed in a failure or a state masked."""
        if outcome.failure is not None:
            text = self._redact.text(outcome.failure.text)
            return replace(outcome, failure=replace(outcome.failure, text=text))
        if outcome.status is Status.PLANNED:
            diff = orjson.dumps(outcome.diff, default=str)
            masked = self._redact.told(diff)
            return outcome if masked == diff else replace(outcome, diff=orjson.loads(masked))
        return outcome

    def results(self) -> Iterator[dict[str, Any]]:
        """Yield what became of every row that was dealt with, for the report; reads the files back."""
        return (result for _entity_id, result in read_results(self._logs_dir, self._run))
