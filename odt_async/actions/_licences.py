"""Licences of one person, added and removed in one call: what the two actions on them share.

Rows about one person share the call; no two of them are about the same licence. The people of all rows that are
under way are read from the list of people, where that is cheaper than one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from odt_async.actions._batching import Item, ReadBatch, Results, WriteBatch
from odt_async.actions._calling import among, calling_among, licence_names, named, without
from odt_async.actions._listing import listed_if_it_pays
from odt_async.actions._organisation import organisation_query
from odt_async.actions._targets import PersonParams
from odt_async.errors import PartlyApplied, RowError
from odt_async.language import written

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["batches_of", "licence_change", "patch_licences", "put_back", "read_licences"]

_MOST_OPERATIONS = 20  # in one call; no limit is published
_MOST_READ = 100  # rows
_PAGE, _CALLING_PAGE = "1000", "100"  # the largest, published for the second
_Concerned = Callable[[Any], Sequence[str]]  # params -> the licences that the row is about


async def read_licences(
    api: AsWebexSimpleApi, params: PersonParams, concerned: Sequence[str]
) -> dict[str, Any]:
    """Return the person's licences, which of those *concerned* are Calling, and then their calling part.

    The calling part is what an undo needs; Webex is slow to read it, so only where it matters.
    """
    names = await licence_names(api, params.org_id)
    calling = calling_among(concerned, names)
    return _state_of(await _shown(api, params, with_calling=bool(calling)), calling)


async def _shown(api: AsWebexSimpleApi, params: PersonParams, *, with_calling: bool) -> dict[str, Any]:
    query = {"callingData": "true" if with_calling else "false"}  # orgId is not published here
    url = api.session.ep(f"people/{params.person_id}")
    person: dict[str, Any] = await api.session.rest_get(url=url, params=query)  # type: ignore[assignment]
    return person


def _state_of(person: Mapping[str, Any], calling: list[str]) -> dict[str, Any]:
    kept = ("locationId", "extension", "phoneNumbers") if calling else ()
    return {
        "licenses": sorted(person.get("licenses") or ()),  # lists and single reads may order them otherwise
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
    """Write *change* in one call. Raises PartlyApplied with the licences that did not come or go."""
    has, partly = await _patch(api, params, change["licenses"])
    missing = _missing(change, has)
    if partly or any(missing):
        raise await _partly_applied(api, params, missing)


async def _patch(
    api: AsWebexSimpleApi, params: PersonParams, operations: Sequence[Mapping[str, Any]]
) -> tuple[list[str] | None, bool]:
    """Return the licences that the person has then, where the answer tells, and whether a part was left out.

    The SDK's method (wxc_sdk 1.41) takes 206, some licences assigned and others not, for a success and does
    not let it be seen; which ones is only told by the licences in the answer.
    """
    body = {"personId": params.person_id, **organisation_query(params.org_id), "licenses": [*operations]}
    session: Any = api.session  # the SDK's decorator hides the signature from type checkers
    response, answer = await session._request_w_response(  # noqa: SLF001 - the public ones hide the status
        "PATCH", url=session.ep("licenses/users"), json=body
    )
    partly = response.status == HTTPStatus.PARTIAL_CONTENT
    shown = answer if isinstance(answer, dict) else {}
    if "licenses" not in shown and not partly:
        return None, False
    return [*(shown.get("licenses") or ()), *(shown.get("pendingLicenses") or ())], partly


def _missing(change: Mapping[str, Any], has: Sequence[str] | None) -> tuple[list[str], list[str]]:
    """Return the licences that did not come, and those that did not go; *has* is None: nothing is known."""
    if has is None:
        return [], []
    added = [item["id"] for item in change["licenses"] if item["operation"] == "add"]
    removed = [item["id"] for item in change["licenses"] if item["operation"] == "remove"]
    return without(added, has), among(removed, has)


async def _partly_applied(
    api: AsWebexSimpleApi, params: PersonParams, missing: tuple[list[str], list[str]]
) -> PartlyApplied:
    names = await licence_names(api, params.org_id)
    return PartlyApplied(_what_is_missing(*(named(licences, names) for licences in missing)))


def _what_is_missing(not_added: str, not_removed: str) -> str:
    parts = []
    if not_added:
        parts.append(written("did not add {not_added}", not_added=not_added))
    if not_removed:
        parts.append(written("did not remove {not_removed}", not_removed=not_removed))
    missing = " and ".join(parts) or written("did a part of the change and does not say which")
    return written(
        "Webex {missing}: see in Control Hub whether there are units left, then run the row again",
        missing=missing,
    )


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


def batches_of(concerned: _Concerned) -> tuple[ReadBatch, WriteBatch]:
    """Return how rows share reads, and those of one person a write."""

    async def read(api: AsWebexSimpleApi, rows: Mapping[int, Any]) -> dict[int, dict[str, Any]]:
        names = await licence_names(api, next(iter(rows.values())).org_id)
        calling = {row: calling_among(concerned(params), names) for row, params in rows.items()}
        people = await _people(api, list(rows.values()), with_calling=any(calling.values()))
        shown = {row: people.get(params.entity_id.rstrip("="), {}) for row, params in rows.items()}
        return {row: _state_of(person, calling[row]) for row, person in shown.items() if "licenses" in person}

    def things(params: Any) -> Iterable[str]:
        return [f"{params.entity_id} {licence.rstrip('=')}" for licence in concerned(params)]

    return (
        ReadBatch(size=_MOST_READ, key=_organisation, read=read),
        WriteBatch(
            size=_MOST_OPERATIONS, key=_person, write=_patch_together, weight=_operations_in, things=things
        ),
    )


async def _people(
    api: AsWebexSimpleApi, rows: Sequence[PersonParams], *, with_calling: bool
) -> dict[str, dict[str, Any]]:
    """Return id -> person from the list; where it does not pay, those alone of whom there are several rows.

    Whoever is not among them is to be read by their own row.
    """
    size = {"callingData": "true", "max": _CALLING_PAGE} if with_calling else {"max": _PAGE}
    query = size | {"excludeStatus": "true"} | organisation_query(rows[0].org_id)
    wanted = {params.entity_id.rstrip("=") for params in rows}
    listed = await listed_if_it_pays(
        api, "people", query, wanted, lambda person: [person["id"].rstrip("=")], unique=True
    )
    if listed is not None:
        return {person_id: people[0] for person_id, people in listed.items()}
    of_person = {params.entity_id.rstrip("="): params for params in rows}
    count = Counter(params.entity_id.rstrip("=") for params in rows)
    return {
        person_id: await _shown(api, params, with_calling=with_calling)
        for person_id, params in of_person.items()
        if count[person_id] > 1
    }


def _organisation(params: Any) -> str:
    return params.org_id or ""


def _person(params: Any) -> str:
    return f"{params.org_id} {params.entity_id}"


def _operations_in(change: Mapping[str, Any]) -> int:
    return len(change["licenses"])


async def _patch_together(api: AsWebexSimpleApi, items: Sequence[Item]) -> Results:
    """Write the operations of rows of one person; what was left out is the problem of the row that wanted it."""
    params = items[0].params
    has, partly = await _patch(api, params, [one for item in items for one in item.change["licenses"]])
    missing = {item.row: _missing(item.change, has) for item in items}
    untold = partly and not any(any(lists) for lists in missing.values())
    return {
        row: await _partly_applied(api, params, lists) if untold or any(lists) else None
        for row, lists in missing.items()
    }
