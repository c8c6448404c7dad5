"""The calling part of a person: location, extension, number, and which licences ask for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydantic import AliasChoices, Field

from odt_async.actions._organisation import organisation_query
from odt_async.actions._run_memory import once
from odt_async.columns import Country, Digits, LocationId, OrgId, PhoneNumber, same_id
from odt_async.errors import RowError
from odt_async.model import ActionParams, Lookup

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = [
    "CallingParams",
    "among",
    "calling_among",
    "calling_properties",
    "licence_names",
    "named",
    "without",
]


class CallingParams(ActionParams):
    """Where and under which number a person is called."""

    location_id: LocationId | None = Field(
        default=None, description="Identificador de la ubicación; en blanco se busca por `location_name`."
    )
    location_name: str | None = Field(
        default=None,
        validation_alias=AliasChoices("location_name", "location"),
        description="Nombre exacto de la ubicación, en lugar de `location_id`.",
        examples=["OF00017 Madrid"],
    )
    extension: Digits | None = Field(default=None, description="Extensión.", examples=["80000012"])
    country: Country | None = Field(
        default=None, description="País de los números escritos sin prefijo internacional.", examples=["ES"]
    )
    phone_number: PhoneNumber | None = Field(
        default=None,
        validation_alias=AliasChoices("phone_number", "direct_number"),
        description="Número principal; debe existir en la ubicación y estar sin asignar.",
        examples=["+34911234567"],
    )
    if TYPE_CHECKING:
        org_id: OrgId | None  # of the class that this one is combined with

    def lookups(self) -> tuple[Lookup, ...]:
        """Return the location, unless the id is known or none is given."""
        if self.location_id is not None or self.location_name is None:
            return super().lookups()
        return (*super().lookups(), Lookup("location_id", "location", self.location_name, self.org_id))


def calling_properties(params: CallingParams) -> dict[str, str]:
    """Return what a Calling licence must come with, named as `LicenseProperties` does.

    Raises RowError where Webex would refuse it (answer 400411 of PATCH /licenses/users).
    """
    given = {
        "locationId": params.location_id,
        "extension": params.extension,
        "phoneNumber": params.phone_number,
    }
    if not params.location_id or not (params.extension or params.phone_number):
        raise RowError(
            "a Webex Calling licence needs a location, and an extension or a number: fill in location_name (or "
            "location_id), and extension or phone_number"
        )
    return {name: text for name, text in given.items() if text}


async def licence_names(api: AsWebexSimpleApi, org_id: str | None) -> dict[str, str]:
    """Return id -> name of all licences of the organisation; asked for once a run."""

    async def ask() -> dict[str, str]:
        url = api.session.ep("licenses")
        answer: Any = await api.session.rest_get(url=url, params=organisation_query(org_id))
        return {licence["id"]: licence.get("name", "") for licence in answer["items"]}

    return await once(api, f"licences of {org_id}", ask)


def calling_among(licence_ids: Iterable[str], names: dict[str, str]) -> list[str]:
    """Return those of *licence_ids* that make a person a calling user.

    Only their names tell (so does the SDK's `License`): Professional, Standard and Basic, not Workspaces.
    """
    return [
        licence_id
        for licence_id in licence_ids
        for known, name in names.items()
        if same_id(known, licence_id)
        and name.startswith("Webex Calling")
        and "workspace" not in name.casefold()
    ]


def named(licence_ids: Iterable[str], names: dict[str, str]) -> str:
    """Return the licences as an operator knows them, the id where there is no name."""
    texts = [
        next((name for known, name in names.items() if same_id(known, licence_id)), licence_id)
        for licence_id in licence_ids
    ]
    return ", ".join(texts)


def without(licence_ids: Iterable[str], others: Iterable[str]) -> list[str]:
    """Return those of *licence_ids* that are not in *others*, however either is written."""
    others = tuple(others)
    return [one for one in licence_ids if not any(same_id(one, other) for other in others)]


def among(licence_ids: Iterable[str], others: Iterable[str]) -> list[str]:
    """Return those of *licence_ids* that are in *others* too, however either is written."""
    others = tuple(others)
    return [one for one in licence_ids if any(same_id(one, other) for other in others)]
