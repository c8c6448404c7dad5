from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from odt_async.actions._targets import LocationParams, PersonParams, WorkspaceParams
from odt_async.model import ActionParams, Lookup
from odt_async.sandbox.identity import hydra

KEY = "4e1d0b1c-93ab-4c1e-a6d5-0f4b8f3c2a17"
ORG = hydra("ciscospark://us/ORGANIZATION/", KEY)
PERSON = hydra("ciscospark://us/PEOPLE/", KEY)
LOCATION = hydra("ciscospark://us/LOCATION/", KEY)
PLACE = hydra("ciscospark://urn:TEAM:us-west-2_r/PLACE/", KEY, padded=True)


def problems(params: type[ActionParams], **cells: str) -> list[tuple[Any, str]]:
    with pytest.raises(ValidationError) as caught:
        params.model_validate(cells)
    return [(error["loc"], error["msg"]) for error in caught.value.errors()]


def test_a_person_without_an_id_is_looked_up_by_email() -> None:
    params = PersonParams.model_validate({"email": "Ana@Empresa.es", "org_id": ORG})
    assert params.entity_id == "ana@empresa.es"
    assert params.lookups() == (Lookup("person_id", "person", "ana@empresa.es", ORG),)


def test_a_person_whose_id_is_known_is_not_looked_up() -> None:
    params = PersonParams.model_validate({"person_id": PERSON, "email": "ana@empresa.es"})
    assert (params.entity_id, params.lookups()) == (PERSON, ())


@pytest.mark.parametrize(
    ("params", "column", "id_field"),
    [
        (PersonParams, "email", "person_id"),
        (LocationParams, "location_name", "location_id"),
        (WorkspaceParams, "display_name", "workspace_id"),
    ],
)
def test_a_row_that_names_nobody_is_refused(params: type[ActionParams], column: str, id_field: str) -> None:
    assert problems(params) == [
        ((column,), f"is blank, and so is {id_field}: fill one of the two in"),
    ]


def test_an_id_that_is_no_good_is_the_only_problem() -> None:
    assert [where for where, _ in problems(PersonParams, person_id=LOCATION)] == [("person_id",)]


@pytest.mark.parametrize("column", ["location_name", "name"])
def test_a_location_without_an_id_is_looked_up_by_name(column: str) -> None:
    params = LocationParams.model_validate({column: " OF00017 Madrid "})
    assert params.entity_id == "OF00017 Madrid"
    assert params.lookups() == (Lookup("location_id", "location", "OF00017 Madrid"),)


def test_a_location_whose_id_is_known_is_not_looked_up() -> None:
    params = LocationParams.model_validate({"location_id": LOCATION, "name": "OF00017 Madrid"})
    assert (params.entity_id, params.lookups()) == (LOCATION, ())


@pytest.mark.parametrize("column", ["display_name", "workspace_name", "name"])
def test_a_workspace_without_an_id_is_looked_up_by_its_name_in_its_location(column: str) -> None:
    params = WorkspaceParams.model_validate({column: "Sala 1", "location_id": LOCATION, "org_id": ORG})
    assert params.entity_id == "Sala 1"
    assert params.lookups() == (Lookup("workspace_id", "workspace", "Sala 1", ORG, LOCATION),)


def test_the_location_that_narrows_a_workspace_down_is_found_first() -> None:
    params = WorkspaceParams.model_validate({"display_name": "Sala 1", "location_name": "OF00017 Madrid"})
    assert params.lookups() == (
        Lookup("location_id", "location", "OF00017 Madrid"),
        Lookup("workspace_id", "workspace", "Sala 1"),
    )
    found = params.model_copy(update={"location_id": LOCATION})
    assert found.lookups() == (Lookup("workspace_id", "workspace", "Sala 1", location_id=LOCATION),)


@pytest.mark.parametrize("column", ["workspace_id", "id"])
def test_a_workspace_whose_id_is_known_is_not_looked_up(column: str) -> None:
    params = WorkspaceParams.model_validate({column: PLACE, "location_name": "OF00017 Madrid"})
    assert (params.entity_id, params.lookups()) == (PLACE, ())
