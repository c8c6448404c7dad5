"""A run that ends early, however it ends, and what goes on from there: nothing is lost, nothing applied twice."""

from __future__ import annotations

import asyncio
import random
import signal
from functools import partial
from typing import Any

import pytest

from odt_async.runner.active import Run
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

SLOW = "latency=50ms~20%"
START_UP_S = 1.0  # of a new process; until then Webex has done with the requests that an abort cut off
IN_PROGRESS = 16  # rows that the workers have in hand at --concurrency 8


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_first_signal_lets_rows_in_progress_finish_and_leaves_the_rest(
    number: signal.Signals,
) -> None:
    write_rows(200)
    watcher = Watcher({60: partial(signal.raise_signal, number)})
    async with sandbox(SLOW) as served:
        left = await run_on(served, watcher=watcher)
    check_that_the_files_add_up(left)
    assert (left.result.stopped_by, left.report["stop_reason"]) == (number, number.name)
    assert 60 <= left.counts["applied"] <= 60 + IN_PROGRESS
    assert left.counts == {"applied": left.counts["applied"], "pending": 200 - left.counts["applied"]}
    assert served.journal.count(method="PUT") == served.journal.changed_writes == left.counts["applied"]
    assert watcher.states[-1] == "draining"
    assert left.table("pending.csv") == read_table(USERS)[left.counts["applied"] :]


async def test_the_second_signal_ends_it_at_once_and_the_files_add_up() -> None:
    write_rows(200)
    watcher = Watcher({60: interrupt, 62: interrupt})
    async with sandbox(SLOW) as served:
        left = await run_on(served, watcher=watcher)
        await asyncio.sleep(START_UP_S)
        again = await run_on(served, resume="latest")
    check_that_the_files_add_up(left)
    check_that_the_files_add_up(again)
    assert left.result.stopped_by is signal.SIGINT
    assert left.counts["pending"] > 200 - 62 - IN_PROGRESS
    # writes that the abort cut off were processed: they are read back and recorded, not repeated
    assert (
        len([line for line in left.lines("changes.jsonl") if line["event"] == "intent"])
        > left.counts["applied"]
    )
    assert (again.counts["applied"], again.counts["skipped"]) == (
        left.counts["pending"],
        left.counts["applied"],
    )
    assert served.journal.double_applies == 0


async def test_a_signal_while_rows_are_left_cuts_nothing_short() -> None:
    write_rows(200)
    watcher = Watcher({60: interrupt, 62: interrupt, 100: interrupt, 150: interrupt, 200: interrupt})
    async with sandbox(SLOW) as served:
        left = await run_on(served, watcher=watcher)
    check_that_the_files_add_up(left)
    assert (left.report["stop_reason"], sum(left.counts.values())) == ("SIGINT", 200)


async def test_a_signal_while_the_report_is_written_changes_nothing() -> None:
    write_rows(5)

    class Impatient(Watcher):
        def beat(self, line: str) -> None:
            if " finished: " in line:
                interrupt()
                interrupt()

    async with sandbox() as served:
        left = await run_on(served, watcher=Impatient())
        await asyncio.sleep(1)
    check_that_the_files_add_up(left)
    assert (left.result.stopped_by, left.report["state"], left.counts) == (None, "finished", {"applied": 5})


async def test_rows_that_no_worker_took_are_judged_as_the_others_are() -> None:
    write_rows(100)
    edit_rows(lambda table: [*table[:90], table[90] | {"extension": ""}, *table[91:], table[0]])
    async with sandbox(SLOW) as served:
        left = await run_on(served, watcher=Watcher({20: interrupt}))
    check_that_the_files_add_up(left)
    places = left.places()
    assert (places[90], places[100]) == (["pending.csv"], ["skipped.csv"])
    assert [record["reason"] for record in left.table("skipped.csv")] == ["duplicate of row 0"]


async def test_nobody_waits_for_rows_that_webex_holds() -> None:
    write_rows(50)
    told_at: list[float] = []

    def interrupt_when_held(run: Run) -> None:
        if not told_at and any(state.held_s > 0 for state in run.policy.limiter.states()):
            told_at.append(asyncio.get_running_loop().time())
            interrupt()

    async with sandbox("throttle=20/s,burst=40,retry-after=250") as served:
        left = await run_on(served, watcher=Watcher(on_tick=interrupt_when_held))
    check_that_the_files_add_up(left)
    assert left.result.stopped_by is signal.SIGINT
    assert left.counts["pending"] > 0
    assert asyncio.get_running_loop().time() - told_at[0] < 10


async def test_resume_goes_on_where_the_last_one_stopped_again_and_again() -> None:
    write_rows(120)
    lefts: list[Leavings] = []
    async with sandbox(SLOW) as served:
        lefts.append(await run_on(served, watcher=Watcher({30: interrupt})))
        lefts.append(await run_on(served, watcher=Watcher({70: interrupt}), resume="latest"))
        edit_rows(lambda table: table[::-1])  # sorted in between: the rows are known by what they ask for
        lefts.append(await run_on(served, resume="latest"))
        puts = served.journal.count(method="PUT")
    check_that_the_files_add_up(lefts[-1])
    assert [left.result.stopped_by for left in lefts] == [signal.SIGINT, signal.SIGINT, None]
    assert sum(left.counts["applied"] for left in lefts) == puts == 120
    assert lefts[2].counts == {
        "applied": lefts[2].counts["applied"],
        "skipped": lefts[0].counts["applied"] + lefts[1].counts["applied"],
    }
    assert {record["reason"] for record in lefts[2].table("skipped.csv")} == {"resumed"}
    assert lefts[2].report["continues"] == [lefts[1].result.run, lefts[0].result.run]
    assert served.journal.double_applies == 0


async def test_rows_that_failed_are_tried_again_and_edited_rows_are_new_work() -> None:
    write_rows(20)

    def mend(table: Table) -> Table:
        return [table[0] | {"extension": "999"}, *table[1:3], table[3] | {"extension": "803"}, *table[4:]]

    async with sandbox() as served:
        edit_rows(lambda table: [*table[:3], table[3] | {"extension": ""}, *table[4:]])
        first = await run_on(served)
        edit_rows(mend)
        second = await run_on(served, resume=first.result.run)
    check_that_the_files_add_up(second)
    assert (first.counts, second.counts) == ({"applied": 19, "error": 1}, {"applied": 2, "skipped": 18})


async def test_without_resume_every_row_is_looked_at_again() -> None:
    write_rows(50)
    async with sandbox(SLOW) as served:
        first = await run_on(served, watcher=Watcher({20: interrupt}))
        second = await run_on(served)
    check_that_the_files_add_up(second)
    assert second.counts == {"applied": first.counts["pending"], "unchanged": first.counts["applied"]}


async def test_the_manual_recipe_works_too() -> None:
    """Take the rows that ok.csv has out of usuarios.csv, and run again."""
    write_rows(100)
    async with sandbox(SLOW) as served:
        first = await run_on(served, watcher=Watcher({40: interrupt}))
        finished = {record["entity_id"] for record in first.table("ok.csv")}
        edit_rows(lambda table: [record for record in table if record["person_id"] not in finished])
        second = await run_on(served)
    assert second.counts == {"applied": 100 - len(finished)} == {"applied": first.counts["pending"]}
    assert (served.journal.changed_writes, served.journal.double_applies) == (100, 0)


async def test_pending_rows_are_an_input_of_their_own() -> None:
    write_rows(100)
    async with sandbox(SLOW) as served:
        first = await run_on(served, watcher=Watcher({40: interrupt}))
        first.path("pending.csv").replace(USERS)
        second = await run_on(served)
    check_that_the_files_add_up(second)
    assert second.counts == {"applied": first.counts["pending"]}
    assert served.journal.double_applies == 0


def cut(left: Leavings, suffix: str, share: float) -> None:
    """Lose the end of a file, as a power cut may: everything behind *share* of its bytes."""
    content = left.path(suffix).read_bytes()
    left.path(suffix).write_bytes(content[: int(len(content) * share)])


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_a_power_cut_takes_nothing_is_applied_twice_and_every_row_ends_well(
    seed: int,
) -> None:
    write_rows(30)
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    async with sandbox(SLOW, "reset-after=10%") as served:
        left = await run_on(served, watcher=Watcher({15: interrupt, 17: interrupt}))
        for suffix in ("ok.csv", "changes.jsonl", "run.json"):
            cut(left, suffix, chance.choice([0.0, chance.random(), chance.random(), 1.0]))
        await asyncio.sleep(START_UP_S)
        again = await run_on(served, resume="latest")
    check_that_the_files_add_up(again)
    assert set(again.counts) <= {"applied", "unchanged", "skipped"}
    assert sum(again.counts.values()) == 30
    assert (served.journal.changed_writes, served.journal.double_applies) == (30, 0)


async def test_a_write_that_only_its_intent_tells_of_is_recorded_with_the_state_before_it() -> None:
    write_rows(5)
    async with sandbox() as served:
        left = await run_on(served)
        cut(left, "ok.csv", 0.0)
        again = await run_on(served, resume="latest")
    befores: list[list[Any]] = [
        sorted(
            (line["row_index"], line["before"])
            for line in run.lines("changes.jsonl")
            if line["event"] == "intent"
        )
        for run in (left, again)
    ]
    assert again.counts == {"applied": 5}
    assert befores[0] == befores[1]
    assert len(befores[0]) == 5


async def test_a_resumed_run_says_what_it_continues_and_leaves_the_older_files_alone() -> None:
    write_rows(20)
    async with sandbox() as served:
        first = await run_on(served)
        before = {path.name: path.read_bytes() for path in LOGS.glob(f"{first.result.run}_*")}
        second = await run_on(served, resume=f"{first.result.run}_ok.csv")
    after = {path.name: path.read_bytes() for path in LOGS.glob(f"{first.result.run}_*")}
    assert second.counts == {"skipped": 20}
    assert after == before
    assert first.result.run != second.result.run
    assert second.result.run.startswith(f"{ACTION}_")
