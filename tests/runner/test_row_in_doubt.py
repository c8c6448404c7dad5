"""Rows whose write was begun and nobody saw the end of it, in this run or in an earlier one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from odt_async.model import Outcome, Status
from odt_async.runner.resume import History, load_history
from odt_async.sinks.appender import GroupSync
from odt_async.sinks.changes_jsonl import ChangesJsonl
from odt_async.sinks.ok_csv import OkCsv
from tests.runner.setting_action import (
    ANSWER_LOST,
    HASH,
    LOST_ON_THE_WAY,
    CreatingAction,
    Remote,
    journal,
    make_job,
    open_runner,
)

FIRST = "setting_20240601T220000Z_aaaa"


def begun(folder: Path, before: Any) -> History:
    """Return the history of a run that was killed while it wrote the row, over the state *before*."""
    with GroupSync() as sync:
        with ChangesJsonl(folder / f"{FIRST}_changes.jsonl", sync) as changes:
            changes.intent(
                row_index=0, payload_hash=HASH, entity_id="ana", before=before, change={"value": "53100"}
            )
        with OkCsv(folder / f"{FIRST}_ok.csv", sync, action="setting"):
            pass
    return load_history(folder, FIRST)


async def carry_out(folder: Path, remote: Remote, **options: Any) -> Outcome:
    with open_runner(folder, remote, **options) as runner:
        return await runner.run(make_job())


async def test_a_write_that_an_earlier_run_did_not_see_the_end_of_is_applied_if_it_shows(
    tmp_path: Path,
) -> None:
    remote = Remote({"ana": "53100"})

    outcome = await carry_out(tmp_path, remote, history=begun(tmp_path, {"value": "911"}))

    assert (outcome.status, outcome.before, outcome.change) == (
        Status.APPLIED,
        {"value": "911"},
        {"value": "53100"},
    )
    assert remote.calls == ["read"]
    assert journal(tmp_path) == [("intent", {"value": "911"}), ("done", {"value": "53100"})]


async def test_it_is_written_if_it_does_not_show(tmp_path: Path) -> None:
    remote = Remote({"ana": "something else by now"})

    outcome = await carry_out(tmp_path, remote, history=begun(tmp_path, {"value": "911"}))

    assert (outcome.status, outcome.before) == (Status.APPLIED, {"value": "something else by now"})
    assert remote.calls == ["read", "write"]
    assert journal(tmp_path) == [
        ("intent", {"value": "something else by now"}),
        ("done", {"value": "53100"}),
    ]


async def test_other_rows_are_in_no_doubt(tmp_path: Path) -> None:
    history = begun(tmp_path, {"value": "911"})
    (tmp_path / f"{FIRST}_changes.jsonl").write_text(
        (tmp_path / f"{FIRST}_changes.jsonl").read_text("utf-8").replace(HASH, "cd" * 16), "utf-8"
    )
    history = load_history(tmp_path, FIRST)
    outcome = await carry_out(tmp_path, Remote({"ana": "53100"}), history=history)
    assert (outcome.status, journal(tmp_path)) == (Status.UNCHANGED, [])


async def test_a_dry_run_applies_nothing_not_even_in_words(tmp_path: Path) -> None:
    history = begun(tmp_path, {"value": "911"})
    outcome = await carry_out(tmp_path, Remote({"ana": "53100"}), history=history, dry_run=True)
    assert (outcome.status, outcome.change, journal(tmp_path)) == (Status.UNCHANGED, None, [])


async def test_something_new_is_made_at_once_when_there_is_no_doubt(tmp_path: Path) -> None:
    remote = Remote({})
    outcome = await carry_out(tmp_path, remote, action=CreatingAction())
    assert (outcome.status, remote.calls) == (Status.APPLIED, ["read", "write"])


async def test_something_new_that_shows_late_is_not_made_twice(tmp_path: Path) -> None:
    remote = Remote({}, (ANSWER_LOST,))
    remote.before_write = lambda _person: setattr(remote, "visible_after_reads", 3)

    outcome = await carry_out(tmp_path, remote, action=CreatingAction())

    assert outcome.status is Status.APPLIED
    assert remote.calls == ["read", "write", "read", "read", "read", "read"]
    assert journal(tmp_path) == [("intent", None), ("done", {"value": "53100"})]


async def test_something_new_that_never_shows_is_made_again_after_four_looks(tmp_path: Path) -> None:
    remote = Remote({}, (LOST_ON_THE_WAY,))
    outcome = await carry_out(tmp_path, remote, action=CreatingAction())
    assert outcome.status is Status.APPLIED
    assert remote.calls == ["read", "write", "read", *["read"] * 4, "write"]


@pytest.mark.parametrize("before", [None, {"value": ""}], ids=["nothing there", "something there"])
async def test_a_creation_that_an_earlier_run_began_is_looked_for_with_patience(
    tmp_path: Path, before: Any
) -> None:
    remote = Remote({"ana": "53100"})
    remote.visible_after_reads = 3

    outcome = await carry_out(tmp_path, remote, action=CreatingAction(), history=begun(tmp_path, before))

    assert (outcome.status, outcome.before) == (Status.APPLIED, before)
    assert remote.calls == ["read"] * 4
    assert journal(tmp_path) == [("intent", before), ("done", {"value": "53100"})]
