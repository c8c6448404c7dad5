"""Rows that share calls, in the runner. The action and its remote are in `sharing_action.py`; read that first."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from odt_async.actions import ReadBatch
from odt_async.errors import AmbiguousWrite, OutcomeUnknown, RowError
from odt_async.model import Outcome, Status
from odt_async.runner.resume import History
from odt_async.runner.row import Job
from odt_async.sinks.changes_jsonl import read_changes
from tests.runner.sharing_action import CALL_S, Numbers, Params, job, open_runner, person_of, refused


async def carry_out(folder: Path, action: Numbers, *jobs: Job, **options: Any) -> list[Outcome]:
    """Take the rows to their outcomes side by side; *options* are those of the runner."""
    outcomes: dict[int, Outcome] = {}
    with open_runner(folder, action, **options) as runner:

        async def run(one: Job) -> None:
            outcomes[one.row.index] = await runner.run(one)

        async with anyio.create_task_group() as group:
            for one in jobs:
                group.start_soon(run, one)
    return [outcome for _row, outcome in sorted(outcomes.items())]


def statuses(outcomes: list[Outcome]) -> list[Status]:
    return [outcome.status for outcome in outcomes]


def failures(outcomes: list[Outcome]) -> list[str | None]:
    return [outcome.failure.type if outcome.failure else None for outcome in outcomes]


async def test_rows_of_a_key_share_a_read_and_a_write_and_all_intents_come_first(tmp_path: Path) -> None:
    action = Numbers()
    outcomes = await carry_out(tmp_path, action, *map(job, range(3)))
    assert (action.calls, action.noted) == ([("read", 3), ("write", 3)], [3])
    assert [(one.status, one.before, one.change) for one in outcomes] == [
        (Status.APPLIED, [], number) for number in range(3)
    ]


async def test_the_calls_that_rows_share_count_for_each_of_them(tmp_path: Path) -> None:
    outcomes = await carry_out(tmp_path, Numbers(), *map(job, range(3)))
    assert [(one.attempts, one.tracking_id) for one in outcomes] == [(2, "T2")] * 3


async def test_without_batches_each_row_has_its_own_calls(tmp_path: Path) -> None:
    action = Numbers()
    outcomes = await carry_out(tmp_path, action, *map(job, range(2)), batch=False)
    assert statuses(outcomes) == [Status.APPLIED] * 2
    assert action.calls == [("read", 1), ("write", 1)] * 2


async def test_rows_of_different_keys_share_nothing(tmp_path: Path) -> None:
    action = Numbers()
    await carry_out(tmp_path, action, job(0), job(1, person="luis"))
    assert sorted(action.calls) == [("read", 1), ("read", 1), ("write", 1), ("write", 1)]


async def test_rows_about_the_same_thing_go_one_after_the_other(tmp_path: Path) -> None:
    action = Numbers()
    outcomes = await carry_out(tmp_path, action, job(0, 7), job(1, 7), job(2, 8))
    assert statuses(outcomes) == [Status.APPLIED, Status.UNCHANGED, Status.APPLIED]
    assert action.calls == [("read", 2), ("write", 2), ("read", 1)]


async def test_reads_wait_for_more_rows_while_others_keep_webex_busy(tmp_path: Path) -> None:
    action = Numbers()
    action.READ_BATCH = replace(action.READ_BATCH, key=lambda _params: "everybody")
    with open_runner(tmp_path, action, concurrency=1) as runner:
        async with anyio.create_task_group() as group:
            for row, person in enumerate(["ana", "luis", "eva"]):
                group.start_soon(runner.run, job(row, person=person))
                await asyncio.sleep(0.5)
    assert action.calls == [("read", 1), ("write", 1), ("read", 2), ("write", 1), ("write", 1)]


async def test_a_row_that_needs_no_change_is_not_waited_for(tmp_path: Path) -> None:
    action = Numbers()
    action.has = {"ana": {1}}
    outcomes = await carry_out(tmp_path, action, *map(job, range(3)))
    assert statuses(outcomes) == [Status.APPLIED, Status.UNCHANGED, Status.APPLIED]
    assert action.calls == [("read", 3), ("write", 2)]


async def test_a_call_that_is_refused_is_split_until_the_bad_row_stands_alone(tmp_path: Path) -> None:
    action = Numbers(bad=frozenset({5}))
    outcomes = await carry_out(tmp_path, action, *map(job, range(8)))
    assert failures(outcomes) == [None] * 5 + ["AsRestError"] + [None] * 2
    assert [rows for name, rows in action.calls if name == "write"] == [8, 4, 4, 2, 2, 1, 1]
    assert action.has == {"ana": {0, 1, 2, 3, 4, 6, 7}}


async def test_what_is_wrong_with_one_row_is_its_own(tmp_path: Path) -> None:
    action = Numbers()
    action.partly = {1: RowError("taken")}
    outcomes = await carry_out(tmp_path, action, *map(job, range(3)))
    assert failures(outcomes) == [None, "RowError", None]


async def test_a_row_of_which_the_answer_does_not_tell_is_read_again(tmp_path: Path) -> None:
    action = Numbers()
    action.left_out = {1}
    outcomes = await carry_out(tmp_path, action, *map(job, range(3)))
    assert statuses(outcomes) == [Status.APPLIED] * 3
    assert action.calls == [("read", 3), ("write", 3), ("read", 1)]


async def test_when_the_answer_is_lost_each_row_is_read_by_itself_and_nothing_is_written_twice(
    tmp_path: Path,
) -> None:
    action = Numbers(fates=[AmbiguousWrite("ServerDisconnectedError")])
    outcomes = await carry_out(tmp_path, action, *map(job, range(3)))
    assert statuses(outcomes) == [Status.APPLIED] * 3
    assert action.calls == [("read", 3), ("write", 3), *[("read", 1)] * 3]
    assert [one.before for one in outcomes] == [[]] * 3


async def test_a_row_that_is_in_doubt_twice_writes_alone(tmp_path: Path) -> None:
    action = Numbers()
    action.partly = dict.fromkeys(range(3), AmbiguousWrite("HTTP 503"))
    outcomes = await carry_out(tmp_path, action, *map(job, range(3)))
    assert statuses(outcomes) == [Status.APPLIED] * 3
    assert [rows for name, rows in action.calls if name == "write"] == [3, 3, 1, 1, 1]


async def test_what_webex_is_still_at_is_asked_for_again(tmp_path: Path) -> None:
    action = Numbers()
    action.looks = 5
    outcomes = await carry_out(tmp_path, action, *map(job, range(2)))
    waited_s = 2.0 + 3.0 + 4.5 + 6.75 + 10.125
    assert statuses(outcomes) == [Status.APPLIED] * 2
    assert outcomes[0].elapsed_ms == round(1000 * (2 * CALL_S + waited_s))


async def test_nobody_waits_for_ever_for_what_webex_is_at(tmp_path: Path) -> None:
    action = Numbers()
    action.looks = 1_000
    outcomes = await carry_out(tmp_path, action, *map(job, range(2)), max_elapsed_s=60.0)
    assert failures(outcomes) == [OutcomeUnknown.__name__] * 2


async def test_a_read_that_is_refused_is_made_by_each_row(tmp_path: Path) -> None:
    action = Numbers()

    async def refuse(_api: Any, rows: Mapping[int, Params]) -> dict[int, list[int]]:
        action.calls.append(("read", len(rows)))
        raise refused()

    action.READ_BATCH = ReadBatch(size=10, key=person_of, read=refuse)
    outcomes = await carry_out(tmp_path, action, *map(job, range(2)))
    assert statuses(outcomes) == [Status.APPLIED] * 2
    assert action.calls == [("read", 2), ("read", 1), ("read", 1), ("write", 2)]


@pytest.mark.parametrize("aborted_after_s", [0.5, 1.0])
async def test_a_row_that_is_aborted_before_the_call_leaves_no_intent(
    tmp_path: Path, aborted_after_s: float
) -> None:
    action = Numbers()
    with anyio.move_on_after(aborted_after_s):
        await carry_out(tmp_path, action, *map(job, range(3)))
    assert list(read_changes(tmp_path / "changes.jsonl")) == []


async def test_a_row_whose_write_an_earlier_run_began_is_read_by_itself(tmp_path: Path) -> None:
    action = Numbers()
    (tmp_path / "earlier").mkdir()
    with anyio.move_on_after(1.5):  # killed while the call is under way: it lands, and nobody hears of it
        await carry_out(tmp_path / "earlier", action, *map(job, range(2)))
    action.has = {"ana": {0}}
    lines = list(read_changes(tmp_path / "earlier" / "changes.jsonl"))
    begun = {line["payload_hash"]: (tmp_path / "earlier" / "changes.jsonl", at) for at, line in lines}
    action.calls.clear()
    outcomes = await carry_out(tmp_path, action, *map(job, range(2)), history=History(("r",), intents=begun))
    assert (len(begun), statuses(outcomes)) == (2, [Status.APPLIED] * 2)
    assert action.calls == [("read", 1), ("read", 1), ("write", 1)]
