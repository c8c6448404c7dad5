"""What locations have for Webex Calling: whether they are enabled, their PSTN connection and their settings.

The last tenth of the locations is not enabled for Calling and the tenth before it has no PSTN connection
(of fewer than ten locations: none, and the last), so that rows about the first ones find both in place. All
others go through a trunk, but for every tenth, which has a provider in the cloud.
"""

from __future__ import annotations

from typing import Any

import orjson

from odt_async.sandbox.identity import EntityIds
from odt_async.sandbox.premise_routes import PremiseRoute, premise_routes
from odt_async.sandbox.state import Organisation

__all__ = [
    "CISCO_PSTN",
    "LOCAL_GATEWAY",
    "MAIN_NUMBERS",
    "Json",
    "change_settings",
    "connect_pstn",
    "enable",
    "is_enabled",
    "main_number",
    "pstn_connection",
    "pstn_options",
    "pstn_type",
    "settings",
    "store",
    "stored",
]

LOCAL_GATEWAY = "LOCAL_GATEWAY"
CISCO_PSTN = "CISCO_PSTN"
_NON_INTEGRATED = "NON_INTEGRATED_CCP"
_OPTIONS = (  # in the order of the list: type and display name
    (CISCO_PSTN, "Cisco Calling Plans"),
    (_NON_INTEGRATED, "Operadora Ejemplo"),
    (LOCAL_GATEWAY, "Premises-based PSTN"),
)
_SERVICES = ["GEOGRAPHIC_NUMBERS", "TOLLFREE_NUMBERS"]
_IN_THE_CLOUD = 7  # of ten locations the one that has a provider there
MAIN_NUMBERS = 940_000_000  # location 7 has +34940000007 from the start
_ENABLED, _SETTINGS, _PSTN = "location enabled", "location settings", "location pstn"

Json = dict[str, Any]


def stored(organisation: Organisation, kind: str, index: int) -> Json | None:
    """Return what was stored of one kind of setting of a location, None when nothing was."""
    packed = organisation.changes(kind).get(index)
    return None if packed is None else orjson.loads(packed)


def store(organisation: Organisation, kind: str, index: int, value: Json) -> None:
    """Store one kind of setting of a location; there are never so many locations that JSON is too long."""
    organisation.changes(kind)[index] = orjson.dumps(value)


def is_enabled(organisation: Organisation, index: int) -> bool:
    """Tell whether the location is one of Webex Calling."""
    locations = organisation.settings.locations
    return index in organisation.changes(_ENABLED) or index < locations - locations // 10


def enable(organisation: Organisation, index: int, announcement_language: str) -> None:
    """Make it one; it has no PSTN connection and no main number then."""
    store(organisation, _ENABLED, index, {})
    store(organisation, _SETTINGS, index, {"announcementLanguage": announcement_language})


def settings(organisation: Organisation, index: int) -> Json:
    """Return what a read of the location's Calling details shows, but for id, name and connection."""
    defaults = {
        "announcementLanguage": "es_es",
        "callingLineId": {
            "name": organisation.location(index).name,
            "phoneNumber": _first_main_number(organisation, index),
        },
        "externalCallerIdName": "",
        "userLimit": 100_000,
        "outsideDialDigit": "",
        "enforceOutsideDialDigit": False,
        "routingPrefix": "",
        "defaultDomain": "sandbox.calling.example",
    }
    return defaults | (stored(organisation, _SETTINGS, index) or {})


def main_number(organisation: Organisation, index: int) -> str | None:
    """Return the location's main number (E.164), None when it has none."""
    number: str | None = settings(organisation, index)["callingLineId"]["phoneNumber"]
    return number


def change_settings(organisation: Organisation, index: int, changed: Json) -> bool:
    """Lay *changed* over the Calling details; return whether anything is different now."""
    before = settings(organisation, index)
    if before == before | changed:
        return False
    store(organisation, _SETTINGS, index, (stored(organisation, _SETTINGS, index) or {}) | changed)
    return True


def pstn_options(organisation: Organisation) -> list[Json]:
    """Return the connections that a location may have; as published, they do not tell their type."""
    ids = _option_ids(organisation)
    return [
        {"id": ids.hydra(number), "displayName": name, "pstnServices": _SERVICES}
        for number, (_, name) in enumerate(_OPTIONS)
    ]


def pstn_type(organisation: Organisation, option_id: str) -> str | None:
    """Return the type of the option with this id, None when there is none."""
    number = _option_ids(organisation).index(option_id)
    return None if number is None else _OPTIONS[number][0]


def pstn_connection(organisation: Organisation, index: int) -> Json | None:
    """Return the connection as a read shows it, None when there is none.

    `routeType` and `routeId` are there for the local gateway only.
    """
    connection = stored(organisation, _PSTN, index) or _first_connection(organisation, index)
    if connection is None:
        return None
    number = next(
        place for place, (kind, _) in enumerate(_OPTIONS) if kind == connection["pstnConnectionType"]
    )
    return pstn_options(organisation)[number] | connection


def connect_pstn(organisation: Organisation, index: int, kind: str, route: PremiseRoute | None) -> bool:
    """Connect the location, a local gateway to *route*; return whether anything is different now."""
    before = pstn_connection(organisation, index)
    connection = {"pstnConnectionType": kind}
    if route is not None:
        connection |= {"routeType": route.type, "routeId": route.id}
    store(organisation, _PSTN, index, connection)
    return before != pstn_connection(organisation, index)


def _first_connection(organisation: Organisation, index: int) -> Json | None:
    """Return the type, and of a local gateway the route, that the location has from the start."""
    locations = organisation.settings.locations
    if index >= locations - locations // 5:
        return None
    if index % 10 == _IN_THE_CLOUD:
        return {"pstnConnectionType": _NON_INTEGRATED}
    trunks = premise_routes(organisation.settings.seed).trunks
    trunk = trunks[index % len(trunks)]
    return {"pstnConnectionType": LOCAL_GATEWAY, "routeType": trunk.type, "routeId": trunk.id}


def _first_main_number(organisation: Organisation, index: int) -> str | None:
    if _first_connection(organisation, index) is None:
        return None
    return f"+34{MAIN_NUMBERS + index}"


def _option_ids(organisation: Organisation) -> EntityIds:
    prefix = "ciscospark://us/PSTN_CONNECTION/"
    return EntityIds(prefix, seed=organisation.settings.seed, count=len(_OPTIONS))
