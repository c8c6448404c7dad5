from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import anyio
import pytest

from odt_async.errors import RunInterrupted
from odt_async.runner.coalescer import Coalescer

CALL_S = 1.0


class Calls:
    """What was sent: when, for which key and for which rows."""

    def __init__(self, size: int = 100, *, error: Exception | None = None) -> None:
        self.sent: list[tuple[float, str, list[int]]] = []
        self.results: dict[int, Any] = {}
        self.errors: dict[int, BaseException] = {}
        self.error = error
        self.now = asyncio.get_running_loop().time
        self.busy = False
        self.coalescer: Coalescer[str] = Coalescer(size, self._send, is_free_to_wait=lambda: self.busy)

    async def _send(self, key: str, members: Mapping[int, str]) -> Mapping[int, str]:
        self.sent.append((self.now(), key, sorted(members)))
        await asyncio.sleep(CALL_S)
        if self.error is not None:
            raise self.error
        return {row: f"{key}/{member}" for row, member in members.items()}

    async def row(self, row: int, key: str = "a", *, after_s: float = 0.0, weight: int = 1) -> None:
        """Count as under way, be busy with something else for a while, and then take part in a call."""
        self.coalescer.expect(row, key)
        try:
            await asyncio.sleep(after_s)
            self.results[row] = await self.coalescer.submit(key, key, row, str(row), weight)
        except Exception as error:  # noqa: BLE001 - to be looked at
            self.errors[row] = error
        finally:
            self.coalescer.forget(row)


async def test_rows_under_way_share_one_call_and_each_gets_its_own_result() -> None:
    calls = Calls()
    async with anyio.create_task_group() as group:
        for row in range(3):
            group.start_soon(calls.row, row)
    assert calls.sent == [(0.0, "a", [0, 1, 2])]
    assert calls.results == {0: "a/0", 1: "a/1", 2: "a/2"}


async def test_a_row_without_company_does_not_wait() -> None:
    calls = Calls()
    async with anyio.create_task_group() as group:
        group.start_soon(calls.row, 0)
        group.start_soon(calls.row, 1, "b")
    assert calls.sent == [(0.0, "a", [0]), (0.0, "b", [1])]


async def test_a_row_waits_for_those_on_their_way() -> None:
    calls = Calls()
    async with anyio.create_task_group() as group:
        for row in range(3):
            group.start_soon(lambda row: calls.row(row, after_s=row * 0.5), row)
    assert calls.sent == [(1.0, "a", [0, 1, 2])]


async def test_nobody_waits_longer_than_two_seconds() -> None:
    calls = Calls()
    async with anyio.create_task_group() as group:
        for row, after_s in enumerate([1.0, 2.0, 3.5]):
            group.start_soon(lambda row, after_s: calls.row(row, after_s=after_s), row, after_s)
    assert calls.sent == [(3.0, "a", [0, 1]), (3.5, "a", [2])]


async def test_who_goes_another_way_is_waited_for_no_longer() -> None:
    calls = Calls()
    calls.coalescer.expect(7, "a")
    async with anyio.create_task_group() as group:
        group.start_soon(calls.row, 0)
        await asyncio.sleep(0.25)
        calls.coalescer.forget(7)
        calls.coalescer.forget(7)
    assert calls.sent == [(0.25, "a", [0])]


async def test_while_others_are_busy_a_row_waits_for_company_that_is_not_under_way_yet() -> None:
    calls = Calls()
    calls.busy = True
    async with anyio.create_task_group() as group:
        group.start_soon(calls.row, 0)
        await asyncio.sleep(0.5)
        group.start_soon(calls.row, 1)
        await asyncio.sleep(0.5)
        calls.busy = False
        calls.coalescer.look_around()
    assert calls.sent == [(1.0, "a", [0, 1])]


async def test_while_others_are_busy_a_row_waits_two_seconds_at_most() -> None:
    calls = Calls()
    calls.busy = True
    await calls.row(0)
    assert calls.sent == [(2.0, "a", [0])]


async def test_a_full_call_is_made_at_once() -> None:
    calls = Calls(size=2)
    async with anyio.create_task_group() as group:
        for row in range(5):
            group.start_soon(lambda row: calls.row(row, after_s=0.1 * row), row)
    assert [rows for _at, _key, rows in calls.sent] == [[0, 1], [2, 3], [4]]


async def test_a_row_that_would_make_a_call_too_large_begins_another() -> None:
    calls = Calls(size=10)
    async with anyio.create_task_group() as group:
        for row, weight in enumerate([6, 5, 4]):
            group.start_soon(lambda row, weight: calls.row(row, weight=weight), row, weight)
    assert sorted(rows for _at, _key, rows in calls.sent) == [[0], [1, 2]]


async def test_what_the_call_raises_all_its_rows_raise() -> None:
    refused = ConnectionError("gone")
    calls = Calls(error=refused)
    async with anyio.create_task_group() as group:
        for row in range(2):
            group.start_soon(calls.row, row)
    assert calls.errors == {0: refused, 1: refused}


async def test_a_row_that_is_aborted_before_the_call_is_not_in_it() -> None:
    calls = Calls()
    calls.coalescer.expect(9, "a")  # for whom they wait
    async with anyio.create_task_group() as group:
        group.start_soon(calls.row, 0)
        await asyncio.sleep(0)
        with anyio.move_on_after(1.0):
            await calls.row(1)
    assert calls.sent == [(2.0, "a", [0])]
    assert calls.coalescer.waiting == 0


@pytest.mark.parametrize("aborted_after_s", [1.0, 2.5], ids=["before the call", "during the call"])
async def test_when_who_makes_the_call_is_aborted_the_others_are_not_left_waiting(
    aborted_after_s: float,
) -> None:
    calls = Calls()
    calls.coalescer.expect(9, "a")
    async with anyio.create_task_group() as group:
        with anyio.move_on_after(aborted_after_s):
            async with anyio.create_task_group() as aborted:
                aborted.start_soon(calls.row, 0)
                await asyncio.sleep(0)
                group.start_soon(calls.row, 1)
    assert list(map(type, calls.errors.values())) == [RunInterrupted]


async def test_nothing_is_kept_of_rows_that_are_done() -> None:
    calls = Calls()
    async with anyio.create_task_group() as group:
        for row in range(4):
            group.start_soon(calls.row, row, "ab"[row % 2])
    coalescer = calls.coalescer
    assert (coalescer._open, coalescer._expected, coalescer._coming) == ({}, {}, {})
    assert coalescer.waiting == 0
