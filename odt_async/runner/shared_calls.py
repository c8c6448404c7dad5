"""Calls that several rows share: made, counted for each of the rows, and split when Webex refuses them.

A call that is refused as a whole is made again for each half of its rows, until the one that Webex will not take
stands alone; that row then makes its call by itself, and is told what is wrong as if it had been alone from the
start.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wxc_sdk.as_rest import AsRestError

from odt_async import events
from odt_async.actions import Item, ReadBatch, Results, Unfinished, WriteBatch
from odt_async.errors import AmbiguousWrite, OdtError, OutcomeUnknown
from odt_async.language import written
from odt_async.webex.calls import CallRecord, HttpPolicy, current_row

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["ALONE", "Member", "Once", "SharedCalls"]

ALONE = object()  # the result of a row that is to make its own call
# what an answer of another form than described ends in
_UNUSABLE_ANSWER = (AttributeError, LookupError, TypeError, ValueError)
_LOOK_AGAIN_S, _LATER, _SELDOMEST_S = 2.0, 1.5, 15.0  # at what Webex is at: first, growing by, at most


class Once:
    """Notes an intent the first time that it is called: a call that is split is announced more than once."""

    __slots__ = ("_note",)

    def __init__(self, note: Callable[[], None]) -> None:
        self._note: Callable[[], None] | None = note

    def __call__(self) -> None:
        """Note it, unless that is done."""
        if (note := self._note) is not None:
            note()
            self._note = None


@dataclass(frozen=True, slots=True)
class Member:
    """A row in a call."""

    params: Any
    record: CallRecord
    change: Any = None
    note_intent: Callable[[], None] | None = None


class SharedCalls:
    """Makes the calls; members are by the row's number."""

    def __init__(self, api: AsWebexSimpleApi, policy: HttpPolicy, log: events.Logger) -> None:
        self._api = api
        self._policy = policy
        self._log = log

    async def read(self, batch: ReadBatch, members: Mapping[int, Member]) -> dict[int, Any]:
        """Return the state of each row, or ALONE."""
        states: Mapping[int, Any] = {}
        if len(members) > 1:
            params = {row: member.params for row, member in sorted(members.items())}
            try:
                with self._one_call(members):
                    states = await batch.read(self._api, params)
            except (AsRestError, *_UNUSABLE_ANSWER) as error:  # by itself each row is told what is wrong
                self._log.info(events.BATCH_SPLIT, rows=sorted(members), caused_by=str(error))
        return {row: states.get(row, ALONE) for row in members}

    async def write(
        self, batch: WriteBatch, members: Mapping[int, Member], announce: Callable[[], Awaitable[None]]
    ) -> dict[int, Any]:
        """Return what became of each row: None when it is written, its error, or ALONE.

        announce: called when the write is about to be sent; more than once where it is split.
        """
        rows = sorted(members)
        if len(rows) == 1:
            return dict.fromkeys(rows, ALONE)
        try:
            with self._one_call(members) as record:
                record.before_write = announce
                results = await self._finished(batch, [(row, members[row]) for row in rows], record)
        except AsRestError as error:
            self._log.info(events.BATCH_SPLIT, rows=rows, caused_by=str(error))
            middle = len(rows) // 2
            halves = [{row: members[row] for row in half} for half in (rows[:middle], rows[middle:])]
            return await self.write(batch, halves[0], announce) | await self.write(batch, halves[1], announce)
        except (AmbiguousWrite, OdtError) as error:
            return dict.fromkeys(rows, error)
        untold = AmbiguousWrite(written("the answer does not tell what became of the row"))
        return {row: results.get(row, untold) for row in rows}

    async def _finished(
        self, batch: WriteBatch, members: Sequence[tuple[int, Member]], record: CallRecord
    ) -> Results:
        """Make the call and return its results, when Webex has them."""
        items = [Item(row, member.params, member.change) for row, member in members]
        answer = await batch.write(self._api, items)
        wait_s = _LOOK_AGAIN_S
        while isinstance(answer, Unfinished):
            record.spent_s += wait_s
            if record.left_s <= 0:
                raise OutcomeUnknown("Webex was still at the change when the row's time was spent")
            await self._policy.sleep(wait_s)
            wait_s = min(wait_s * _LATER, _SELDOMEST_S)
            answer = await answer.ask()
        return answer

    @contextmanager
    def _one_call(self, members: Mapping[int, Member]) -> Iterator[CallRecord]:
        """Count what is sent in here for each of the rows, and log for whom it was."""
        left_s = min(member.record.left_s for member in members.values())
        record = CallRecord(max_elapsed_s=None if left_s == math.inf else left_s)
        token = current_row.set(record)
        try:
            yield record
        finally:
            current_row.reset(token)
            for member in members.values():
                member.record.attempts += record.attempts
                member.record.spent_s += record.spent_s
                member.record.tracking_id = record.tracking_id or member.record.tracking_id
            self._log.info(
                events.BATCH_SENT,
                rows=sorted(members),
                attempts=record.attempts,
                tracking_id=record.tracking_id,
            )
