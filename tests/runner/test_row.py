"""One row, from read to outcome. The action and its remote are in `setting_action.py`; read that first.

What becomes of a write that nobody saw the end of is in `test_row_in_doubt.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import ANY

import anyio
import pytest

from odt_async.errors import (
    NotAuthorised,
    OdtError,
    OutputFailed,
    RowDeadlineExceeded,
    RunInterrupted,
    RunStopped,
    Unresolved,
)
from odt_async.model import ActionParams, Outcome, Status
from odt_async.webex.calls import current_row
from tests.runner.full_disk import full_disk
from tests.runner.setting_action import (
    HASH,
    Fate,
    Params,
    Remote,
    carry_out,
    failure_type,
    journal,
    make_job,
    open_runner,
)


async def test_a_row_that_is_as_wanted_is_left_alone(tmp_path: Path) -> None:
    remote = Remote({"ana": "53100"})

    outcome = await carry_out(tmp_path, remote)

    assert outcome == Outcome(
        row=make_job().row,
        status=Status.UNCHANGED,
        payload_hash=HASH,
        timestamp=ANY,
        entity_id="ana",
        params={"person": "ana", "wanted": "53100"},
        attempts=1,
        elapsed_ms=1000,
        tracking_id="T1",
    )
    assert (remote.calls, journal(tmp_path)) == (["read"], [])


async def test_a_row_that_is_not_is_written_and_says_what_was_there(tmp_path: Path) -> None:
    remote = Remote({"ana": "911"})

    outcome = await carry_out(tmp_path, remote)

    assert outcome == Outcome(
        row=make_job().row,
        status=Status.APPLIED,
        payload_hash=HASH,
        timestamp=ANY,
        entity_id="ana",
        params={"person": "ana", "wanted": "53100"},
        attempts=2,
        elapsed_ms=3000,
        tracking_id="T2",
        before={"value": "911"},
        change={"value": "53100"},
    )
    assert (remote.calls, remote.settings) == (["read", "write"], {"ana": "53100"})


async def test_the_intent_is_journalled_before_the_write_and_its_success_after(tmp_path: Path) -> None:
    remote = Remote({"ana": "911"})
    seen: list[list[tuple[str, Any]]] = []
    remote.before_write = lambda _person: seen.append(journal(tmp_path))

    await carry_out(tmp_path, remote)
    seen.append(journal(tmp_path))

    intent, done = ("intent", {"value": "911"}), ("done", {"value": "53100"})
    assert seen == [[intent], [intent, done]]


async def test_without_a_journal_there_is_no_write(tmp_path: Path) -> None:
    remote = Remote({"ana": "911"})
    with open_runner(tmp_path, remote) as runner, full_disk(0), pytest.raises(OutputFailed):
        await runner.run(make_job())
    assert (remote.calls, journal(tmp_path)) == (["read"], [])


async def test_a_dry_run_plans_and_writes_nothing(tmp_path: Path) -> None:
    remote = Remote({"ana": "911"})

    outcome = await carry_out(tmp_path, remote, dry_run=True)

    assert (outcome.status, outcome.before, outcome.change, outcome.diff) == (
        Status.PLANNED,
        {"value": "911"},
        {"value": "53100"},
        {"value": ("911", "53100")},
    )
    assert (remote.calls, journal(tmp_path)) == (["read"], [])


async def test_whatever_a_row_dies_of_the_others_go_on(tmp_path: Path) -> None:
    remote = Remote({"ana": "911", "luis": "911"})
    outcomes: dict[str, Outcome] = {}

    def break_ana(person: str) -> None:
        if person == "ana":
            raise ZeroDivisionError("a bug")

    async def keep(person: str) -> None:
        outcomes[person] = await runner.run(make_job(person=person))

    remote.before_read = break_ana
    with open_runner(tmp_path, remote) as runner:
        async with anyio.create_task_group() as group:
            group.start_soon(keep, "ana")
            group.start_soon(keep, "luis")

    assert {person: outcome.status for person, outcome in outcomes.items()} == {
        "ana": Status.ERROR,
        "luis": Status.APPLIED,
    }
    assert outcomes["ana"].failure is not None
    assert (outcomes["ana"].failure.type, outcomes["ana"].failure.text) == (
        "ZeroDivisionError",
        "ZeroDivisionError: a bug",
    )


async def test_rows_of_one_person_go_one_after_the_other(tmp_path: Path) -> None:
    remote = Remote({"ana": "911"})
    with open_runner(tmp_path, remote) as runner:
        async with anyio.create_task_group() as group:
            for index, wanted in enumerate(["53100", "53200"]):
                group.start_soon(runner.run, make_job(index, wanted=wanted))
    assert (remote.calls, remote.settings) == (["read", "write"] * 2, {"ana": "53200"})


async def test_the_session_is_told_row_and_deadline_and_its_word_is_an_error(tmp_path: Path) -> None:
    told: list[tuple[int | None, float | None]] = []
    late = Fate(processed=False, error=RowDeadlineExceeded("the row's 60 s are spent"))
    remote = Remote({"ana": "911"}, (late,))

    def note_record(_person: str) -> None:
        record = current_row.get()
        assert record is not None
        told.append((record.row_index, record.max_elapsed_s))

    remote.before_write = note_record
    outcome = await carry_out(tmp_path, remote, max_elapsed_s=60.0)

    assert (told, failure_type(outcome)) == ([(0, 60.0)], "RowDeadlineExceeded")


class Phonebook:
    """A directory that knows people by their names."""

    def __init__(self, **ids: str) -> None:
        self._ids = ids

    async def resolve(self, params: ActionParams) -> ActionParams:
        assert isinstance(params, Params)
        if params.person not in self._ids:
            raise Unresolved(f"nobody is called {params.person}")
        return params.model_copy(update={"person": self._ids[params.person]})


async def test_blank_ids_are_filled_in_and_the_row_stays_the_same_row(tmp_path: Path) -> None:
    remote = Remote({"id-7": "911"})
    outcome = await carry_out(tmp_path, remote, directory=Phonebook(ana="id-7"))
    assert (outcome.status, outcome.entity_id, outcome.payload_hash) == (Status.APPLIED, "id-7", HASH)
    assert remote.settings == {"id-7": "53100"}


async def test_two_names_of_one_person_are_one_person(tmp_path: Path) -> None:
    remote = Remote({"id-7": "911"})
    with open_runner(tmp_path, remote, directory=Phonebook(ana="id-7", anita="id-7")) as runner:
        async with anyio.create_task_group() as group:
            group.start_soon(runner.run, make_job(0, person="ana"))
            group.start_soon(runner.run, make_job(1, person="anita"))
    assert remote.calls == ["read", "write", "read"]


async def test_a_name_of_nobody_is_the_rows_own_error(tmp_path: Path) -> None:
    remote = Remote({})
    outcome = await carry_out(tmp_path, remote, directory=Phonebook())
    assert (failure_type(outcome), outcome.entity_id, remote.calls) == ("Unresolved", "ana", [])


@pytest.mark.parametrize("error", [NotAuthorised, RunStopped, OutputFailed, RunInterrupted])
@pytest.mark.parametrize("where", ["read", "write"])
async def test_what_ends_the_run_is_not_the_rows_own(
    tmp_path: Path, error: type[OdtError], where: str
) -> None:
    def fail(_person: str) -> None:
        raise error

    remote = Remote({"ana": "911"})
    setattr(remote, f"before_{where}", fail)
    with open_runner(tmp_path, remote) as runner:
        with pytest.raises(error):
            await runner.run(make_job())
        assert runner._batches._things._entities == {}


async def test_a_cancelled_row_has_no_outcome_and_leaves_its_intent(tmp_path: Path) -> None:
    remote = Remote({"ana": "911"})
    with open_runner(tmp_path, remote) as runner:
        with anyio.move_on_after(2.0) as scope:  # in the middle of the write
            await runner.run(make_job())
        assert runner._batches._things._entities == {}
    assert scope.cancelled_caught
    assert journal(tmp_path) == [("intent", {"value": "911"})]
