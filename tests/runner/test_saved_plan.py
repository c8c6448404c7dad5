"""A plan that was saved is done as it says, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from odt_async.errors import InputError, PlanDrifted
from odt_async.runner.saved_plan import SavedPlan
from tests.runner.running import ACTION, Leavings, edit_rows, run_on, sandbox, write_rows
from tests.runner.taking_back import carry_out, spec_of

DIGEST = "ab" * 16


def save(tmp_path: Path, *lines: dict[str, Any]) -> Path:
    path = tmp_path / "run_plan.jsonl"
    path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    return path


def line(before: Any, change: Any, digest: str = DIGEST) -> dict[str, Any]:
    return {"row_index": 0, "payload_hash": digest, "before": before, "change": change}


def test_a_plan_that_still_holds_is_passed(tmp_path: Path) -> None:
    plan = SavedPlan.load(save(tmp_path, line({"a": 1}, {"a": 2})))
    plan.check(DIGEST, {"a": 1}, {"a": 2})
    assert (len(plan), DIGEST in plan, "cd" * 16 in plan) == (1, True, False)


def test_of_many_differences_the_first_are_told(tmp_path: Path) -> None:
    names = "abcdefg"
    plan = SavedPlan.load(save(tmp_path, line(dict.fromkeys(names, "x" * 200), {"a": 2})))
    with pytest.raises(PlanDrifted) as refused:
        plan.check(DIGEST, dict.fromkeys(names, 1), {"a": 2})
    told = "; ".join(f'{name}: in the plan "{"x" * 79}..., now 1' for name in names[:5])
    assert f"({told}; and 2 more)" in str(refused.value)


@pytest.mark.parametrize(
    ("before", "change", "reason"),
    [
        ({"a": 3}, {"a": 2}, r"the state is not the plan's any more \(a: in the plan 1, now 3\)"),
        ({"a": 1}, {"a": 4}, r"the change is not the plan's any more \(a: in the plan 2, now 4\)"),
        ({"a": 1, "b": 0}, {"a": 2}, r"the state .* \(b: in the plan nothing, now 0\)"),
        ({}, {"a": 2}, r"the state .* \(a: in the plan 1, now nothing\)"),
    ],
)
def test_a_plan_that_has_drifted_is_refused_with_both_values(
    tmp_path: Path, before: Any, change: Any, reason: str
) -> None:
    plan = SavedPlan.load(save(tmp_path, line({"a": 1}, {"a": 2})))
    with pytest.raises(PlanDrifted, match=reason):
        plan.check(DIGEST, before, change)


@pytest.mark.parametrize("content", [b"", b'{"torn', b"{}\n", b"[]\n", b'{"payload_hash": "ab"}\n'])
def test_a_file_without_a_planned_row_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError, match="holds no planned row"):
        SavedPlan.load(path)


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        SavedPlan.load(Path("nowhere.jsonl"))


def plan_of(left: Leavings) -> SavedPlan:
    return SavedPlan.load(left.path("plan.jsonl"))


async def test_what_was_planned_is_done_and_nothing_else() -> None:
    write_rows(10)
    async with sandbox() as served:
        planned = await run_on(served, dry_run=True)
        edit_rows(lambda rows: [rows[0] | {"destination": "8001"}, *rows[1:]])
        done = await carry_out(spec_of(served, ACTION, saved_plan=plan_of(planned)))
        again = await carry_out(spec_of(served, ACTION, saved_plan=plan_of(planned)))
    changes = {record["entity_id"]: record["change"] for record in planned.lines("plan.jsonl")}
    written = {
        record["entity_id"]: record["written"]
        for record in done.lines("changes.jsonl")
        if record["event"] == "done"
    }
    assert (done.counts, again.counts) == (
        {"applied": 9, "skipped": 1},
        {"unchanged": 9, "skipped": 1},
    )
    assert [record["reason"] for record in done.table("skipped.csv")] == ["filtered"]
    assert written.items() <= changes.items()


@pytest.mark.parametrize("dry_run", [False, True])
async def test_a_row_whose_state_has_drifted_is_refused_and_left_as_it_is(dry_run: bool) -> None:
    write_rows(3)
    async with sandbox() as served:
        planned = await run_on(served, dry_run=True)
        edit_rows(lambda rows: [rows[0] | {"destination": "8001"}])
        await run_on(served)
        write_rows(3)
        served.journal.clear()
        spec = spec_of(served, ACTION, saved_plan=plan_of(planned), dry_run=dry_run)
        left = await carry_out(spec)
        writes = served.journal.changed_writes
    (error,) = left.lines("error.jsonl")
    assert (left.counts, writes) == (
        {"planned" if dry_run else "applied": 2, "error": 1},
        0 if dry_run else 2,
    )
    assert (error["row_index"], error["error_type"]) == (0, "PlanDrifted")
