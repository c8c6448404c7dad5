"""What a CSV cell may hold: the types that an action's `Params` is written with.

Each takes the text of a cell and returns it normalised, or refuses it with a sentence that says what to do.
"""

from __future__ import annotations

from odt_async.columns.cells import Email, Flag, Listed
from odt_async.columns.ids import (
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
from odt_async.columns.locale import Country, LanguageCode, TimeZone
from odt_async.columns.numbers import DialString, Digits, PhoneNumber

__all__ = [
    "Country",
    "DialString",
    "Digits",
    "Email",
    "Flag",
    "LanguageCode",
    "LicenseId",
    "LicenseIdOrName",
    "Listed",
    "LocationId",
    "OrgId",
    "PersonId",
    "PhoneNumber",
    "RouteGroupId",
    "RouteId",
    "RouteIdOrName",
    "TimeZone",
    "TrunkId",
    "WorkspaceId",
    "hydra_type",
    "is_webex_id",
    "same_id",
    "uuid_of",
]
