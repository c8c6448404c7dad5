"""What the organisation has, list by list: the rows that `export` writes, under the columns operators know.

Source: webex-openapi-specs (`webex-admin.json`, `webex-device.json`, `webex-cloud-calling.json`). The columns of
people, locations, workspaces and licences are those of the exports that operators have always worked with.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from odt_async.webex.kinds import KINDS, Kind
from odt_async.webex.pages import Pager

if TYPE_CHECKING:
    from wxc_sdk.as_rest import AsRestSession

__all__ = ["INVENTORIES", "Cells", "Inventory", "read_inventory"]

Cells = tuple[str, ...]
_Item = Mapping[str, Any]  # as Webex lists it

_CALLING = "webex calling"  # how the names of the licences begin that make a person a calling user
_SEPARATOR = ";"
_PEOPLE_WITH_CALLING = "100"  # the most that a page may have with callingData=true


@dataclass(frozen=True, slots=True)
class Inventory:
    """One list, and how an item of it becomes a row."""

    kind: Kind
    columns: Cells
    cells: Callable[[_Item], Cells]  # in the order of the columns


async def read_inventory(
    session: AsRestSession, name: str, *, org_id: str | None = None, calling_data: bool = False
) -> AsyncIterator[list[Cells]]:
    """Yield the rows of each page of the list *name*; only one page is held at a time.

    org_id: None: the organisation of the token.
    calling_data: whether people come with their location, which makes their pages small and slow.

    Raises what the session raises, and RowError for an answer that is no list.
    """
    inventory = INVENTORIES[name]
    kind, cells = inventory.kind, inventory.cells
    organisation = {} if org_id is None else {"orgId": org_id}
    query = {**kind.listing, **organisation}
    if name == "people":
        cells = partial(_person, calling_licences=await _calling_licences(session, organisation))
        query |= {"callingData": "true", "max": _PEOPLE_WITH_CALLING} if calling_data else {}
    pager = Pager(session, kind.path, query, items=kind.items, offsets=kind.offsets)
    while not pager.finished:
        yield [cells(item) for item in await pager.read()]


async def _calling_licences(session: AsRestSession, organisation: Mapping[str, str]) -> frozenset[str]:
    kind = KINDS["license"]
    pager = Pager(session, kind.path, organisation, items=kind.items)
    found: set[str] = set()
    while not pager.finished:
        found |= {
            _unpadded(licence["id"])
            for licence in await pager.read()
            if _text(licence, "name").casefold().startswith(_CALLING)
        }
    return frozenset(found)


def _person(item: _Item, *, calling_licences: frozenset[str] = frozenset()) -> Cells:
    licences = item.get("licenses") or []
    return (
        _text(item, "id"),
        (item.get("emails") or [""])[0],
        _text(item, "displayName"),
        _text(item, "status"),
        _SEPARATOR.join(item.get("roles") or []),
        _SEPARATOR.join(licences),
        _text(item, "locationId"),
        _flag(any(_unpadded(licence) in calling_licences for licence in licences)),
    )


def _location(item: _Item) -> Cells:
    address = item.get("address") or {}
    return (
        *(_text(item, name) for name in ("id", "name", "orgId", "timeZone", "preferredLanguage")),
        *(_text(address, name) for name in ("address1", "city", "state", "postalCode", "country")),
    )


def _workspace(item: _Item) -> Cells:
    """Extension and number are no part of a workspace here; `numbers` has those of its owner."""
    calling = item.get("calling") or {}
    return (
        _text(item, "id"),
        _text(item, "id"),
        _text(item, "displayName"),
        _text(item, "locationId"),
        "",
        "",
        _flag(calling.get("type") == "webexCalling"),
    )


def _named(item: _Item) -> Cells:
    return (_text(item, "id"), _text(item, "name"))


def _trunk(item: _Item) -> Cells:
    location = item.get("location") or {}
    return (*_named(item), *_named(location), _text(item, "trunkType"))


def _number(item: _Item) -> Cells:
    owner = item.get("owner") or {}
    return (
        *(_text(item, name) for name in ("phoneNumber", "extension", "state", "phoneNumberType")),
        *(_flag(bool(item.get(name))) for name in ("mainNumber", "tollFreeNumber")),
        *_named(item.get("location") or {}),
        *(_text(owner, name) for name in ("id", "type")),
        f"{_text(owner, 'firstName')} {_text(owner, 'lastName')}".strip(),
    )


def _text(item: _Item, name: str) -> str:
    value = item.get(name)
    return "" if value is None else str(value)


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _unpadded(licence_id: str) -> str:
    return licence_id.rstrip("=")


_PEOPLE = Kind(
    noun="person", path="people", items="items", name="emails", filter=None, listing={"max": "1000"}
)
_NUMBERS = Kind(
    noun="number",
    path="telephony/config/numbers",
    items="phoneNumbers",
    name="phoneNumber",
    filter="phoneNumber",
    listing={"max": "1000"},
    offsets=True,
)
INVENTORIES: Mapping[str, Inventory] = {
    "people": Inventory(
        _PEOPLE,  # unlike in look-ups, with their status
        (
            "person_id",
            "email",
            "display_name",
            "status",
            "roles",
            "licenses",
            "location_id",
            "webex_calling_enabled",
        ),
        _person,
    ),
    "locations": Inventory(
        KINDS["location"],
        (
            "location_id",
            "name",
            "org_id",
            "timezone",
            "language",
            "address_1",
            "city",
            "state",
            "postal_code",
            "country",
        ),
        _location,
    ),
    "workspaces": Inventory(
        KINDS["workspace"],
        ("id", "workspace_id", "name", "location_id", "extension", "phone_number", "webex_calling_enabled"),
        _workspace,
    ),
    "licenses": Inventory(KINDS["license"], ("license_id", "sku_or_name"), _named),
    "route-groups": Inventory(KINDS["route_group"], ("route_group_id", "name"), _named),
    "trunks": Inventory(
        KINDS["trunk"], ("trunk_id", "name", "location_id", "location_name", "trunk_type"), _trunk
    ),
    "numbers": Inventory(
        _NUMBERS,
        (
            "phone_number",
            "extension",
            "state",
            "phone_number_type",
            "main_number",
            "toll_free",
            "location_id",
            "location_name",
            "owner_id",
            "owner_type",
            "owner_name",
        ),
        _number,
    ),
}
