"""Create a person through SCIM 2.0: the identity alone, without licences and without Calling.

Reads       scim.users.search              GET /identity/scim/{org}/v2/Users?filter=userName eq "..."
            people.me, once a run, where org_id is blank: SCIM names the organisation in its address
Writes      scim.users.create              POST, the same URL (wxc_sdk 1.41)
Idempotent  yes, by the read: a person with that e-mail is left as they are, whatever the other columns say
Undo        yes: the person is deleted if this run has created them
Batch       20 e-mails are searched for by one filter, and up to 100 people created by one bulk request

Licences and Calling follow with usuarios_modificar_licencias.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pydantic import AliasChoices, Field

from odt_async.actions._batching import Item, ReadBatch, Results, WriteBatch
from odt_async.actions._new_person import NewPersonParams
from odt_async.actions._run_memory import once
from odt_async.actions._scim_bulk import MOST_OPERATIONS, already_exists, create_users
from odt_async.columns import Flag, LanguageCode, TimeZone, uuid_of

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

SUMMARY = "Crea la identidad de una persona con SCIM 2.0, sin licencias ni Webex Calling."
ORDER = 60
SCOPES = ("identity:people_rw", "spark-admin:people_read")
CREATES = True
_MOST_SEARCHED = 20  # people by one filter, which stands in the address

_CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


class Params(NewPersonParams):
    """The person to create."""

    active: Flag = Field(default=True, description="Si la persona puede entrar desde el principio.")
    preferred_language: LanguageCode | None = Field(
        default=None, description="Idioma de la persona.", examples=["es_ES"]
    )
    timezone: TimeZone | None = Field(
        default=None,
        validation_alias=AliasChoices("timezone", "time_zone"),
        description="Zona horaria.",
        examples=["Europe/Madrid"],
    )
    external_id: str | None = Field(
        default=None, description="Identificador de la persona en otro sistema.", examples=["E-004711"]
    )


async def read(api: AsWebexSimpleApi, params: Params) -> dict[str, Any]:
    """Return the user of that e-mail, or None."""
    found = await api.scim.users.search(await _org_uuid(api, params), filter=_named(params), count=1)
    return {"user": found.resources[0] if found.resources else None}


def plan(state: dict[str, Any], params: Params) -> dict[str, Any] | None:
    """Return the user to create, or None for one who is there."""
    if state["user"] is not None:
        return None
    name = {"givenName": params.first_name, "familyName": params.last_name}
    user = {
        "schemas": [_CORE],
        "userName": params.email,
        "userType": "user",  # required by the published description
        "emails": [{"value": params.email, "type": "work", "primary": True}],
        "name": {part: text for part, text in name.items() if text} or None,
        "displayName": params.shown_name,
        "active": params.active,
        "preferredLanguage": params.preferred_language,
        "timezone": params.timezone,
        "title": params.title,
        "externalId": params.external_id,
        _ENTERPRISE: {"department": params.department} if params.department else None,
    }
    return {name: value for name, value in user.items() if value is not None}


async def apply(api: AsWebexSimpleApi, params: Params, change: dict[str, Any]) -> None:
    """Create the user. Raises RowError when somebody elsewhere in Webex has the address."""
    from wxc_sdk.as_rest import AsRestError  # noqa: PLC0415 - the SDK takes a second to import
    from wxc_sdk.scim.users import ScimUser  # noqa: PLC0415

    try:
        await api.scim.users.create(await _org_uuid(api, params), user=ScimUser.model_validate(change))
    except AsRestError as error:
        if error.status != HTTPStatus.CONFLICT:
            raise
        raise already_exists(params.email) from error


async def undo(api: AsWebexSimpleApi, params: Params, before: dict[str, Any]) -> None:
    """Delete the user, unless they were there *before* or have gone since."""
    if before["user"] is not None:
        return
    user = (await read(api, params))["user"]
    if user is not None:
        await api.scim.users.delete(await _org_uuid(api, params), user_id=user.id)


async def _org_uuid(api: AsWebexSimpleApi, params: Params) -> str:
    """Return the UUID of the organisation: the row's, or the token's own."""
    if params.org_id is not None:
        return uuid_of(params.org_id)
    own = await once(api, "who the token is of", api.people.me)
    return uuid_of(own.org_id or "")


def _named(params: Params) -> str:
    name = params.email.replace("\\", "\\\\").replace('"', '\\"')
    return f'userName eq "{name}"'


async def _read_together(api: AsWebexSimpleApi, rows: Mapping[int, Params]) -> dict[int, dict[str, Any]]:
    """Search for several people with one filter: RFC 7644, 3.4.2.2, to which Webex's description points."""
    org_uuid = await _org_uuid(api, next(iter(rows.values())))
    either = " or ".join(map(_named, rows.values()))
    found = await api.scim.users.search(org_uuid, filter=either, count=len(rows))
    users = {(user.user_name or "").casefold(): user for user in found.resources or ()}
    return {row: {"user": users.get(params.email.casefold())} for row, params in rows.items()}


async def _create_together(api: AsWebexSimpleApi, items: Sequence[Item]) -> Results:
    users = {f"row-{item.row}": item.change for item in items}
    results = await create_users(api, await _org_uuid(api, items[0].params), users)
    return {item.row: results[f"row-{item.row}"] for item in items if f"row-{item.row}" in results}


def _organisation(params: Params) -> str:
    return params.org_id or ""


READ_BATCH = ReadBatch(size=_MOST_SEARCHED, key=_organisation, read=_read_together)
WRITE_BATCH = WriteBatch(size=MOST_OPERATIONS, key=_organisation, write=_create_together)


if __name__ == "__main__":
    from odt_async.cli.script import main

    main(__file__)
