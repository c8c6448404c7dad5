"""Rows that wait a moment for each other, so that one call does for all of them.

A row waits for those rows alone that are under way and may still come: its company. When all of them are there
or have gone another way, when the call is full, or after two seconds, it is made: by the first of the rows, in
its own task, so that no task lives without an owner. A row without company does not wait, unless waiting costs
nothing: while others keep Webex busy, more may come.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import anyio

from odt_async.errors import RunInterrupted

__all__ = ["Coalescer"]

_LONGEST_WAIT_S = 2.0

_Member = TypeVar("_Member")


@dataclass(slots=True)
class _Group(Generic[_Member]):
    """The rows of one call."""

    members: dict[int, _Member] = field(default_factory=dict)  # by the row's number
    weight: int = 0
    companies: set[str] = field(default_factory=set)
    closed: bool = False  # nobody joins any more
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    results: Mapping[int, Any] = field(default_factory=dict)
    error: Exception | None = None  # in place of results, for all of them


class Coalescer(Generic[_Member]):
    """Gathers the rows of one key into one call.

    size: the sum of the weights of a call, at most.
    send: (key, row -> member) makes the call and returns row -> result, for every row; what it raises, all raise.
    is_free_to_wait: whether so much is going on that a row without company may wait for more all the same; when
        that may have changed, `look_around` is to be called.

    waiting: how many rows wait for others.
    """

    def __init__(
        self,
        size: int,
        send: Callable[[str, Mapping[int, _Member]], Awaitable[Mapping[int, Any]]],
        *,
        is_free_to_wait: Callable[[], bool] = lambda: False,
        longest_wait_s: float = _LONGEST_WAIT_S,
    ) -> None:
        self._size = size
        self._send = send
        self.waiting = 0
        self._is_free_to_wait = is_free_to_wait
        self._longest_wait_s = longest_wait_s
        self._open: dict[str, _Group[_Member]] = {}
        self._expected: dict[int, str] = {}  # row -> its company
        self._coming: Counter[str] = Counter()
        self._now = asyncio.get_running_loop().time

    def expect(self, row: int, company: str) -> None:
        """Let others of *company* wait for *row*."""
        if row not in self._expected:
            self._expected[row] = company
            self._coming[company] += 1

    def forget(self, row: int) -> None:
        """Let nobody wait for *row* any more; idempotent."""
        company = self._expected.pop(row, None)
        if company is None:
            return
        self._coming[company] -= 1
        if not self._coming[company]:
            del self._coming[company]
            for group in self._open.values():
                if company in group.companies:
                    group.changed.set()

    def look_around(self) -> None:
        """Let the rows that wait see whether they still should."""
        if self._open and not self._is_free_to_wait():
            for group in self._open.values():
                group.changed.set()

    async def submit(self, key: str, company: str, row: int, member: _Member, weight: int = 1) -> Any:
        """Return the result of *row* once its call is made.

        weight: not above the size.  Raises what the call did; RunInterrupted when whoever made it was aborted.
        """
        self.forget(row)
        group = self._open.get(key)
        if group is not None and group.weight + weight > self._size:
            self._close(key, group)
            group = None
        leads = group is None
        if group is None:
            group = self._open[key] = _Group()
        group.members[row] = member
        self.waiting += 1
        group.weight += weight
        group.companies.add(company)
        if group.weight >= self._size:
            self._close(key, group)
        group.changed.set()
        await (self._lead(key, group) if leads else self._follow(group, row))
        if group.error is not None:
            raise group.error
        return group.results[row]

    async def _lead(self, key: str, group: _Group[_Member]) -> None:
        try:
            await self._gather(group)
            self._close(key, group)
            group.results = await self._send(key, group.members)
        except BaseException as error:  # cancelled too: those who follow must hear of it, not wait for ever
            aborted = RunInterrupted("the run ended while the row's call was under way")
            group.error = error if isinstance(error, Exception) else aborted
            raise
        finally:
            self._close(key, group)
            group.done.set()

    async def _follow(self, group: _Group[_Member], row: int) -> None:
        try:
            await group.done.wait()
        finally:
            if not group.closed:  # aborted before the call: it is made without this row
                del group.members[row]
                self.waiting -= 1

    async def _gather(self, group: _Group[_Member]) -> None:
        """Return when nobody is missing, or time is up."""
        until = self._now() + self._longest_wait_s
        while not group.closed:
            there = len(group.members)
            if not self._is_worth_waiting(group):
                await asyncio.sleep(0)  # a worker may be about to take a row that comes too
                if len(group.members) == there and not self._is_worth_waiting(group):
                    return
                continue
            left_s = until - self._now()
            if left_s <= 0:
                return
            group.changed.clear()
            with anyio.move_on_after(left_s):
                await group.changed.wait()

    def _is_worth_waiting(self, group: _Group[_Member]) -> bool:
        return any(self._coming[company] for company in group.companies) or self._is_free_to_wait()

    def _close(self, key: str, group: _Group[_Member]) -> None:
        if not group.closed:
            group.closed = True
            self.waiting -= len(group.members)
        if self._open.get(key) is group:
            del self._open[key]
