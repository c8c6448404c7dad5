"""What becomes of every row: written to its file, counted, logged and told, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from odt_async import events
from odt_async.dataset import Duplicates
from odt_async.errors import OdtError, OutputFailed
from odt_async.model import Outcome, Row, Status
from odt_async.runner.error_budget import ErrorBudget
from odt_async.runner.files import RunFiles
from odt_async.runner.identity import Job
from odt_async.runner.observer import Observer
from odt_async.runner.spec import RunSpec
from odt_async.runner.tally import Tally

__all__ = ["Ledger", "unsent"]


class Ledger:
    """The account of the rows of one run.

    stop: ends the run, for the reason it is given.
    """

    def __init__(
        self,
        spec: RunSpec,
        *,
        files: RunFiles,
        tally: Tally,
        log: events.Logger,
        observer: Observer,
        stop: Callable[[OdtError], None],
    ) -> None:
        self._spec = spec
        self._files = files
        self._tally = tally
        self._log = log
        self._observer = observer
        self._stop = stop
        self._budget = ErrorBudget.of(spec.settings, spec.survey.rows, fail_fast=spec.fail_fast)
        self._duplicates = Duplicates(spec.survey.suspects)

    def skipped(self, row: Row, digest: str) -> Outcome | None:
        """Return the outcome of a row that is not for this run, or comes again in it; else None."""
        reason = self._spec.reason_to_skip(digest)
        if reason is None:
            first = self._duplicates.first_of(bytes.fromhex(digest), row.index)
            reason = None if first is None else f"duplicate of row {first}"
        return None if reason is None else unsent(row, digest, Status.SKIPPED, reason=reason)

    def record(self, outcome: Outcome) -> None:
        """Write *outcome* down, then count and tell it. Raises OutputFailed; then it is not counted."""
        outcome = self._files.without_secrets(outcome)
        self._files.record(outcome)
        self._tally.count(outcome)
        if (event := _EVENTS.get(outcome.status)) is not None:
            try:
                self._log.info(
                    event,
                    row_index=outcome.row.index,
                    entity_id=outcome.entity_id,
                    elapsed_ms=outcome.elapsed_ms,
                    attempts=outcome.attempts,
                    error=outcome.failure.text if outcome.failure else None,
                )
            except OutputFailed as error:  # the row is accounted for: it must not become pending as well
                self._stop(error)
        self._observer.outcome(outcome)
        failed = outcome.status is Status.ERROR
        failed_before = failed and self._spec.history.has_failed(outcome.payload_hash)
        if (exhausted := self._budget.count(outcome, failed_before=failed_before)) is not None:
            self._stop(exhausted)

    def leave(self, outcome: Outcome) -> None:
        """Note a row that is not attempted; where not even that can be written, it still counts as pending."""
        try:
            self.record(outcome)
        except OutputFailed as error:
            self._stop(error)
            self._tally.count(replace(outcome, status=Status.PENDING))

    def leave_the_rest(self, unread: Iterator[Job | Outcome]) -> None:
        """Deal with the rows that no worker has taken."""
        for left in unread:
            if isinstance(left, Outcome) and left.status is Status.SKIPPED:
                self.leave(left)
            else:
                self.leave(unsent(left.row, left.payload_hash, Status.PENDING))


_EVENTS = {
    Status.APPLIED: events.ROW_APPLIED,
    Status.UNCHANGED: events.ROW_UNCHANGED,
    Status.PLANNED: events.ROW_PLANNED,
    Status.ERROR: events.ROW_FAILED,
}


def unsent(row: Row, digest: str, status: Status, **rest: Any) -> Outcome:
    """Return the outcome of a row that was not sent anywhere."""
    return Outcome(row=row, status=status, payload_hash=digest, timestamp=events.timestamp(), **rest)
