"""Licences of one person, added and removed in one call: what the two actions on them share."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from odt_async.actions._calling import among, calling_among, licence_names, named, without
from odt_async.actions._organisation import organisation_query
from odt_async.actions._targets import PersonParams
from odt_async.errors import PartlyApplied, RowError

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["licence_change", "patch_licences", "put_back", "read_licences"]


async def read_licences(
    api: AsWebexSimpleApi, params: PersonParams, concerned: Sequence[str]
) -> dict[str, Any]:
    """Return the person's licences, which of those *concerned* are Calling, and then their calling part.

    The calling part is what an undo needs; Webex is slow to read it, so only where it matters.
    """
    calling = calling_among(concerned, await licence_names(api, params.org_id))
    query = {"callingData": "true" if calling else "false"}  # orgId is not published here
    url = api.session.ep(f"people/{params.person_id}")
    person: Any = await api.session.rest_get(url=url, params=query)
    kept = ("locationId", "extension", "phoneNumbers") if calling else ()
    return {
        "licenses": person.get("licenses") or [],
        "calling": calling,
        **{name: person[name] for name in kept if name in person},
    }


def licence_change(
    state: dict[str, Any],
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    properties: dict[str, str] | None = None,
) -> dict[str, Any] | None:
    """Return the operations that are still to be done, or None.

    properties: what a Calling licence that is added comes with.
    """
    has = state["licenses"]
    new = without(add, has)
    gone = among(remove, has)
    calling = state["calling"]
    additions = [
        {"id": licence, "operation": "add"}
        | ({"properties": properties} if licence in calling and properties else {})
        for licence in new
    ]
    operations = [*additions, *({"id": licence, "operation": "remove"} for licence in gone)]
    return {"licenses": operations} if operations else None


async def patch_licences(api: AsWebexSimpleApi, params: PersonParams, change: dict[str, Any]) -> None:
    """Write *change* in one call. Raises PartlyApplied with the licences that did not come or go.

    The SDK's method (wxc_sdk 1.41) takes 206, some licences assigned and others not, for a success and does
    not let it be seen; which ones is only told by the licences in the answer.
    """
    body = {"personId": params.person_id, **organisation_query(params.org_id), **change}
    session: Any = api.session  # the SDK's decorator hides the signature from type checkers
    response, answer = await session._request_w_response(  # noqa: SLF001 - the public ones hide the status
        "PATCH", url=session.ep("licenses/users"), json=body
    )
    partly = response.status == HTTPStatus.PARTIAL_CONTENT
    shown = answer if isinstance(answer, dict) else {}
    if "licenses" not in shown and not partly:
        return
    has = [*(shown.get("licenses") or ()), *(shown.get("pendingLicenses") or ())]
    added = [item["id"] for item in change["licenses"] if item["operation"] == "add"]
    removed = [item["id"] for item in change["licenses"] if item["operation"] == "remove"]
    not_added = without(added, has)
    not_removed = among(removed, has)
    if partly or not_added or not_removed:
        names = await licence_names(api, params.org_id)
        raise PartlyApplied(_what_is_missing(named(not_added, names), named(not_removed, names)))


def _what_is_missing(not_added: str, not_removed: str) -> str:
    parts = []
    if not_added:
        parts.append(f"did not add {not_added}")
    if not_removed:
        parts.append(f"did not remove {not_removed}")
    missing = " and ".join(parts) or "did a part of the change and does not say which"
    return f"Webex {missing}: see in Control Hub whether there are units left, then run the row again"


async def put_back(
    api: AsWebexSimpleApi,
    params: PersonParams,
    before: dict[str, Any],
    *,
    added: Sequence[str] = (),
    removed: Sequence[str] = (),
) -> None:
    """Undo what the row has *added* and *removed*, where *before* was otherwise.

    Raises RowError when a Calling licence cannot be given back for want of the location it had.
    """
    now = await read_licences(api, params, [*added, *removed])
    change = licence_change(
        now,
        add=among(removed, before["licenses"]),
        remove=without(added, before["licenses"]),
        properties=_properties_of(before),
    )
    if change is None:
        return
    unplaced = [
        item for item in change["licenses"] if item["id"] in now["calling"] and "properties" not in item
    ]
    if any(item["operation"] == "add" for item in unplaced):
        raise RowError(
            "the journal does not say where the person's Calling was: give it back with "
            "usuarios_modificar_licencias"
        )
    await patch_licences(api, params, change)


def _properties_of(person: dict[str, Any]) -> dict[str, str] | None:
    """Return the calling part of *person* as a licence takes it; None where nothing is known of it."""
    work = [number["value"] for number in person.get("phoneNumbers") or () if number.get("type") == "work"]
    known = {
        "locationId": person.get("locationId"),
        "extension": person.get("extension"),
        "phoneNumber": work[0] if work else None,
    }
    properties = {name: text for name, text in known.items() if text}
    return properties if "locationId" in properties and len(properties) > 1 else None
