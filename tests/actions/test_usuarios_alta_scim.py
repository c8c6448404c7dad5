from __future__ import annotations

from pathlib import Path

import pytest
from wxc_sdk.as_rest import AsRestError

from odt_async.actions import usuarios_alta_scim as action
from odt_async.model import Status
from tests.actions.staging import SMALL, Stage, parse_cells, staged

EMAIL = "ana.nueva@empresa.example"
CELLS = {
    "email": f" {EMAIL.upper()} ",
    "first_name": "Ana",
    "last_name": "García  López",
    "preferred_language": "es_Es",
    "time_zone": "Europe / Madrid",
    "department": "Ventas",
    "external_id": "E-1",
}
BODY = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName": EMAIL,
    "userType": "user",
    "emails": [{"value": EMAIL, "type": "work", "primary": True}],
    "name": {"givenName": "Ana", "familyName": "García López"},
    "displayName": "Ana García López",
    "active": True,
    "preferredLanguage": "es_ES",
    "timezone": "Europe/Madrid",
    "externalId": "E-1",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Ventas"},
}


def test_the_user_is_planned_from_the_normalised_columns() -> None:
    assert action.plan({"user": None}, parse_cells(action, None, **CELLS)) == BODY


def test_an_existing_user_is_left_alone() -> None:
    assert action.plan({"user": {"active": False}}, parse_cells(action, None, **CELLS)) is None


@pytest.mark.parametrize("org", ["blank", "hydra", "uuid"])
async def test_the_user_is_created_and_then_unchanged(stage: Stage, org: str) -> None:
    organisation = stage.sandbox.organisation
    ids = {
        "blank": {},
        "hydra": {"org_id": organisation.id},
        "uuid": {"org_id": organisation.organisations.uuid(0)},
    }
    params = parse_cells(action, None, **CELLS, **ids[org])
    first = await stage.carry_out(action, params)
    calls = stage.sandbox.journal.total
    again = await stage.carry_out(action, params)
    assert (first.status, again.status, stage.writes) == (Status.APPLIED, Status.UNCHANGED, 1)
    assert (calls, stage.sandbox.journal.total - calls) == (3 if org == "blank" else 2, 1)
    person = organisation.person_by_email(EMAIL)
    assert person is not None
    assert (person.display_name, person.licences, person.has_calling) == ("Ana García López", (), False)
    assert first.change == BODY


async def test_undo_deletes_whom_the_run_created_and_nobody_else(stage: Stage) -> None:
    params = parse_cells(action, None, **CELLS)
    outcome = await stage.carry_out(action, params)
    await stage.undo(action, params, {"user": {"userName": EMAIL}})
    assert stage.sandbox.organisation.person_by_email(EMAIL) is not None
    await stage.undo(action, params, outcome.before)
    await stage.undo(action, params, outcome.before)
    assert stage.sandbox.organisation.person_by_email(EMAIL) is None


async def test_nobody_is_created_twice_when_answers_are_lost_and_search_lags(tmp_path: Path) -> None:
    async with staged("reset-after=30%", "5xx=20%", "search-lag=2s", logs_dir=tmp_path) as stage:
        outcomes = [
            await stage.carry_out(
                action, parse_cells(action, None, **CELLS | {"email": f"p{number}@empresa.example"})
            )
            for number in range(10)
        ]
        assert {outcome.status for outcome in outcomes} == {Status.APPLIED}
        assert stage.sandbox.organisation.people.count == SMALL.people + 10


async def test_an_address_that_belongs_elsewhere_is_a_clear_error(tmp_path: Path) -> None:
    async with staged("search-lag=1h", logs_dir=tmp_path) as stage:
        params = parse_cells(action, None, **CELLS)
        await stage.carry_out(action, params)
        outcome = await stage.carry_out(action, params)
        assert outcome.failure is not None
        assert (outcome.failure.type, outcome.failure.text.split(",")[0]) == ("RowError", f"{EMAIL} exists")


async def test_another_error_speaks_for_itself(stage: Stage) -> None:
    organisation_of_nobody = "00000000-0000-4000-a000-000000000000"
    outcome = await stage.carry_out(action, parse_cells(action, None, **CELLS, org_id=organisation_of_nobody))
    assert outcome.failure is not None
    assert outcome.failure.text == "HTTP 403, code 403: The token has no access to this organization."


async def test_what_webex_refuses_speaks_for_itself(stage: Stage) -> None:
    with pytest.raises(AsRestError, match="400"):
        await action.apply(stage.api, parse_cells(action, None, **CELLS), BODY | {"userName": "nobody"})
