"""Which rows of an earlier run are taken again: `--replay`, and the recipe with ok.csv by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from odt_async.runner.resume import Replay, load_history
from odt_async.runs import find_resumable
from odt_async.sandbox import Sandbox
from tests.runner.running import (
    ACTION,
    LOGS,
    USERS,
    Leavings,
    Table,
    Watcher,
    check_that_the_files_add_up,
    edit_rows,
    interrupt,
    read_table,
    run_on,
    sandbox,
    write_rows,
)
from tests.runner.taking_back import carry_out, spec_of

ROWS = 40
STRANGER = "Y2lzY29zcGFyazovL3VzL1BFT1BMRS8wMDAwMDAwMC0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwMDA"


def spoil(rows: Table) -> Table:
    """Make the first row one that cannot be used, and the second about nobody."""
    rows[0]["extension"] = "8,03E+07"
    rows[1]["person_id"] = STRANGER
    return rows


async def interrupted(served: Sandbox) -> Leavings:
    """Leave a run with rows that are ok, two that failed and others that were not attempted."""
    write_rows(ROWS)
    edit_rows(spoil)
    return await run_on(served, watcher=Watcher({5: interrupt}), concurrency=2)


async def replayed(served: Sandbox, replay: Replay) -> Leavings:
    history = load_history(LOGS, find_resumable(LOGS, ACTION, "latest"), replay)
    return await carry_out(replace(spec_of(served, ACTION), history=history))


@pytest.mark.parametrize("replay", get_args(Replay))
async def test_what_is_not_ok_is_taken_as_asked_and_the_rest_skipped(replay: Replay) -> None:
    async with sandbox("latency=50ms~20%") as served:
        first = await interrupted(served)
        left = await replayed(served, replay)
    ok, pending = first.counts["applied"], first.counts["pending"]
    assert first.counts == {"applied": ok, "error": 2, "pending": ROWS - ok - 2}
    assert (
        left.counts
        == {
            "pending": {"applied": pending, "skipped": ok + 2},
            "failed": {"error": 2, "skipped": ok + pending},
            "all": {"applied": pending, "error": 2, "skipped": ok},
        }[replay]
    )
    reasons = [record["reason"] for record in left.table("skipped.csv")]
    assert [reasons.count(reason) for reason in ("resumed", "filtered")] == {
        "pending": [ok, 2],
        "failed": [ok, pending],
        "all": [ok, 0],
    }[replay]
    check_that_the_files_add_up(left)


async def test_what_failed_in_an_older_run_of_the_chain_has_failed() -> None:
    async with sandbox("latency=50ms~20%") as served:
        await interrupted(served)
        second = await replayed(served, "pending")
        third = await replayed(served, "failed")
    assert third.report["continues"][0] == second.result.run
    assert third.counts == {"error": 2, "skipped": ROWS - 2}


async def test_a_failed_row_that_was_mended_is_new_and_so_pending() -> None:
    async with sandbox("latency=50ms~20%") as served:
        first = await interrupted(served)
        edit_rows(lambda rows: [rows[0] | {"extension": "80000000"}, *rows[1:]])
        left = await replayed(served, "pending")
    assert left.counts["applied"] == first.counts["pending"] + 1


async def test_rows_found_in_ok_csv_deleted_by_hand_leave_the_rest_to_be_done() -> None:
    async with sandbox("latency=50ms~20%") as served:
        first = await interrupted(served)
        done = {int(record["row_index"]) for record in first.table("ok.csv")}
        edit_rows(lambda rows: [row for index, row in enumerate(rows) if index not in done])
        second = await run_on(served)
        writes = served.journal.changed_writes
    assert second.counts == {"applied": first.counts["pending"], "error": 2}
    assert writes == first.counts["applied"] + second.counts["applied"] == ROWS - 2


@pytest.mark.parametrize(
    ("file", "counts"), [("rejected.csv", {"error": 2}), ("pending.csv", {"applied": None})]
)
async def test_what_a_run_has_left_is_input_as_it_is(file: str, counts: dict[str, int | None]) -> None:
    async with sandbox("latency=50ms~20%") as served:
        first = await interrupted(served)
        USERS.write_bytes(first.path(file).read_bytes())
        rows = len(read_table(USERS))
        left = await run_on(served)
    assert left.counts == {status: count or rows for status, count in counts.items()}
