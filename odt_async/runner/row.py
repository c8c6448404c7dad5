"""One row: read -> plan -> apply -> Outcome, under its deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from anyio import to_thread
from pydantic import ValidationError

from odt_async import events
from odt_async.actions import Action
from odt_async.errors import AmbiguousWrite, OdtError, OutcomeUnknown, RowError
from odt_async.language import written
from odt_async.model import ActionParams, Outcome, Status, Verdict, VerdictKind
from odt_async.runner.batches import Batches
from odt_async.runner.diff import as_json, diff
from odt_async.runner.failure import failure_of
from odt_async.runner.identity import Job
from odt_async.runner.resume import History
from odt_async.runner.saved_plan import SavedPlan
from odt_async.runner.verification import Verification, not_as_asked
from odt_async.sinks.changes_jsonl import ChangesJsonl
from odt_async.webex.calls import Attempts, CallRecord, HttpPolicy, current_row

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["Job", "Resolver", "RowRunner"]

# Looks before a creation whose fate is unknown is taken for one that did not happen, 63 s in all: search shows new
# people and workspaces within seconds as a rule. Should it take longer, the second creation is refused by Webex, as
# whatever an action creates has something that only one may have (see CREATES in `actions/__init__.py`).
_PATIENCE = 6
# What an answer of another form than described ends in, within the SDK or an action
_UNUSABLE_ANSWER = (ValidationError, AttributeError, LookupError, TypeError)
_PATIENCE_TO_VERIFY = 4  # 15 s, and then it is the row's error


class Resolver(Protocol):
    """Finds the ids that rows leave blank; `webex/directory.py` has the implementation."""

    async def resolve(self, params: ActionParams) -> ActionParams:
        """Return *params* with the ids of its lookups filled in.

        Raises Unresolved when there is no match, or more than one.
        """
        ...


class RowRunner:
    """Takes rows through one action, one call of `run` each; many run side by side.

    changes: None in a dry run, which never applies.
    max_elapsed_s: of one row, sending and backing off; what it waits for others does not count.
    saved_plan: what every change must be that of; None to do what the rows ask for now.
    verification: which rows are read again once they are written.
    concurrency: requests in flight, at most.
    batch: whether rows may share calls where the action declares how.
    """

    def __init__(
        self,
        *,
        action: Action,
        api: AsWebexSimpleApi,
        policy: HttpPolicy,
        directory: Resolver,
        changes: ChangesJsonl | None,
        history: History,
        max_elapsed_s: float,
        log: events.Logger,
        saved_plan: SavedPlan | None = None,
        verification: Verification | None = None,
        concurrency: int = 1,
        batch: bool = False,
    ) -> None:
        self._action = action
        self._api = api
        self._policy = policy
        self._directory = directory
        self._changes = changes
        self._history = history
        self._max_elapsed_s = max_elapsed_s
        self._log = log
        self._saved_plan = saved_plan
        self._verification = verification or Verification()
        self._creates = getattr(action, "CREATES", False)
        self._is_in_doubt = history.is_in_doubt if self._creates else history.was_begun
        self._batches = Batches(
            action,
            api,
            policy=policy,
            log=log,
            keep_intents=self._keep_intents if self._creates else None,
            concurrency=concurrency,
            enabled=batch,
        )
        self._now = asyncio.get_running_loop().time

    @property
    def company(self) -> int:
        """How many rows must be under way for calls that several share to be full; 0 where none are."""
        return self._batches.company

    async def run(self, job: Job) -> Outcome:
        """Return what became of the row; a failure of its own is an outcome, not an exception.

        Raises what ends the run instead of the row: NotAuthorised, RunStopped, RunInterrupted.
        """
        started = self._now()
        record = CallRecord(row_index=job.row.index, max_elapsed_s=self._max_elapsed_s)
        current_row.set(record)
        result: dict[str, Any]
        try:
            with self._batches.seat(job.row.index, job.params):
                params = await self._directory.resolve(job.params)
                if params is not job.params:
                    job = Job.of(job.row, params, job.payload_hash)
                async with self._batches.turn(job.row.index, job.params):
                    result = await self._carry_out(job, record)
        except OdtError as error:
            if not isinstance(error, RowError):
                raise
            result = {"status": Status.ERROR, "failure": failure_of(error)}
        except Exception as error:  # noqa: BLE001 - whatever a row dies of, the others go on
            result = {"status": Status.ERROR, "failure": failure_of(error)}
        return Outcome(
            row=job.row,
            payload_hash=job.payload_hash,
            timestamp=events.timestamp(),
            entity_id=job.params.entity_id,
            params=job.given,
            attempts=record.attempts,
            elapsed_ms=round((self._now() - started) * 1000),
            tracking_id=record.tracking_id,
            **result,
        )

    async def _carry_out(self, job: Job, record: CallRecord) -> dict[str, Any]:
        """Return status, before and change; starts again at `read` while a write's fate is unknown."""
        # of a write that an earlier run did not see the end of
        before = self._history.before(job.payload_hash)
        in_doubt = self._is_in_doubt(job.payload_hash)
        noted = False  # the intent stands in this run's journal
        attempts = Attempts(self._policy)
        while True:
            state = await self._batches.read(job.row.index, job.params, in_doubt=in_doubt)
            change = self._action.plan(state, job.params)
            if change is not None and in_doubt and self._creates:
                state, change = await self._look_again(job, _PATIENCE)
            if change is None:
                if not in_doubt or self._changes is None:
                    return {"status": Status.UNCHANGED}
                return self._applied(job, record, before, as_json(state), noted=noted)
            wanted = as_json(change)
            if not noted and self._saved_plan is not None:
                self._saved_plan.check(job.payload_hash, as_json(state), wanted)
            if self._changes is None:
                before = as_json(state)
                return {
                    "status": Status.PLANNED,
                    "before": before,
                    "change": wanted,
                    "diff": diff(before, wanted),
                }
            note_intent = None
            if not noted:
                before = as_json(state)
                note_intent = partial(self._note_intent, job, before, wanted)
                in_doubt = noted = True
            try:
                write = self._batches.write(job.row.index, job.params, change, note_intent)
                await self._send(record, write)
            except AmbiguousWrite as doubt:
                await self._before_reading_again(doubt, attempts.failed(), record)
            else:
                result = self._applied(job, record, before, wanted, noted=True)
                await self._verify(job)
                return result

    async def _look_again(self, job: Job, patience: int) -> tuple[Any, Any | None]:
        """Return state and change once search has had time to show what is there."""
        state = change = None
        for attempt in range(1, patience + 1):
            await self._policy.sleep(2.0**attempt / 2)
            state = await self._action.read(self._api, job.params)
            change = self._action.plan(state, job.params)
            if change is None:
                break
        return state, change

    async def _verify(self, job: Job) -> None:
        """Read the row again if it is one of those; what does not show at once is given time, as in search."""
        if not self._verification.covers(job.payload_hash):
            return
        state = await self._action.read(self._api, job.params)
        change = self._action.plan(state, job.params)
        if change is not None:
            state, change = await self._look_again(job, _PATIENCE_TO_VERIFY)
        if change is not None:
            raise not_as_asked(as_json(state), as_json(change))

    async def _send(self, record: CallRecord, write: Awaitable[None]) -> None:
        sent_before = record.attempts
        try:
            await write
        except _UNUSABLE_ANSWER as error:
            if record.attempts == sent_before:
                raise
            raise AmbiguousWrite(written("the answer to the write is not as it should be")) from error

    async def _before_reading_again(self, doubt: AmbiguousWrite, attempt: int, record: CallRecord) -> None:
        verdict = Verdict(VerdictKind.AMBIGUOUS, str(doubt), doubt.retry_after_s)
        wait_s = self._policy.wait_before_retry(verdict, attempt)
        if wait_s is None or record.spent_s + wait_s > self._max_elapsed_s:
            raise OutcomeUnknown(
                "the write was sent {attempt} times and its fate is unknown: {doubt}",
                attempt=attempt,
                doubt=doubt,
            ) from (doubt.__cause__)
        record.spent_s += wait_s
        self._log.warning(
            events.ROW_READ_AGAIN,
            row_index=record.row_index,
            caused_by=str(doubt),
            wait_for_s=round(wait_s, 3),
        )
        await self._policy.sleep(wait_s)

    def _note_intent(self, job: Job, before: Any, change: Any) -> None:
        assert self._changes is not None  # noqa: S101 - a dry run has returned by now
        self._changes.intent(
            row_index=job.row.index,
            payload_hash=job.payload_hash,
            entity_id=job.params.entity_id,
            before=before,
            change=change,
            params=job.given,
        )

    async def _keep_intents(self) -> None:
        """Bring the intents of creations to the disk: search may show late what only they tell of."""
        assert self._changes is not None  # noqa: S101 - a dry run has returned by now
        await to_thread.run_sync(self._changes.sync)

    def _applied(
        self, job: Job, record: CallRecord, before: Any, written: Any, *, noted: bool
    ) -> dict[str, Any]:
        """Journal the write as done; the intent too, when an earlier run made it."""
        assert self._changes is not None  # noqa: S101 - a dry run has returned by now
        if not noted:
            self._note_intent(job, before, written)
        self._changes.done(
            row_index=job.row.index,
            payload_hash=job.payload_hash,
            entity_id=job.params.entity_id,
            written=written,
            tracking_id=record.tracking_id,
        )
        return {"status": Status.APPLIED, "before": before, "change": written}
