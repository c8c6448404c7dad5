"""The reads and writes of rows, some of which can share a call; where they cannot, each row has its own.

What an action declares as `READ_BATCH` and `WRITE_BATCH` (`actions/_batching.py`) is done here: who meets whom
(`coalescer.py`), who waits for whom (`entities.py`), and that every intent is in the journal before the one call
that carries it (`shared_calls.py`).

A row that is in doubt, or follows another about the same thing, is read by itself, as lists lag behind. One in
doubt may share a call once more and then writes alone, should it be what Webex stumbles on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from odt_async import events
from odt_async.actions import Action, ReadBatch, WriteBatch
from odt_async.errors import AmbiguousWrite
from odt_async.runner.coalescer import Coalescer
from odt_async.runner.entities import EntityLocks
from odt_async.runner.shared_calls import ALONE, Member, Once, SharedCalls
from odt_async.webex.calls import CallRecord, HttpPolicy, current_row

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

    from odt_async.model import ActionParams

__all__ = ["Batches"]

_NO_SEAT = nullcontext()
_MOST_SHARED = 2  # writes of one row; one that is to be written again after that may be to blame


@dataclass(slots=True)
class _Seat:
    """A row under way."""

    companies: tuple[str, str]  # with whom it shares reads, and writes, as far as its cells tell
    shared: int = 0  # writes
    reads_alone: bool = False


class Batches:
    """The reads and writes of the rows of one run.

    keep_intents: makes sure of the intents that were noted; None where a line of the journal does.
    concurrency: requests in flight; while at least so many rows are at something, reads wait for company.
    enabled: False: no two rows share a call, whatever the action declares.

    company: how many rows must be under way to fill a call; 0 where none is shared.
    """

    def __init__(
        self,
        action: Action,
        api: AsWebexSimpleApi,
        *,
        policy: HttpPolicy,
        log: events.Logger,
        keep_intents: Callable[[], Awaitable[None]] | None,
        concurrency: int,
        enabled: bool,
    ) -> None:
        self._action = action
        self._api = api
        self._calls = SharedCalls(api, policy, log)
        self._keep_intents = keep_intents
        self._read_batch: ReadBatch | None = getattr(action, "READ_BATCH", None) if enabled else None
        self._write_batch: WriteBatch | None = getattr(action, "WRITE_BATCH", None) if enabled else None
        self._concurrency = concurrency
        self._reads = (
            Coalescer(self._read_batch.size, self._read_together, is_free_to_wait=self._is_busy)
            if self._read_batch
            else None
        )
        self._writes = Coalescer(self._write_batch.size, self._write_together) if self._write_batch else None
        self._things = EntityLocks()  # of rows
        self._keys = EntityLocks()  # of calls that write
        self._seats: dict[int, _Seat] = {}
        self._standing_by = 0  # rows that wait for an earlier one about the same thing
        declared = (batch for batch in (self._read_batch, self._write_batch) if batch)
        self.company = max((batch.size for batch in declared), default=0)

    def seat(self, row: int, params: ActionParams) -> AbstractContextManager[None]:
        """Count *row* as under way; *params* are as they were before look-ups."""
        return self._seat(row, params) if self.company else _NO_SEAT

    @contextmanager
    def _seat(self, row: int, params: ActionParams) -> Iterator[None]:
        batches = (self._read_batch, self._write_batch)
        read, write = (batch.key(params) if batch else "" for batch in batches)
        self._seats[row] = _Seat((read, write))
        self._expect(row)
        try:
            yield
        finally:
            self._forget(row)
            del self._seats[row]
            if self._reads is not None:
                self._reads.look_around()

    def turn(self, row: int, params: ActionParams) -> AbstractAsyncContextManager[None]:
        """Wait until no earlier row is about the same thing."""
        if not self.company:
            return self._things.alone(params.entity_id)
        batch = self._write_batch
        return self._turn(row, tuple(batch.things(params)) if batch else (params.entity_id,))

    @asynccontextmanager
    async def _turn(self, row: int, things: tuple[str, ...]) -> AsyncIterator[None]:
        stands_by = self._things.busy(*things)
        if stands_by:
            self._forget(row)  # whoever waits for it may be what it waits for
        self._standing_by += stands_by
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self._things.alone(*things))
            finally:
                self._standing_by -= stands_by
            self._seats[row].reads_alone = stands_by
            self._expect(row)
            yield

    def read(self, row: int, params: ActionParams, *, in_doubt: bool) -> Awaitable[Any]:
        """Return the remote state.

        in_doubt: whether a write of the row was begun of which nobody knows what came.
        """
        batch, reads = self._read_batch, self._reads
        if batch is None or reads is None:
            return self._action.read(self._api, params)
        return self._read(batch, reads, row, params, in_doubt=in_doubt)

    async def _read(
        self, batch: ReadBatch, reads: Coalescer[Member], row: int, params: ActionParams, *, in_doubt: bool
    ) -> Any:
        if in_doubt or self._seats[row].reads_alone:
            reads.forget(row)
            return await self._action.read(self._api, params)
        member = Member(params, _record())
        state = await reads.submit(batch.key(params), self._seats[row].companies[0], row, member)
        return await self._action.read(self._api, params) if state is ALONE else state

    def write(
        self, row: int, params: ActionParams, change: Any, note_intent: Callable[[], None] | None
    ) -> Awaitable[None]:
        """Write *change*, its intent ahead of it (None: that stands already). Raises what `apply` raises."""
        batch, writes = self._write_batch, self._writes
        if batch is None or writes is None:
            return self._apply(params, change, note_intent)
        return self._write(batch, writes, row, params, change, note_intent=note_intent)

    async def _write(
        self,
        batch: WriteBatch,
        writes: Coalescer[Member],
        row: int,
        params: ActionParams,
        change: Any,
        *,
        note_intent: Callable[[], None] | None,
    ) -> None:
        seat, weight = self._seats[row], batch.weight(change)
        note_intent = note_intent and Once(note_intent)
        result: Any = ALONE
        if weight is None or weight > batch.size or seat.shared == _MOST_SHARED:
            writes.forget(row)
        else:
            seat.shared += 1
            member = Member(params, _record(), change, note_intent)
            if self._reads is not None:
                self._reads.look_around()
            result = await writes.submit(batch.key(params), seat.companies[1], row, member, weight)
        if result is ALONE:
            async with self._keys.alone(batch.key(params)):
                await self._apply(params, change, note_intent)
        elif isinstance(result, AmbiguousWrite):
            writes.expect(row, seat.companies[1])
            raise AmbiguousWrite(str(result), retry_after_s=result.retry_after_s) from result.__cause__
        elif result is not None:
            raise result

    def _is_busy(self) -> bool:
        waiting = sum(coalescer.waiting for coalescer in (self._reads, self._writes) if coalescer is not None)
        return len(self._seats) - waiting - self._standing_by >= self._concurrency

    def _expect(self, row: int) -> None:
        for coalescer, company in zip((self._reads, self._writes), self._seats[row].companies, strict=True):
            if coalescer is not None:
                coalescer.expect(row, company)

    def _forget(self, row: int) -> None:
        for coalescer in (self._reads, self._writes):
            if coalescer is not None:
                coalescer.forget(row)

    async def _apply(self, params: ActionParams, change: Any, note_intent: Callable[[], None] | None) -> None:
        """Write by itself; the intent is noted when the write is about to go, so that one that waits is in no doubt."""
        record = _record()
        announce = record.before_write = partial(self._announce, [note_intent])
        try:
            await self._action.apply(self._api, params, change)
            if record.before_write is not None:  # there was nothing to send
                await announce()
        finally:
            record.before_write = None

    async def _announce(self, intents: Iterable[Callable[[], None] | None]) -> None:
        """Note the intents that are not noted, and make sure of them."""
        new = [note_intent for note_intent in intents if note_intent is not None]
        for note_intent in new:
            note_intent()
        if new and self._keep_intents is not None:
            await self._keep_intents()

    async def _read_together(self, _key: str, members: Mapping[int, Member]) -> Mapping[int, Any]:
        assert self._read_batch is not None  # noqa: S101 - there is no coalescer without one
        return await self._calls.read(self._read_batch, members)

    async def _write_together(self, key: str, members: Mapping[int, Member]) -> Mapping[int, Any]:
        assert self._write_batch is not None  # noqa: S101 - there is no coalescer without one
        announce = partial(self._announce, [member.note_intent for _row, member in sorted(members.items())])
        async with self._keys.alone(key):
            return await self._calls.write(self._write_batch, members, announce)


def _record() -> CallRecord:
    return current_row.get() or CallRecord()
