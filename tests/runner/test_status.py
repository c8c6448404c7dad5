"""What a run tells of itself, and the pace that is made of samples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from odt_async.model import Failure, Status
from odt_async.runner.active import Run
from odt_async.runner.status import Recent, status_of
from tests.runner.running import ACTION, Table, Watcher, edit_rows, run_on, sandbox, write_rows


def test_the_pace_is_that_of_each_second() -> None:
    recent = Recent(100.0)
    recent.note(100.0, 0, {})  # too soon
    recent.note(101.0, 5, {"people": 4})
    recent.note(103.0, 5, {"people": 10})
    assert recent.history == [5.0, 0.0]
    assert (recent.rate_per_s("people"), recent.rate_per_s("locations")) == (3.33, 0.0)


def test_a_pace_that_was_never_sampled_is_none() -> None:
    recent = Recent(100.0)
    assert (recent.history, recent.rate_per_s("people")) == ([], 0.0)


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(0, 100)), max_size=200))
def test_a_minute_is_kept_and_no_more(samples: list[tuple[float, int]]) -> None:
    recent, now, rows = Recent(0.0), 0.0, 0
    for passed_s, done in samples:
        now, rows = now + passed_s, rows + done
        recent.note(now, rows, {"people": rows})
    assert len(recent.history) <= 60
    assert recent.rate_per_s("people") >= 0
    assert min(recent.history, default=0) >= 0


def of_interest(status: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: status[name] for name in names}


async def test_a_run_tells_how_it_stands() -> None:
    write_rows(40)
    told: list[dict[str, Any]] = []

    def look(run: Run) -> None:
        told.append(status_of(run))

    async with sandbox("latency=500ms") as served:
        await run_on(served, watcher=Watcher(on_tick=look), concurrency=4)
    at_work, last = told[4], told[-1]
    assert of_interest(at_work, "script_name", "state", "reason", "total_rows", "window", "dry_run") == {
        "script_name": ACTION,
        "state": "running",
        "reason": None,
        "total_rows": 40,
        "window": None,
        "dry_run": False,
    }
    rows = [row["row_index"] for row in at_work["slowest"]]
    assert rows == sorted(rows)
    assert len(rows) == 5
    waited = [row["elapsed_s"] for row in at_work["slowest"]]
    assert waited == sorted(waited, reverse=True)
    assert (last["slowest"], last["errors"], last["done"]) == ([], [], 40)
    family = next(family for family in last["families"] if family["family"] == "people/features")
    assert of_interest(family, "family", "allowed_per_s", "held_s", "throttled") == {
        "family": "people/features",
        "allowed_per_s": None,
        "held_s": 0.0,
        "throttled": 0,
    }
    assert sum(family["sent"] for family in last["families"]) == last["requests"]
    assert family["rate_per_s"] > 0
    assert 400 <= last["latency_ms"]["p50"] <= 500
    assert max(last["history"]) > 0


def spoil(rows: Table) -> Table:
    return [row | {"extension": "x"} if number < 3 else row for number, row in enumerate(rows)]


async def test_rows_that_failed_alike_are_one_group() -> None:
    write_rows(10)
    edit_rows(spoil)
    told: list[dict[str, Any]] = []
    async with sandbox() as served:
        await run_on(served, watcher=Watcher(on_tick=lambda run: told.append(status_of(run))))
    (group,) = told[-1]["errors"]
    assert of_interest(group, "type", "count", "last_row_index", "hint") == {
        "type": "InvalidRow",
        "count": 3,
        "last_row_index": 2,
        "hint": None,
    }
    assert group["text"].startswith("usuarios.csv line 4, column extension: ")


async def test_the_largest_groups_are_told_and_the_rest_is_others() -> None:
    write_rows(1)
    told: list[dict[str, Any]] = []

    def fail(run: Run) -> None:
        for number in range(60):
            run.tally.error_groups[f"kind {number}"] += number
            run.tally.last_failures[f"kind {number}"] = (
                number,
                Failure("Kind", str(number), cause="it is so", hint="mend it"),
            )
        run.tally.error_groups["others"] += 1000
        run.tally.last_failures["others"] = 7, Failure("Kind", "HTTP 400", hint="mend it")
        told.append(status_of(run))

    async with sandbox() as served:
        await run_on(served, watcher=Watcher(on_tick=fail))
    groups = told[0]["errors"]
    assert len(groups) == 10
    assert groups[0] == {
        "type": "others",
        "text": "HTTP 400",
        "count": 1000,
        "last_row_index": 7,
        "cause": None,
        "hint": None,
    }
    assert groups[1] == {
        "type": "Kind",
        "text": "59",
        "count": 59,
        "last_row_index": 59,
        "cause": "it is so",
        "hint": "mend it",
    }


async def test_what_was_skipped_is_no_pace() -> None:
    write_rows(5)
    async with sandbox() as served:
        first = await run_on(served)
        told: list[dict[str, Any]] = []
        watcher = Watcher(on_tick=lambda run: told.append(status_of(run)))
        await run_on(served, watcher=watcher, resume=first.result.run)
    assert told[-1]["by_status"] == dict.fromkeys(map(str, Status), 0) | {"skipped": 5}
    assert set(told[-1]["history"]) <= {0.0}
