"""A whole run over real HTTP: every row lands, whatever Webex does, and every row is accounted for."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from odt_async.errors import RunStopped, UnreadableCsv
from tests.runner.running import (
    ACTION,
    LOGS,
    USERS,
    Leavings,
    Table,
    Watcher,
    check_that_the_files_add_up,
    edit_rows,
    run_on,
    sandbox,
    write_rows,
)
from tests.runner.ticking_time import TickingLoop


async def test_every_row_is_applied_and_a_second_run_sends_no_write() -> None:
    write_rows(200)
    async with sandbox() as served:
        first = await run_on(served)
        written = served.journal.changed_writes, served.journal.count(method="PUT")
        served.journal.clear()
        second = await run_on(served)
    for left in (first, second):
        check_that_the_files_add_up(left)
    assert (first.counts, written) == ({"applied": 200}, (200, 200))
    assert (second.counts, served.journal.count(method="PUT")) == ({"unchanged": 200}, 0)
    assert (first.result.stopped_by, second.result.stopped_by) == (None, None)


async def test_every_row_lands_whatever_becomes_of_the_requests() -> None:
    write_rows(200)
    async with sandbox("5xx=5%", "html-502=1%", "reset-before=3%", "reset-after=3%", "stall=1%") as served:
        left = await run_on(served)
    check_that_the_files_add_up(left)
    assert (left.counts, served.journal.changed_writes, served.journal.double_applies) == (
        {"applied": 200},
        200,
        0,
    )
    assert served.journal.unanswered_writes > 0


@pytest.mark.parametrize("retry_after", ["seconds", "fraction", "date", "none"])
async def test_a_limit_is_found_and_heeded_in_every_form_of_retry_after(retry_after: str) -> None:
    write_rows(200)
    async with sandbox(f"throttle=50/s,retry-after={retry_after}") as served:
        left = await run_on(served)
    throttled = left.report["requests"]["throttled"]
    check_that_the_files_add_up(left)
    assert (left.counts, dict(served.journal.inside_retry_after)) == ({"applied": 200}, {})
    assert 0 < throttled == served.journal.count(result="429")
    assert throttled < 0.05 * served.journal.total


async def test_no_more_requests_are_under_way_than_the_operator_allows() -> None:
    write_rows(100)
    async with sandbox("latency=100ms~20%") as served:
        left = await run_on(served, concurrency=5)
    assert (left.counts, served.journal.most_under_way) == ({"applied": 100}, 5)


@pytest.mark.parametrize(
    ("settings", "least_s"),
    [({"rate": 50.0}, 1.1), ({"min_interval_ms": 10.0}, 0.59), ({"min_interval_ms": 200.0}, 11.8)],
    ids=["rate", "short interval", "long interval"],
)
def test_requests_are_as_far_apart_as_the_operator_wants(settings: dict[str, Any], least_s: float) -> None:
    async def timed() -> float:
        write_rows(30)
        async with sandbox() as served:
            left = await run_on(served, **settings)
        assert left.counts == {"applied": 30}
        return asyncio.get_running_loop().time()

    with asyncio.Runner(loop_factory=TickingLoop) as runner:
        elapsed_s = runner.run(timed())
    assert least_s <= elapsed_s < least_s * 1.1 + 0.1


def spoil(table: Table) -> Table:
    table[2]["extension"] = ""
    table[5]["person_id"] = table[5]["person_id"][3:]
    table[7]["extension"] = "8,03E+07"
    return table


async def test_bad_rows_say_what_to_mend_and_the_good_ones_are_applied() -> None:
    write_rows(10)
    edit_rows(spoil)
    async with sandbox() as served:
        left = await run_on(served)
    check_that_the_files_add_up(left)
    assert (left.counts, served.journal.changed_writes) == ({"applied": 7, "error": 3}, 7)
    assert [
        (line["row_index"], line["file"], line["line"], [problem["column"] for problem in line["problems"]])
        for line in left.lines("error.jsonl")
    ] == [
        (2, "usuarios.csv", 4, ["extension"]),
        (5, "usuarios.csv", 7, ["person_id"]),
        (7, "usuarios.csv", 9, ["extension"]),
    ]
    said = [record["error"] for record in left.table("rejected.csv")]
    for text, cure in zip(said, ["fill it in", "copy it whole", "type the number again"], strict=True):
        assert "usuarios.csv line" in text
        assert cure in text


async def test_rows_that_webex_refuses_touch_no_other_and_can_be_given_back() -> None:
    write_rows(20)
    async with sandbox("no-calling=30%") as served:
        left = await run_on(served)
        refused = left.counts["error"]
        mended = [{k: v for k, v in record.items() if k in record} for record in left.table("rejected.csv")]
        served.replace_faults(type(served.faults)())
        (LOGS / f"{left.result.run}_rejected.csv").replace(USERS)
        again = await run_on(served)
    assert 0 < refused < 20
    assert left.counts == {"applied": 20 - refused, "error": refused}
    assert again.counts == {"applied": refused}
    assert [record["error_type"] for record in mended] == ["AsRestError"] * refused
    assert served.journal.double_applies == 0


async def test_a_dry_run_shows_every_change_and_writes_nothing() -> None:
    write_rows(30)
    async with sandbox() as served:
        left = await run_on(served, dry_run=True)
        writes = served.journal.count(method="PUT"), served.journal.changed_writes
    check_that_the_files_add_up(left)
    assert (left.counts, writes) == ({"planned": 30}, (0, 0))
    assert all(
        line["diff"]["callForwarding.always.destination"][1] == f"53{80_000_000 + line['row_index']}"
        for line in left.lines("plan.jsonl")
    )
    assert not left.path("changes.jsonl").exists()


async def test_of_identical_rows_the_first_runs_and_the_others_say_which_it_is() -> None:
    write_rows(10)
    edit_rows(lambda table: [*table, table[3], table[4], table[3]])
    async with sandbox() as served:
        left = await run_on(served)
    check_that_the_files_add_up(left)
    assert (left.counts, served.journal.double_applies) == ({"applied": 10, "skipped": 3}, 0)
    assert sorted((int(r["row_index"]), r["reason"]) for r in left.table("skipped.csv")) == [
        (10, "duplicate of row 3"),
        (11, "duplicate of row 4"),
        (12, "duplicate of row 3"),
    ]


async def test_fail_fast_starts_no_further_row() -> None:
    write_rows(200)
    edit_rows(lambda table: [*table[:50], table[50] | {"extension": ""}, *table[51:]])
    async with sandbox("latency=50ms~20%") as served:
        left = await run_on(served, fail_fast=True)
    check_that_the_files_add_up(left)
    assert isinstance(left.result.stopped_by, RunStopped)
    assert (left.report["state"], left.report["stop_reason"]) == (
        "stopped",
        "--fail-fast: row 50 failed",
    )
    assert left.counts["error"] == 1
    assert left.counts["pending"] >= 200 - 51 - 16  # those in progress are finished


async def test_a_row_ends_when_its_time_is_spent() -> None:
    write_rows(3)
    async with sandbox("stall=100%") as served:
        left = await run_on(served, max_elapsed_per_row=100.0, request_timeout=40.0)
    check_that_the_files_add_up(left)
    assert {line["error_type"] for line in left.lines("error.jsonl")} == {"RowDeadlineExceeded"}
    assert all(line["elapsed_ms"] <= 101_000 for line in left.lines("error.jsonl"))


async def test_a_call_is_repeated_as_often_as_allowed() -> None:
    write_rows(1)  # several rows in the same trouble may be an outage
    async with sandbox("5xx=100%") as served:
        left = await run_on(served, max_retries_per_call=2)
    assert [(line["error_type"], line["attempts"]) for line in left.lines("error.jsonl")] == [
        ("RetriesExhausted", 3)
    ]


async def test_heartbeats_tell_of_the_run_from_start_to_end() -> None:
    write_rows(100)
    watcher = Watcher()
    async with sandbox("latency=1s") as served:
        left = await run_on(served, watcher=watcher, concurrency=2, heartbeat_seconds=30)
    logged = (LOGS / "heartbeat.log").read_text("utf-8").splitlines()
    states = [line.split(f"{left.result.run} ")[1].partition(":")[0] for line in logged]
    assert logged == watcher.beats
    assert states == ["running"] * 4 + ["finished"]
    assert "100/100 (100.0 %)" in logged[-1]
    assert set(watcher.states) == {"running"}


async def test_the_report_tells_the_morning_how_it_went() -> None:
    write_rows(60)
    async with sandbox("throttle=20/s", "latency=100ms") as served:
        left = await run_on(served)
    report = left.report
    assert (report["script_name"], report["run"], report["state"], report["dry_run"]) == (
        ACTION,
        left.result.run,
        "finished",
        False,
    )
    assert report["requests"]["total"] == served.journal.total
    assert report["by_status"]["applied"] == 60
    assert sum(family["throttled"] for family in report["families"]) == report["requests"]["throttled"]
    assert report["rows_per_s"] == pytest.approx(60 / report["elapsed_s"], rel=0.01)


async def test_only_the_owner_can_read_what_a_run_leaves() -> None:
    write_rows(3)
    async with sandbox() as served:
        left = await run_on(served)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in LOGS.iterdir()}
    suffixes = (
        "run.json",
        "ok.csv",
        "error.jsonl",
        "rejected.csv",
        "skipped.csv",
        "changes.jsonl",
        "timeline.jsonl",
        "status.json",
    )
    names = [f"{left.result.run}_{suffix}" for suffix in (*suffixes, "report.json")]
    assert modes == dict.fromkeys([*names, "heartbeat.log", f"{ACTION}.log"], 0o600)


def shorten_users(rows: int) -> None:
    USERS.write_bytes(b"".join(USERS.read_bytes().splitlines(keepends=True)[: rows + 1]))


def garble_users() -> None:
    content = USERS.read_bytes()
    USERS.write_bytes(content[:-2000] + b"\xff" * 2000)


@pytest.mark.parametrize("change", [partial(shorten_users, 100), garble_users], ids=["shorter", "garbled"])
async def test_a_file_that_changes_underneath_ends_the_run(change: Callable[[], None]) -> None:
    write_rows(200)
    watcher = Watcher({5: change})
    async with sandbox("latency=50ms~20%") as served:
        left = await run_on(served, watcher=watcher)
    assert isinstance(left.result.stopped_by, UnreadableCsv)
    assert left.report["state"] == "stopped"


async def test_a_run_is_the_same_twice_in_one_process() -> None:
    write_rows(20)
    lefts: list[Leavings] = []
    async with sandbox("latency=50ms~20%") as served:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(run_on(served)) for _ in range(2)]
        lefts = [task.result() for task in tasks]
    for left in lefts:
        check_that_the_files_add_up(left)
    assert lefts[0].result.run != lefts[1].result.run
