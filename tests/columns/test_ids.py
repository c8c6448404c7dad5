from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.columns import (
    LicenseId,
    LicenseIdOrName,
    LocationId,
    OrgId,
    PersonId,
    RouteGroupId,
    RouteId,
    RouteIdOrName,
    TrunkId,
    WorkspaceId,
    hydra_type,
    is_webex_id,
    same_id,
    uuid_of,
)
from tests.columns.refusals import accept, refusal

KEY = "4e1d0b1c-93ab-4c1e-a6d5-0f4b8f3c2a17"
OTHER_KEY = "7a52c1de-0001-4c1e-a6d5-0f4b8f3c2a18"

keys = st.uuids().map(str)
kinds = st.sampled_from(["PEOPLE", "LOCATION", "ROUTE_GROUP", "TRUNK", "ORGANIZATION"])


def hydra(kind: str, key: str = KEY, *, cluster: str = "us", padded: bool = False) -> str:
    text = base64.urlsafe_b64encode(f"ciscospark://{cluster}/{kind}/{key}".encode()).decode()
    return text if padded else text.rstrip("=")


LICENCE = hydra("LICENSE", f"{OTHER_KEY}:BCSTD_{KEY}")
PLACE = hydra("PLACE", cluster="urn:TEAM:us-west-2_r", padded=True)


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        (PersonId, "PEOPLE"),
        (OrgId, "ORGANIZATION"),
        (LocationId, "LOCATION"),
        (WorkspaceId, "PLACE"),
        (LicenseId, "LICENSE"),
        (RouteGroupId, "ROUTE_GROUP"),
        (RouteGroupId, "ROUTEGROUP"),
        (TrunkId, "TRUNK"),
        (RouteId, "TRUNK"),
        (RouteId, "ROUTE_GROUP"),
    ],
)
def test_an_id_of_the_due_type_is_taken_in_every_form(type_: Any, kind: str) -> None:
    forms = [hydra(kind), hydra(kind, padded=True), KEY]
    assert [accept(type_, form) for form in forms] == forms


@pytest.mark.parametrize("type_", [PersonId, LicenseIdOrName, RouteIdOrName])
def test_an_id_of_another_type_is_refused(type_: Any) -> None:
    assert "the id is of type LOCATION, a " in refusal(type_, hydra("LOCATION"))


def test_a_licence_in_the_column_of_a_person_is_refused() -> None:
    assert refusal(PersonId, LICENCE) == (
        "the id is of type LICENSE, a PEOPLE is due here: it stands in the wrong column"
    )


@pytest.mark.parametrize(
    "text",
    [
        "ana",
        "",
        hydra("PEOPLE")[:20],
        hydra("PEOPLE")[:-4],  # decodes, but its key has lost its end
        hydra("PEOPLE", KEY[:9]),
        KEY[:-1],
        hydra("PEOPLE") + "*",
    ],
)
def test_what_is_not_whole_is_refused(text: str) -> None:
    assert refusal(PersonId, text) == (
        f"'{text}' is not a Webex id: copy it whole from Control Hub or from an export"
    )


@pytest.mark.parametrize("type_", [LicenseIdOrName, RouteIdOrName])
def test_a_name_may_stand_for_an_id(type_: Any) -> None:
    assert accept(type_, "Webex  Calling - Professional ") == "Webex Calling - Professional"


@pytest.mark.parametrize("type_", [LicenseIdOrName, RouteIdOrName])
def test_a_torn_id_is_not_taken_for_a_name(type_: Any) -> None:
    assert "is not a Webex id" in refusal(type_, LICENCE[:-9])


@pytest.mark.parametrize(
    ("text", "kind"),
    [(PLACE, "PLACE"), (PLACE.rstrip("="), "PLACE"), (LICENCE, "LICENSE"), (KEY, None)],
)
def test_the_type_is_read_from_the_id(text: str, kind: str | None) -> None:
    assert hydra_type(text) == kind


@pytest.mark.parametrize(
    ("text", "key"),
    [(hydra("PEOPLE", KEY.upper()), KEY), (KEY.upper(), KEY), (LICENCE, f"{OTHER_KEY}:BCSTD_{KEY}")],
)
def test_the_key_is_read_from_the_id(text: str, key: str) -> None:
    assert uuid_of(text) == key


@pytest.mark.parametrize("text", [" ", "ana", "Y2lzY29zcGFyazovLw", "ñ"])
def test_what_is_no_id_has_no_key(text: str) -> None:
    assert not is_webex_id(text)
    with pytest.raises(ValueError, match=text):
        uuid_of(text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (PLACE, PLACE.rstrip("="), True),
        (hydra("PEOPLE"), KEY, True),
        (hydra("PEOPLE"), hydra("PEOPLE", cluster="eu", padded=True), True),
        (hydra("ROUTEGROUP"), hydra("ROUTE_GROUP"), True),
        (hydra("TRUNK"), hydra("ROUTE_GROUP"), False),
        (hydra("PEOPLE"), hydra("PEOPLE", OTHER_KEY), False),
        (LICENCE, hydra("LICENSE", f"{OTHER_KEY}:BCSTD_{OTHER_KEY}"), False),
        (None, KEY, False),
        (KEY, None, False),
        (None, None, True),
        ("RCDN5", "RCDN5", True),
        ("RCDN5", KEY, False),
    ],
)
def test_ids_are_compared_by_what_they_mean(one: str | None, other: str | None, same: bool) -> None:
    assert same_id(one, other) is same


@given(kinds, keys, st.booleans())
def test_an_id_gives_back_what_it_was_made_of(kind: str, key: str, padded: bool) -> None:
    text = hydra(kind, key, padded=padded)
    assert (hydra_type(text), uuid_of(text), is_webex_id(text)) == (kind, key, True)
    assert same_id(text, key)
    assert same_id(key.upper(), text)


@given(st.text())
def test_no_text_is_taken_for_an_id_without_cause(text: str) -> None:
    if is_webex_id(text):
        UUID(uuid_of(text))
    else:
        assert "is not a Webex id" in refusal(PersonId, text)
