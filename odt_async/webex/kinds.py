"""How each kind of entity is asked for: the list it stands in, the filter by name, the size of a page.

Source: webex-openapi-specs (`webex-admin.json`, `webex-device.json`, `webex-cloud-calling.json`). No filter but
the one by e-mail is promised to be exact, so the names that come back are compared here again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from odt_async.language import written
from odt_async.model import EntityKind

__all__ = ["KINDS", "Kind"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of entity, as Webex lists it."""

    noun: str
    path: str  # below /v1
    items: str  # the key of the list in the answer
    name: str  # the field that holds the name; a person's is a list
    filter: str | None  # query parameter; None: the list cannot be asked for one name
    listing: Mapping[str, str] = field(default_factory=dict)  # query of a listing
    query: Mapping[str, str] = field(default_factory=dict)  # of every call
    offsets: bool = False  # whether `start` is a parameter of the list
    unique: bool = False  # whether Webex sees to it that no two have the same name
    name_is: str = written("name")

    def names_of(self, item: Mapping[str, Any]) -> list[str]:
        """Return what the *item* of a list is called."""
        value = item.get(self.name) or []
        return [value] if isinstance(value, str) else value


KINDS: dict[EntityKind, Kind] = {
    "person": Kind(
        noun=written("person"),
        path="people",
        items="items",
        name="emails",
        filter="email",
        listing={"max": "1000"},
        query={"callingData": "false", "excludeStatus": "true"},  # both slow a page down
        unique=True,
        name_is=written("e-mail"),
    ),
    "location": Kind(
        noun=written("location"),
        path="locations",
        items="items",
        name="name",
        filter="name",
        listing={"max": "500"},  # the default; nothing says that more is allowed
    ),
    "workspace": Kind(
        noun=written("workspace"),
        path="workspaces",
        items="items",
        name="displayName",
        filter="displayName",
        listing={"max": "1000"},  # as operators use it; no limit is published
        offsets=True,
    ),
    "license": Kind(noun=written("license"), path="licenses", items="items", name="name", filter=None),
    "route_group": Kind(
        noun=written("route group"),
        path="telephony/config/premisePstn/routeGroups",
        items="routeGroups",
        name="name",
        filter="name",
        listing={"max": "1000"},
        offsets=True,
    ),
    "trunk": Kind(
        noun=written("trunk"),
        path="telephony/config/premisePstn/trunks",
        items="trunks",
        name="name",
        filter="name",
        listing={"max": "1000"},
        offsets=True,
    ),
}
