from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from odt_async.actions import usuarios_alta_people as action
from odt_async.errors import InvalidRow, RowError
from odt_async.model import Outcome, Status
from tests.actions.staging import SMALL, Stage, parse_cells, staged

EMAIL = "ana.nueva@empresa.example"
CALLING = "Webex Calling - Professional"
CELLS = {
    "email": EMAIL,
    "first_name": "Ana",
    "last_name": "García  López",
    "licenses_id": CALLING,
    "location_name": "OF00003 Bilbao",
    "extension": "4711",
}
NOBODY: dict[str, Any] = {"person": None, "calling": [], "sent": False}


def new_person(stage: Stage, **cells: str) -> Any:
    location = stage.sandbox.organisation.location(3).name
    return parse_cells(action, None, **(CELLS | {"location_name": location} | cells))


async def shown(stage: Stage, email: str = EMAIL) -> dict[str, Any]:
    """Return what matters of the person, as Webex shows it."""
    organisation = stage.sandbox.organisation
    person = organisation.person_by_email(email)
    assert person is not None
    return {
        "name": (person.first_name, person.last_name, person.display_name),
        "licences": [organisation.catalogue.licences[number].name for number in person.licences],
        "calling": (person.location, person.extension, person.phone_number) if person.has_calling else None,
    }


def failure(outcome: Outcome) -> tuple[str, str]:
    assert outcome.failure is not None
    return outcome.failure.type, outcome.failure.text


def test_a_plain_person_has_no_calling_fields() -> None:
    params = parse_cells(action, email=EMAIL, first_name="Ana", extension="4711", title="Jefa")
    assert action.plan(NOBODY, params) == {
        "emails": [EMAIL],
        "displayName": "Ana",
        "firstName": "Ana",
        "title": "Jefa",
    }


def test_a_calling_licence_brings_location_extension_and_number() -> None:
    location, licence = "Y2lzY29zcGFyazovL3VzL0xPQ0FUSU9OL2E", "Y2lzY29zcGFyazovL3VzL0xJQ0VOU0UvYTpCQ19i"
    params = parse_cells(
        action,
        None,
        **CELLS
        | {"licenses_id": licence, "location_id": location, "phone_number": "911 234 567", "country": "es"},
    )
    assert action.plan(NOBODY | {"calling": [licence]}, params) == {
        "emails": [EMAIL],
        "displayName": "Ana García López",
        "firstName": "Ana",
        "lastName": "García López",
        "licenses": [licence],
        "locationId": location,
        "extension": "4711",
        "phoneNumbers": [{"type": "work", "value": "+34911234567"}],
    }


def test_an_existing_person_is_left_alone_whatever_they_have() -> None:
    state = NOBODY | {"person": {"id": "x", "displayName": "Other", "licenses": []}}
    assert action.plan(state, parse_cells(action, None, **CELLS)) is None


def test_a_calling_licence_without_a_location_is_refused() -> None:
    licence = "Y2lzY29zcGFyazovL3VzL0xJQ0VOU0UvYTpCQ19i"
    params = parse_cells(action, email=EMAIL, first_name="Ana", licenses=licence, extension="4711")
    with pytest.raises(RowError, match="needs a location"):
        action.plan(NOBODY | {"calling": [licence]}, params)


def test_a_row_without_any_name_is_refused() -> None:
    with pytest.raises(
        InvalidRow, match="column display_name: is blank, and so are first_name and last_name"
    ):
        parse_cells(action, email=EMAIL)


async def test_the_person_is_created_with_calling_in_one_call_and_then_unchanged(stage: Stage) -> None:
    params = new_person(stage)
    first = await stage.carry_out(action, params)
    writes, calls = stage.writes, stage.sandbox.journal.total
    again = await stage.carry_out(action, params)
    assert (first.status, writes, again.status, stage.writes) == (Status.APPLIED, 1, Status.UNCHANGED, 1)
    assert calls <= 5  # licences by the directory and by the worker, location, person, and the POST
    assert await shown(stage) == {
        "name": ("Ana", "García López", "Ana García López"),
        "licences": [CALLING],
        "calling": (3, "4711", ""),
    }


async def test_undo_deletes_whom_the_run_created(stage: Stage) -> None:
    params = new_person(stage)
    outcome = await stage.carry_out(action, params)
    await stage.undo(action, params, outcome.before)
    await stage.undo(action, params, outcome.before)
    assert stage.sandbox.organisation.person_by_email(EMAIL) is None
    assert stage.sandbox.organisation.extensions.owner(3, "4711") is None


async def test_undo_leaves_whom_it_found(stage: Stage) -> None:
    person = stage.sandbox.organisation.person(7)
    params = parse_cells(action, email=person.email, first_name="Ana")
    outcome = await stage.carry_out(action, params, dry_run=True)
    state = await action.read(stage.api, params)
    await stage.undo(action, params, state)
    assert (outcome.status, stage.writes) == (Status.UNCHANGED, 0)


async def test_licences_passed_over_are_named(tmp_path: Path) -> None:
    async with staged("licence-206=100%", logs_dir=tmp_path) as stage:
        outcome = await stage.carry_out(action, new_person(stage, licenses_id=f"{CALLING};Basic Messaging"))
        kind, text = failure(outcome)
        assert (kind, text.split(":")[0]) == (
            "PartlyApplied",
            "the person was created without Basic Messaging",
        )


async def test_a_400_that_created_the_person_is_found_out(tmp_path: Path) -> None:
    async with staged("create-400=100%", logs_dir=tmp_path) as stage:
        outcome = await stage.carry_out(action, new_person(stage))
        kind, text = failure(outcome)
        assert (kind, text.split(":")[0]) == ("RowError", "the person exists now but is incomplete")
        assert "HTTP 400: Unable to set the Webex Calling data" in text
        assert (await shown(stage))["calling"] is None


async def test_a_400_that_created_nobody_speaks_for_itself(stage: Stage) -> None:
    outcome = await stage.carry_out(action, new_person(stage, extension="1"))
    assert failure(outcome)[0] == "AsRestError"
    assert stage.sandbox.organisation.person_by_email(EMAIL) is None


async def test_an_incomplete_person_is_found_out_though_the_400_was_lost(tmp_path: Path) -> None:
    async with staged("create-400=100%", "reset-after=40%", logs_dir=tmp_path) as stage:
        outcomes = [
            await stage.carry_out(
                action, new_person(stage, email=f"p{number}@empresa.example", extension=f"47{number:02}")
            )
            for number in range(10)
        ]
        assert stage.sandbox.journal.unanswered_writes > 0
        assert {failure(outcome)[1].split(":")[0] for outcome in outcomes} == {
            "the person exists now but is incomplete"
        }


async def test_nobody_is_created_twice_when_answers_are_lost_and_search_lags(tmp_path: Path) -> None:
    async with staged("reset-after=40%", "search-lag=2s", logs_dir=tmp_path) as stage:
        outcomes = [
            await stage.carry_out(
                action, new_person(stage, email=f"p{number}@empresa.example", extension=f"47{number:02}")
            )
            for number in range(10)
        ]
        assert {outcome.status for outcome in outcomes} == {Status.APPLIED}
        assert stage.sandbox.organisation.people.count == SMALL.people + 10
        assert stage.sandbox.journal.unanswered_writes > 0


async def test_an_address_that_is_not_found_yet_is_a_clear_error(tmp_path: Path) -> None:
    async with staged("search-lag=1h", logs_dir=tmp_path) as stage:
        params = new_person(stage)
        await stage.carry_out(action, params)
        kind, text = failure(await stage.carry_out(action, params))
        assert kind == "RowError"
        assert text.startswith(f"{EMAIL} exists, but not among the people of this organisation")


async def test_somebody_with_another_address_is_not_the_person() -> None:
    answer = {"items": [{"id": "x", "emails": [f"x{EMAIL}"]}, {"id": "y"}]}

    async def rest_get(**_call: Any) -> Any:
        return answer

    session = SimpleNamespace(ep=str, rest_get=rest_get)
    api: Any = SimpleNamespace(session=session)
    state = await action.read(api, parse_cells(action, email=EMAIL, first_name="Ana"))
    assert state == NOBODY
