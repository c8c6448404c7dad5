"""Create a workspace with Webex Calling, in a location, with an extension, a number or both.

Reads       GET /workspaces?displayName&locationId: one of that name in that location is the one
Writes      POST /workspaces
Idempotent  yes, by the read: a workspace that is there is left as it is, whatever the other columns say
Undo        yes: the workspace is deleted, and its devices' registrations with it
Batch       rows share the read: the list of all workspaces, where that is cheaper than a search for each

Raw calls: the SDK's `workspaces.create` (wxc_sdk 1.41) drops `org_id`, so a partner's workspace would be made in
the partner's own organisation; and its list fails on a value that its enumerations do not know.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import AliasChoices, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from odt_async.actions._batching import ReadBatch
from odt_async.actions._listing import listed_if_it_pays
from odt_async.actions._organisation import organisation_query
from odt_async.actions._targets import LocationParams
from odt_async.columns import Country, Digits, LicenseIdOrName, Listed, PhoneNumber, is_webex_id, same_id
from odt_async.errors import RowError
from odt_async.model import Lookup

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

SUMMARY = "Crea un espacio de trabajo con Webex Calling en una ubicación, con extensión, número o ambos."
ORDER = 100
SCOPES = ("spark-admin:workspaces_read", "spark-admin:workspaces_write")
CREATES = True

_CALLING = "webexCalling"
_LARGEST_PAGE = "1000"
_MOST_READ = 100  # rows


class Params(LocationParams):
    """The workspace to create."""

    location_name: str | None = Field(  # a workspace's file has the workspace's own name in `name`
        default=None,
        validate_default=True,
        description="Nombre exacto de la ubicación; obligatorio si falta `location_id`.",
        examples=["OF00017 Madrid"],
    )
    display_name: str = Field(
        min_length=1,
        validation_alias=AliasChoices("display_name", "workspace_name", "name"),
        description="Nombre del espacio; con la ubicación, lo que lo distingue de los demás.",
        examples=["Sala 000012"],
    )
    country: Country | None = Field(
        default=None, description="País de los números escritos sin prefijo internacional.", examples=["ES"]
    )
    phone_number: PhoneNumber | None = Field(
        default=None,
        validation_alias=AliasChoices("phone_number", "primary_number"),
        description="Número principal; debe existir en la ubicación y estar sin asignar.",
        examples=["+34911234567"],
    )
    extension: Digits | None = Field(
        default=None,
        validate_default=True,
        description="Extensión; obligatoria si falta `phone_number`.",
        examples=["70000012"],
    )
    license_ids: Listed[LicenseIdOrName] = Field(
        default=(),
        validation_alias=AliasChoices("license_ids", "licenses", "add_license_ids"),
        description="Licencias de Webex Calling, por id o por nombre; en blanco elige Webex.",
        examples=["Webex Calling - Workspaces"],
    )
    workspace_type: Literal["notSet", "focus", "huddle", "meetingRoom", "open", "desk", "other"] = Field(
        default="desk",
        validation_alias=AliasChoices("workspace_type", "type"),
        description="Para qué es el espacio.",
    )
    supported_devices: Literal["collaborationDevices", "phones"] = Field(
        default="phones", description="Qué equipos admite; no se puede cambiar después."
    )
    capacity: int | None = Field(default=None, ge=0, description="Para cuántas personas es.", examples=["6"])
    notes: str | None = Field(default=None, description="Notas.")

    @field_validator("extension")
    @classmethod
    def _can_be_called(cls, extension: str | None, info: ValidationInfo) -> str | None:
        # a number that is there but no good is not in info.data: it has a problem of its own
        if extension is None and info.data.get("phone_number", "") is None:
            raise PydanticCustomError("no_number", "is empty: fill it in, or phone_number")
        return extension

    @property
    def entity_id(self) -> str:
        """What tells the workspace from others before it has an id."""
        return f"{self.location_id or self.location_name}/{self.display_name}"

    def lookups(self) -> tuple[Lookup, ...]:
        """Return the location and the licences that go by name."""
        names = (text for text in self.license_ids if not is_webex_id(text))
        licences = (Lookup("license_ids", "license", name, self.org_id) for name in names)
        return (*super().lookups(), *licences)


async def read(api: AsWebexSimpleApi, params: Params) -> list[dict[str, Any]]:
    """Return the workspaces of that name in that location; Webex finds similar names too."""
    query = {
        "displayName": params.display_name,
        "locationId": params.location_id or "",
        "max": _LARGEST_PAGE,
        **organisation_query(params.org_id),
    }
    similar: AsyncIterator[Any] = api.session.follow_pagination(
        url=api.session.ep("workspaces"), params=query, item_key="items"
    )
    return [workspace async for workspace in similar if _is_the_one(workspace, params)]


def plan(state: list[dict[str, Any]], params: Params) -> dict[str, Any] | None:
    """Return the workspace to create, or None when it is there.

    Raises RowError when there are several, and when the one that is there is without Webex Calling.
    """
    _refuse_twins(state, params)
    for existing in state:
        calling = (existing.get("calling") or {}).get("type", _CALLING)
        if calling != _CALLING:
            raise RowError(
                "'{display_name}' exists there already, with {calling} instead of Webex Calling "
                "({existing}): change it in Control Hub, or delete it and run the row again",
                display_name=params.display_name,
                calling=calling,
                existing=existing["id"],
            )
        return None
    webex_calling = {
        "locationId": params.location_id,
        "extension": params.extension,
        "phoneNumber": params.phone_number,
        "licenses": list(params.license_ids) or None,
    }
    workspace = {
        "displayName": params.display_name,
        "orgId": params.org_id,
        "locationId": params.location_id,
        "type": params.workspace_type,
        "supportedDevices": params.supported_devices,
        "capacity": params.capacity,
        "notes": params.notes,
        "calling": {"type": _CALLING, "webexCalling": _given(webex_calling)},
    }
    return _given(workspace)


async def apply(api: AsWebexSimpleApi, _params: Params, change: dict[str, Any]) -> None:
    """Create the workspace."""
    await api.session.rest_post(url=api.session.ep("workspaces"), json=change)


async def undo(api: AsWebexSimpleApi, params: Params, before: list[dict[str, Any]]) -> None:
    """Delete the workspace, unless it was there *before*. Raises RowError when there are several."""
    if before:
        return
    created = await read(api, params)
    _refuse_twins(created, params)
    for workspace in created:
        await api.workspaces.delete_workspace(workspace_id=workspace["id"])


async def _read_together(
    api: AsWebexSimpleApi, rows: Mapping[int, Params]
) -> dict[int, list[dict[str, Any]]]:
    """Return the workspaces of the rows' names from the list of all, or nothing where it does not pay."""
    query = {"max": _LARGEST_PAGE, **organisation_query(next(iter(rows.values())).org_id)}
    names = {_folded(params.display_name) for params in rows.values()}
    listed = await listed_if_it_pays(
        api, "workspaces", query, names, lambda workspace: [_folded(workspace["displayName"])], unique=False
    )
    if listed is None:
        return {}
    return {
        row: [
            workspace
            for workspace in listed.get(_folded(params.display_name), ())
            if _is_the_one(workspace, params)
        ]
        for row, params in rows.items()
    }


def _organisation(params: Params) -> str:
    return params.org_id or ""


READ_BATCH = ReadBatch(size=_MOST_READ, key=_organisation, read=_read_together)


def _is_the_one(workspace: dict[str, Any], params: Params) -> bool:
    return _folded(workspace.get("displayName", "")) == _folded(params.display_name) and same_id(
        workspace.get("locationId"), params.location_id
    )


def _refuse_twins(workspaces: list[dict[str, Any]], params: Params) -> None:
    if len(workspaces) > 1:
        ids = ", ".join(workspace["id"] for workspace in workspaces)
        raise RowError(
            "{count} workspaces of that location are called '{display_name}' ({ids}): rename or delete "
            "all but one",
            count=len(workspaces),
            display_name=params.display_name,
            ids=ids,
        )


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


if __name__ == "__main__":
    from odt_async.cli.script import main

    main(__file__)
