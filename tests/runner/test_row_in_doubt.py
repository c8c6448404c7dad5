"""Rows whose write was begun and nobody saw the end of it, in this run or in an earlier one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from odt_async import events
from odt_async.errors import AmbiguousWrite
from odt_async.model import Status
from odt_async.runner.resume import History, load_history
from odt_async.sinks.appender import GroupSync
from odt_async.sinks.changes_jsonl import ChangesJsonl
from odt_async.sinks.ok_csv import OkCsv
from odt_async.webex.calls import current_row
from tests.runner.building import events_of
from tests.runner.setting_action import (
    ANSWER_LOST,
    HASH,
    LOST_ON_THE_WAY,
    CreatingAction,
    Fate,
    Params,
    Remote,
    carry_out,
    failure_type,
    journal,
)

FIRST = "setting_20240601T220000Z_aaaa"


async def test_a_write_whose_answer_is_lost_is_read_back_and_not_repeated(tmp_path: Path) -> None:
    remote = Remote({"ana": "911"}, (ANSWER_LOST,))
    lines: list[bytes] = []

    outcome = await carry_out(tmp_path, remote, lines=lines)

    assert (outcome.status, outcome.before) == (Status.APPLIED, {"value": "911"})
    assert remote.calls == ["read", "write", "read"]
    assert journal(tmp_path) == [("intent", {"value": "911"}), ("done", {"value": "53100"})]
    assert events_of(lines) == [events.ROW_READ_AGAIN]


async def test_a_write_that_was_lost_is_repeated_after_a_look(tmp_path: Path) -> None:
    remote = Remote({"ana": "911"}, (LOST_ON_THE_WAY, LOST_ON_THE_WAY))

    outcome = await carry_out(tmp_path, remote)

    assert (outcome.status, outcome.before) == (Status.APPLIED, {"value": "911"})
    assert remote.calls == ["read", "write"] * 3
    assert journal(tmp_path) == [("intent", {"value": "911"}), ("done", {"value": "53100"})]


async def test_the_look_waits_as_long_as_the_server_asked(tmp_path: Path) -> None:
    busy = Fate(processed=False, error=AmbiguousWrite("HTTP 503", retry_after_s=40.0))
    outcome = await carry_out(tmp_path, Remote({"ana": "911"}, (busy,)))
    assert (outcome.status, outcome.elapsed_ms) == (Status.APPLIED, 46_000)


async def test_a_write_that_is_lost_again_and_again_is_given_up(tmp_path: Path) -> None:
    remote = Remote({"ana": "911"}, (LOST_ON_THE_WAY,) * 100)

    outcome = await carry_out(tmp_path, remote, max_retries=3)

    assert outcome.failure is not None
    assert (outcome.status, outcome.failure.type, outcome.failure.text) == (
        Status.ERROR,
        "OutcomeUnknown",
        "the write was sent 4 times and its fate is unknown: ServerDisconnectedError",
    )
    assert remote.calls == ["read", "write"] * 4
    assert journal(tmp_path) == [("intent", {"value": "911"})]


async def test_a_row_whose_time_is_spent_does_not_wait_to_look_again(tmp_path: Path) -> None:
    busy = Fate(processed=False, error=AmbiguousWrite("HTTP 503", retry_after_s=40.0))
    outcome = await carry_out(tmp_path, Remote({"ana": "911"}, (busy,)), max_elapsed_s=30.0)
    assert (failure_type(outcome), outcome.elapsed_ms) == ("OutcomeUnknown", 3000)


def invalid_answer() -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        Params.model_validate({"person": "ana"})
    return caught.value


async def test_an_answer_to_a_write_that_makes_no_sense_is_a_lost_answer(tmp_path: Path) -> None:
    remote = Remote({"ana": "911"}, (Fate(processed=True, error=invalid_answer()),))
    outcome = await carry_out(tmp_path, remote)
    assert (outcome.status, remote.calls) == (Status.APPLIED, ["read", "write", "read"])


async def test_a_write_that_cannot_even_be_sent_is_an_error(tmp_path: Path) -> None:
    remote = Remote({"ana": "911"}, (Fate(processed=False, error=invalid_answer()),))

    def unsend(_person: str) -> None:
        record = current_row.get()
        assert record is not None
        record.attempts -= 1  # the model was refused before any request

    remote.before_write = unsend
    outcome = await carry_out(tmp_path, remote)

    assert (failure_type(outcome), remote.calls) == ("ValidationError", ["read", "write"])


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


async def test_something_new_that_never_shows_is_made_again_after_six_looks(tmp_path: Path) -> None:
    remote = Remote({}, (LOST_ON_THE_WAY,))
    outcome = await carry_out(tmp_path, remote, action=CreatingAction())
    assert outcome.status is Status.APPLIED
    assert remote.calls == ["read", "write", "read", *["read"] * 6, "write"]


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
