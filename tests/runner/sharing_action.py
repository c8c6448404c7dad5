"""An action whose rows share calls, in a few lines, and the remote that it works on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from aiohttp import RequestInfo
from multidict import CIMultiDict, CIMultiDictProxy
from wxc_sdk.as_rest import AsRestError
from yarl import URL

from odt_async.actions import Item, ReadBatch, Results, Unfinished, WriteBatch
from odt_async.model import ActionParams
from odt_async.runner.backoff import BackoffPolicy
from odt_async.runner.resume import History
from odt_async.runner.row import Job, RowRunner
from odt_async.sinks.appender import GroupSync
from odt_async.sinks.changes_jsonl import ChangesJsonl, read_changes
from odt_async.webex.calls import current_row
from tests.runner.building import make_log, make_policy, make_row

CALL_S = 1.0


def refused() -> AsRestError:
    url = URL("https://webexapis.com/v1/x")
    return AsRestError(
        RequestInfo(url, "POST", CIMultiDictProxy(CIMultiDict()), url), (), status=400, message="No"
    )


class Params(ActionParams):
    """A person and the number that they get."""

    person: str
    number: int

    @property
    def entity_id(self) -> str:
        return self.person


class Numbers:
    """What people have, and an action that gives them more: one call for all rows of a person.

    calls: what was sent: `read` or `write`, of how many rows.
    bad: numbers that the remote refuses, and the whole call with them.
    fates: what the next shared calls end in, once they are processed.
    """

    CREATES = False

    def __init__(self, *, bad: frozenset[int] = frozenset(), fates: Sequence[Exception] = ()) -> None:
        self.has: dict[str, set[int]] = {}
        self.calls: list[tuple[str, int]] = []
        self.bad = bad
        self.fates = list(fates)
        self.partly: dict[int, Exception | None] = {}  # number -> its result, in place of None
        self.left_out: set[int] = set()  # numbers that the answer does not tell of
        self.looks = 0  # how often it says that it is still at it
        self.journal: Path | None = None
        self.noted: list[int] = []  # intents in the journal when a call comes in
        self.READ_BATCH = ReadBatch(size=10, key=person_of, read=self._read_together)
        self.WRITE_BATCH = WriteBatch(size=10, key=person_of, write=self._write_together, things=thing_of)

    async def read(self, _api: Any, params: Params) -> list[int]:
        await self._called("read", 1)
        return sorted(self.has.get(params.person, ()))

    def plan(self, state: list[int], params: Params) -> int | None:
        return None if params.number in state else params.number

    async def apply(self, _api: Any, params: Params, change: int) -> None:
        await self._called("write", 1)
        if change in self.bad:
            raise refused()
        self.has.setdefault(params.person, set()).add(change)

    async def _read_together(self, _api: Any, rows: Mapping[int, Params]) -> dict[int, list[int]]:
        await self._called("read", len(rows))
        return {row: sorted(self.has.get(params.person, ())) for row, params in rows.items()}

    async def _write_together(self, _api: Any, items: Sequence[Item]) -> Results | Unfinished:
        await self._called("write", len(items))
        if any(item.change in self.bad for item in items):
            raise refused()
        for item in items:
            if self.partly.get(item.change) is None:
                self.has.setdefault(item.params.person, set()).add(item.change)
        if self.fates:
            raise self.fates.pop(0)
        return await self._results(items)

    async def _results(self, items: Sequence[Item]) -> Results | Unfinished:
        if self.looks:
            self.looks -= 1
            return Unfinished(lambda: self._results(items))
        told = [item for item in items if item.change not in self.left_out]
        return {item.row: self.partly.get(item.change) for item in told}

    async def _called(self, name: str, rows: int) -> None:
        record = current_row.get()
        assert record is not None
        if name == "write" and record.before_write is not None:  # as the session does
            announce, record.before_write = record.before_write, None
            await announce()
        record.attempts += 1
        self.calls.append((name, rows))
        if name == "write" and self.journal is not None:
            self.noted.append(sum(line["event"] == "intent" for _offset, line in read_changes(self.journal)))
        await asyncio.sleep(CALL_S)
        record.tracking_id = f"T{len(self.calls)}"


def person_of(params: Params) -> str:
    return params.person


def thing_of(params: Params) -> tuple[str]:
    return (f"{params.person} {params.number}",)


class AsGiven:
    """A directory that has nothing to fill in."""

    async def resolve(self, params: ActionParams) -> ActionParams:
        return params


@contextmanager
def open_runner(folder: Path, action: Numbers, **options: Any) -> Iterator[RowRunner]:
    """Yield a runner whose journal is *folder*/changes.jsonl."""
    action.journal = folder / "changes.jsonl"
    with GroupSync() as sync, ChangesJsonl(action.journal, sync) as changes:
        yield RowRunner(
            action=cast("Any", action),
            api=cast("Any", None),
            policy=make_policy(backoff=BackoffPolicy(max_retries=12)),
            directory=AsGiven(),
            changes=changes,
            history=options.pop("history", History()),
            max_elapsed_s=options.pop("max_elapsed_s", 1_800.0),
            log=make_log(),
            **{"batch": True, **options},
        )


def job(row: int, number: int | None = None, *, person: str = "ana") -> Job:
    number = row if number is None else number
    return Job.of(make_row(row), Params(person=person, number=number), f"{row:032x}")
