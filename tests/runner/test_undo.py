"""What a run has changed is put back, where it is still as the run left it."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientSession

from odt_async import actions
from odt_async.errors import InputError
from odt_async.runner.journal import find_journal
from odt_async.runner.resume import load_history
from odt_async.runs import find_resumable
from odt_async.sandbox import Sandbox
from odt_async.sandbox.samples import write_input
from tests.runner.running import (
    ACTION,
    INPUT,
    LOGS,
    SMALL,
    Table,
    Watcher,
    edit_rows,
    interrupt,
    read_table,
    run_on,
    sandbox,
    write_rows,
)
from tests.runner.taking_back import carry_out, edit_journal, rewrite, spec_of, states, undo

READ_ONLY = "workspaces_validar_estado_permisos"
ROWS = 5


def write_rows_for(name: str) -> None:
    """Write rows that the action has something to do with."""
    write_input(INPUT, ROWS, SMALL, with_ids=False, newcomers=name.startswith("usuarios_alta"), force=True)
    if name == "workspaces_alta":
        path = INPUT / "workspaces.csv"
        rows = read_table(path)[:ROWS]
        lines = [",".join(rows[0])]
        for index, row in enumerate(rows):
            row.update(display_name=f"Nueva {index}", extension=f"6100{index}", phone_number="")
            lines.append(",".join(row.values()))
        path.write_text("\n".join(lines), "utf-8")


async def forwarding(served: Sandbox, person: str, **no_answer: Any) -> dict[str, Any]:
    """Return a person's forwarding, after somebody has given the `noAnswer` branch these values."""
    url = f"{served.url}/v1/people/{person}/features/callForwarding"
    headers = {"Authorization": f"Bearer {served.token}"}
    async with ClientSession(headers=headers) as session, session.get(url) as answer:
        settings: dict[str, Any] = await answer.json()
        if no_answer:
            settings["callForwarding"]["noAnswer"].update(no_answer)
            del settings["callForwarding"]["noAnswer"]["systemMaxNumberOfRings"]  # only ever read
            async with session.put(url, json=settings) as written:
                assert written.status == 204
    return settings


def failures(watcher: Watcher) -> list[tuple[str, str]]:
    return [(o.failure.type, o.failure.text) for o in watcher.outcomes if o.failure is not None]


@pytest.mark.parametrize("name", [name for name in actions.names() if name != READ_ONLY])
async def test_after_an_undo_everything_is_as_it_was(name: str) -> None:
    write_rows_for(name)
    async with sandbox() as served:
        before = await states(served, name)
        first = await carry_out(spec_of(served, name))
        rehearsed = await undo(served, first, dry_run=True)
        undone = await undo(served, first)
        after = await states(served, name)
    assert (first.counts, rehearsed.counts, undone.counts) == (
        {"applied": len(before)},
        {"planned": len(before)},
        {"applied": len(before)},
    )
    assert (after, len(before) > 0) == (before, True)


async def test_a_rehearsal_writes_nothing() -> None:
    write_rows(ROWS)
    async with sandbox() as served:
        first = await run_on(served)
        served.journal.clear()
        rehearsed = await undo(served, first, dry_run=True)
        methods = {method for method, _route, _result in served.journal.requests}
    assert (rehearsed.counts, methods) == ({"planned": ROWS}, {"GET"})


async def test_what_somebody_has_changed_since_is_left_alone() -> None:
    write_rows(ROWS)
    watcher = Watcher()
    async with sandbox() as served:
        first = await run_on(served)
        theirs, *_ = read_table(INPUT / "usuarios.csv")
        edit_rows(lambda rows: [rows[0] | {"destination": "8999"}])
        await run_on(served)
        undone = await undo(served, first, watcher)
        now = await forwarding(served, theirs["person_id"])
    assert undone.counts == {"applied": ROWS - 1, "error": 1}
    assert failures(watcher) == [
        (
            "ChangedSince",
            (
                "somebody has changed it since; it is left alone "
                '(callForwarding.always.destination: now "8999", then "5380000000")'
            ),
        )
    ]
    assert now["callForwarding"]["always"]["destination"] == "8999"


async def test_a_change_of_what_the_row_does_not_name_counts_where_all_would_be_overwritten() -> None:
    write_rows(1)
    watcher = Watcher()
    async with sandbox() as served:
        first = await run_on(served)
        (person,) = read_table(INPUT / "usuarios.csv")
        rings = (await forwarding(served, person["person_id"]))["callForwarding"]["noAnswer"]["numberOfRings"]
        await forwarding(served, person["person_id"], numberOfRings=rings + 1)
        undone = await undo(served, first, watcher)
    assert undone.counts == {"error": 1}
    assert failures(watcher)[0][1].endswith(
        f"(callForwarding.noAnswer.numberOfRings: now {rings + 1}, then {rings})"
    )


def both_ways(rows: Table) -> Table:
    return [row | {"destination": destination} for row in rows for destination in ("8001", "8002")]


async def test_of_two_changes_of_one_person_the_last_is_taken_back_first() -> None:
    write_rows(ROWS)
    async with sandbox() as served:
        before = await states(served, ACTION)
        edit_rows(both_ways)
        first = await run_on(served)
        rehearsed = await undo(served, first, dry_run=True)
        undone = await undo(served, first)
        write_rows(ROWS)
        after = await states(served, ACTION)
    assert (first.counts, rehearsed.counts, undone.counts) == (
        {"applied": 2 * ROWS},
        {"planned": 2 * ROWS},
        {"applied": 2 * ROWS},
    )
    assert after == before


async def test_an_undo_that_was_interrupted_goes_on() -> None:
    write_rows(40)
    async with sandbox("latency=50ms~20%") as served:
        before = await states(served, ACTION)
        first = await run_on(served)
        cut = await undo(served, first, Watcher({3: interrupt}))
        again = await undo(served, first)
        after = await states(served, ACTION)
    put_back = cut.counts["applied"]
    assert cut.counts == {"applied": put_back, "pending": 40 - put_back}
    assert 0 < put_back < 40
    assert again.counts == {"applied": 40 - put_back, "skipped": put_back}
    assert after == before


async def test_an_undo_that_was_killed_behind_a_write_does_not_write_again() -> None:
    write_rows(ROWS)
    async with sandbox() as served:
        first = await run_on(served)
        killed = await undo(served, first)
        last = killed.table("ok.csv")[-1]["payload_hash"]
        rewrite(killed, "ok.csv", without=last)
        served.journal.clear()
        again = await undo(served, first)
        puts = served.journal.count(method="PUT")
    assert (again.counts, puts) == ({"applied": 1, "skipped": ROWS - 1}, 0)


async def test_an_undo_that_was_killed_ahead_of_a_write_writes_it() -> None:
    write_rows(ROWS)
    async with sandbox() as served:
        before = await states(served, ACTION)
        first = await run_on(served)
        killed = await undo(served, first)
        last = killed.table("ok.csv")[-1]
        rewrite(killed, "ok.csv", without=last["payload_hash"])
        edit_rows(lambda rows: [rows[int(last["row_index"])]])
        await run_on(served)  # as if it had not been put back
        again = await undo(served, first)
        write_rows(ROWS)
        after = await states(served, ACTION)
    assert (again.counts, after) == ({"applied": 1, "skipped": ROWS - 1}, before)


async def test_an_undo_that_was_interrupted_leaves_alone_what_somebody_has_changed_meanwhile() -> None:
    write_rows(ROWS)
    watcher = Watcher()
    async with sandbox() as served:
        first = await run_on(served)
        killed = await undo(served, first)
        last = killed.table("ok.csv")[-1]
        rewrite(killed, "ok.csv", without=last["payload_hash"])
        theirs = read_table(INPUT / "usuarios.csv")[int(last["row_index"])]
        edit_rows(lambda _rows: [theirs | {"destination": "8999"}])
        await run_on(served)
        again = await undo(served, first, watcher)
        now = await forwarding(served, theirs["person_id"])
    assert again.counts == {"error": 1, "skipped": ROWS - 1}
    assert failures(watcher)[0][0] == "ChangedSince"
    assert now["callForwarding"]["always"]["destination"] == "8999"


async def test_an_undo_weathers_faults() -> None:
    write_rows(60)
    async with sandbox("5xx=5%", "reset-before=3%", "reset-after=3%") as served:
        before = await states(served, ACTION)
        first = await run_on(served)
        undone = await undo(served, first)
        after = await states(served, ACTION)
    assert (undone.counts, after) == ({"applied": 60}, before)


async def test_a_write_of_which_nobody_saw_the_end_is_taken_back_if_it_took_place() -> None:
    write_rows(ROWS)
    async with sandbox() as served:
        before = await states(served, ACTION)
        first = await run_on(served)
        rewrite(first, "changes.jsonl", without='"done"')
        undone = await undo(served, first)
        after = await states(served, ACTION)
    assert (undone.counts, after) == ({"applied": ROWS}, before)


async def test_what_is_as_before_needs_no_undoing() -> None:
    write_rows(ROWS)
    async with sandbox() as served:
        first = await run_on(served)
    async with sandbox() as another:
        undone = await undo(another, first)
        puts = another.journal.count(method="PUT")
    assert (undone.counts, puts) == ({"unchanged": ROWS}, 0)


async def test_what_the_api_cannot_take_back_is_known_from_the_rehearsal() -> None:
    name = "ubicacion_actualizar_cabecera"
    write_rows_for(name)
    watcher = Watcher()
    async with sandbox() as served:
        first = await carry_out(spec_of(served, name))
        edit_journal(first, before={"callingLineId": {}})
        rehearsed = await undo(served, first, watcher, dry_run=True)
    assert rehearsed.counts == {"error": ROWS}
    assert set(failures(watcher)) == {
        ("RowError", "there was no main number before and the API cannot take one away: use Control Hub")
    }


async def test_the_files_of_an_undo_say_what_it_undoes() -> None:
    write_rows(1)
    async with sandbox() as served:
        first = await run_on(served)
        undone = await undo(served, first)
    intent, done = undone.lines("changes.jsonl")
    (was, _), (ok,) = first.lines("changes.jsonl"), undone.table("ok.csv")
    (manifest,) = (undone.path("run.json").read_text(),)
    assert f'"undoes": "{first.result.run}"' in manifest
    assert (intent["change"], done["written"], ok["row_index"]) == (was["before"], was["before"], "0")
    assert ok["payload_hash"] != was["payload_hash"]


async def test_a_run_that_has_been_undone_cannot_be_resumed() -> None:
    write_rows(ROWS)
    async with sandbox() as served:
        first = await run_on(served)
        undone = await undo(served, first)
    assert find_resumable(LOGS, ACTION, "latest") == first.result.run
    with pytest.raises(InputError, match=rf"has been undone \({undone.result.run}\): start without --resume"):
        load_history(LOGS, first.result.run)
    with pytest.raises(InputError, match=f"that is the undoing of {first.result.run}"):
        find_resumable(LOGS, ACTION, undone.result.run)
    with pytest.raises(InputError, match=f"is the undoing of {first.result.run}: to have its changes again"):
        find_journal(LOGS, undone.result.run)


async def test_a_journal_of_a_version_that_kept_no_parameters_is_refused() -> None:
    write_rows(1)
    async with sandbox() as served:
        first = await run_on(served)
    edit_journal(first, params=None)
    with pytest.raises(InputError, match=r"_changes\.jsonl line 1 has no params"):
        find_journal(LOGS, first.result.run)


async def test_parameters_that_the_action_does_not_take_any_more_fail_their_row() -> None:
    write_rows(1)
    watcher = Watcher()
    async with sandbox() as served:
        first = await run_on(served)
        edit_journal(first, params={"person_id": "nobody"})
        undone = await undo(served, first, watcher)
    assert (undone.counts, failures(watcher)[0][0]) == ({"error": 1}, "InvalidRow")


@pytest.mark.parametrize("name", ["nope", f"{ACTION}_20240601T220000Z_aaaa", "latest"])
def test_a_run_that_has_written_nothing_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"there is no run {name} in logs that has written anything"):
        find_journal(LOGS, name)


async def test_a_done_line_without_its_intent_is_no_change() -> None:
    write_rows(2)
    async with sandbox() as served:
        first = await run_on(served)
    rewrite(first, "changes.jsonl", without='"intent"')
    assert len(find_journal(LOGS, first.result.run)) == 0


async def test_a_rehearsal_that_comes_to_no_write_has_nothing_to_put_back() -> None:
    name = "usuarios_alta_scim"
    write_rows_for(name)
    async with sandbox() as served:
        first = await carry_out(spec_of(served, name))
        edit_journal(first, before={"user": {"userName": "was there"}})
        rehearsed = await undo(served, first, dry_run=True)
    assert rehearsed.counts == {"unchanged": ROWS}
