"""Create a person through People, with licences, location, extension and number in the same call.

Reads       GET /people?email
            GET /licenses, once a run: only a licence's name tells whether it is one of Calling
Writes      POST /people, with callingData=true for a calling user (wxc_sdk 1.41: people.create)
Idempotent  yes, by the read: a person with that e-mail is left as they are, whatever the other columns say
Undo        yes: the person is deleted if this run has created them
Batch       rows share the read: the list of all people, where that is cheaper than a search for each

Webex passes over a licence that it cannot assign, and may answer 400 although it has created the person
(developer.webex.com, Create a Person); both are found out here and are errors of the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pydantic import AliasChoices, Field

from odt_async.actions._batching import ReadBatch
from odt_async.actions._calling import (
    CallingParams,
    calling_among,
    calling_properties,
    licence_names,
    named,
    without,
)
from odt_async.actions._listing import listed_if_it_pays
from odt_async.actions._new_person import NewPersonParams
from odt_async.actions._organisation import organisation_query
from odt_async.actions._worker_memory import memory_of
from odt_async.columns import LicenseIdOrName, Listed, is_webex_id
from odt_async.errors import PartlyApplied, RowError
from odt_async.language import written
from odt_async.model import Lookup

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi
    from wxc_sdk.as_rest import AsRestError

SUMMARY = "Crea una persona con People: licencias, ubicación, extensión y número en una sola llamada."
ORDER = 70
SCOPES = ("spark-admin:people_read", "spark-admin:people_write", "spark-admin:licenses_read")
CREATES = True

_MOST_READ = 100  # rows
_LARGEST_PAGE = "1000"
_SENT = "e-mail of the person last sent"
_INCOMPLETE = written(
    "the person exists now but is incomplete: mend the row and complete it with "
    "usuarios_modificar_licencias (this action leaves existing people as they are)"
)


class Params(NewPersonParams, CallingParams):
    """The person to create; location, extension and number are for those with a Calling licence."""

    licenses: Listed[LicenseIdOrName] = Field(
        default=(),
        validation_alias=AliasChoices("licenses", "licenses_id", "license_ids", "add_license_ids"),
        description="Licencias, por nombre o id; con una de Webex Calling hacen falta ubicación y extensión.",
        examples=["Webex Calling - Professional"],
    )

    def lookups(self) -> tuple[Lookup, ...]:
        """Return the location and the licences that go by name."""
        names = (text for text in self.licenses if not is_webex_id(text))
        return (*super().lookups(), *(Lookup("licenses", "license", name, self.org_id) for name in names))


async def read(api: AsWebexSimpleApi, params: Params) -> dict[str, Any]:
    """Return the person of that e-mail (or None), which licences are Calling, and whether we have sent them."""
    names = await licence_names(api, params.org_id) if params.licenses else {}
    return {
        "person": await _find(api, params),
        "calling": calling_among(params.licenses, names),
        "sent": memory_of(api).get(_SENT) == params.email,
    }


def plan(state: dict[str, Any], params: Params) -> dict[str, Any] | None:
    """Return the person to create, or None for one who is there.

    Raises RowError for a Calling licence without location or number, and for a person who is there because we
    sent them a moment ago, but without the licences.
    """
    if state["person"] is not None:
        if state["sent"] and without(params.licenses, state["person"].get("licenses") or ()):
            raise RowError(_INCOMPLETE)
        return None
    person = {
        "emails": [params.email],
        "displayName": params.shown_name,
        "firstName": params.first_name,
        "lastName": params.last_name,
        "title": params.title,
        "department": params.department,
        "orgId": params.org_id,
        "licenses": list(params.licenses) or None,
    }
    if state["calling"]:
        calling: dict[str, Any] = calling_properties(params)
        if number := calling.pop("phoneNumber", None):
            calling["phoneNumbers"] = [{"type": "work", "value": number}]
        person |= calling
    return {name: value for name, value in person.items() if value is not None}


async def apply(api: AsWebexSimpleApi, params: Params, change: dict[str, Any]) -> None:
    """Create the person. Raises PartlyApplied for licences passed over, RowError for what 400 and 409 mean."""
    from wxc_sdk.as_rest import AsRestError  # noqa: PLC0415 - the SDK takes a second to import

    query = {"callingData": "true" if "locationId" in change else "false"}
    memory_of(api)[_SENT] = params.email
    try:
        created: Any = await api.session.rest_post(url=api.session.ep("people"), params=query, json=change)
    except AsRestError as error:
        await _explain(api, params, error)
        raise
    missing = without(params.licenses, created.get("licenses") or ())
    if missing:
        names = await licence_names(api, params.org_id)
        raise PartlyApplied(
            "the person was created without {missing}: see whether there are units left, and add what is "
            "missing with usuarios_modificar_licencias",
            missing=named(missing, names),
        )


async def undo(api: AsWebexSimpleApi, params: Params, before: dict[str, Any]) -> None:
    """Delete the person, unless they were there *before* or have gone since."""
    if before["person"] is None and (person := await _find(api, params)) is not None:
        await api.people.delete_person(person_id=person["id"])


async def _find(api: AsWebexSimpleApi, params: Params) -> dict[str, Any] | None:
    query = {"email": params.email, **organisation_query(params.org_id)}
    answer: Any = await api.session.rest_get(url=api.session.ep("people"), params=query)
    for person in answer["items"]:
        if params.email in _emails_of(person):
            found: dict[str, Any] = person
            return found
    return None


def _emails_of(person: Mapping[str, Any]) -> list[str]:
    return [email.lower() for email in person.get("emails") or ()]


async def _read_together(api: AsWebexSimpleApi, rows: Mapping[int, Params]) -> dict[int, dict[str, Any]]:
    """Find the people of the rows' e-mails in the list of all; nothing where it does not pay.

    None of them was sent before: a row that was is read by itself.
    """
    org_id = next(iter(rows.values())).org_id
    query = {"max": _LARGEST_PAGE, "excludeStatus": "true", **organisation_query(org_id)}
    emails = {params.email for params in rows.values()}
    people = await listed_if_it_pays(api, "people", query, emails, _emails_of, unique=True)
    if people is None:
        return {}
    names = await licence_names(api, org_id) if any(params.licenses for params in rows.values()) else {}
    return {
        row: {
            "person": next(iter(people.get(params.email, ())), None),
            "calling": calling_among(params.licenses, names),
            "sent": False,
        }
        for row, params in rows.items()
    }


def _organisation(params: Params) -> str:
    return params.org_id or ""


READ_BATCH = ReadBatch(size=_MOST_READ, key=_organisation, read=_read_together)


async def _explain(api: AsWebexSimpleApi, params: Params, error: AsRestError) -> None:
    """Raise RowError where the refusal does not say all. Any other is left to speak for itself."""
    if error.status == HTTPStatus.CONFLICT:
        raise RowError(
            "{email} exists, but not among the people of this organisation: it belongs to another one, "
            "or was created a moment ago and is not found yet; claim the address in Control Hub, or run "
            "the row again",
            email=params.email,
        ) from error
    if error.status == HTTPStatus.BAD_REQUEST and await _find(api, params) is not None:
        raise RowError(_INCOMPLETE) from error


if __name__ == "__main__":
    from odt_async.cli.script import main

    main(__file__)
