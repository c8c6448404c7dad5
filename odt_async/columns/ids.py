"""Webex ids: whole, and of the type that the column is for, before anything is sent with them.

A Hydra id is base64, padded or not, of `ciscospark://<cluster>/<TYPE>/<key>` (developer.webex.com, "Webex API
basics"). The key is a UUID, but for a licence `<organisation>:<OFFER>_<uuid>`.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

__all__ = [
    "LicenseId",
    "LicenseIdOrName",
    "LocationId",
    "OrgId",
    "PersonId",
    "RouteGroupId",
    "RouteId",
    "RouteIdOrName",
    "TrunkId",
    "WorkspaceId",
    "hydra_type",
    "is_webex_id",
    "same_id",
    "uuid_of",
]

_SCHEME = "ciscospark://"
_START = base64.b64encode(_SCHEME[:12].encode()).decode()  # of every Hydra id, whole or torn
_PLAIN_ALPHABET = str.maketrans("-_", "+/")
_TORN_UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F-]{0,26}\Z"  # an id that lost its end decodes all the same
_HYDRA = re.compile(rf"{_SCHEME}[^/]+/([^/]+)/(?!{_TORN_UUID})([^/]+)")
_SPELLINGS = {"ROUTEGROUP": "ROUTE_GROUP"}  # both are seen


def _parse(webex_id: str) -> tuple[str | None, str]:
    """Return type (None: of a plain UUID) and key. Raises ValueError when it is neither a Hydra id nor a UUID."""
    if not webex_id.startswith(_START):
        try:
            return None, str(UUID(webex_id))
        except ValueError:
            pass  # the scheme may be spelt otherwise
    bare = webex_id.rstrip("=")
    if "-" in bare or "_" in bare:  # the alphabet for URLs; most ids are the same in both
        bare = bare.translate(_PLAIN_ALPHABET)
    try:
        uri = binascii.a2b_base64(bare + "=" * (-len(bare) % 4), strict_mode=True).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise ValueError(webex_id) from error
    parts = _HYDRA.fullmatch(uri)
    if parts is None:
        raise ValueError(webex_id)
    return parts[1], parts[2]


@lru_cache(maxsize=1024)  # as `same_id` asks of each licence of a person about each of the organisation
def hydra_type(webex_id: str) -> str | None:
    """Return the type inside a Hydra id (`PEOPLE`, `LOCATION`, `PLACE` ...), or None for a plain UUID.

    Raises ValueError when it is neither.
    """
    return _parse(webex_id)[0]


def uuid_of(webex_id: str) -> str:
    """Return the key inside an id: a UUID in lower case (a licence's: `<organisation>:<OFFER>_<uuid>`).

    Raises ValueError when it is neither a Hydra id nor a UUID.
    """
    key = _parse(webex_id)[1]
    try:
        return str(UUID(key))
    except ValueError:
        return key


def is_webex_id(text: str) -> bool:
    """Tell whether *text* is a whole Hydra id or a UUID, and so not a name."""
    try:
        _parse(text)
    except ValueError:
        return False
    return True


def same_id(one: str | None, other: str | None) -> bool:
    """Tell whether two ids mean the same: padding aside, and a UUID equals the Hydra id around it.

    None equals only None.
    """
    if one is None or other is None:
        return one is other
    if one.rstrip("=") == other.rstrip("="):
        return True
    try:
        types = {_SPELLINGS.get(kind, kind) for kind in (hydra_type(one), hydra_type(other)) if kind}
        return len(types) <= 1 and uuid_of(one) == uuid_of(other)
    except ValueError:
        return False


class _WebexId:
    """Checks that an id is whole and of one of *types*, the first of which is named when it is not."""

    def __init__(self, *types: str) -> None:
        self._types = types

    def __call__(self, text: str) -> str:
        try:
            found, _key = _parse(text)
        except ValueError:
            raise PydanticCustomError(
                "webex_id",
                "'{text}' is not a Webex id: copy it whole from Control Hub or from an export",
                {"text": text},
            ) from None
        if found is not None and found not in self._types:
            raise PydanticCustomError(
                "webex_id_type",
                "the id is of type {found}, a {due} is due here: it stands in the wrong column",
                {"found": found, "due": self._types[0]},
            )
        return text


class _WebexIdOrName(_WebexId):
    """As _WebexId, but what does not look like an id is a name, to be looked up."""

    def __call__(self, text: str) -> str:
        return (
            super().__call__(text) if text.startswith(_START) or is_webex_id(text) else " ".join(text.split())
        )


# people and workspaces are another in every row; of all else there are few, and the same ones come again and again
_known = lru_cache(maxsize=1024)

PersonId = Annotated[str, AfterValidator(_WebexId("PEOPLE"))]
WorkspaceId = Annotated[str, AfterValidator(_WebexId("PLACE"))]
OrgId = Annotated[str, AfterValidator(_known(_WebexId("ORGANIZATION")))]
LocationId = Annotated[str, AfterValidator(_known(_WebexId("LOCATION")))]
LicenseId = Annotated[str, AfterValidator(_known(_WebexId("LICENSE")))]
LicenseIdOrName = Annotated[str, AfterValidator(_known(_WebexIdOrName("LICENSE")))]
RouteGroupId = Annotated[str, AfterValidator(_known(_WebexId("ROUTE_GROUP", "ROUTEGROUP")))]
TrunkId = Annotated[str, AfterValidator(_known(_WebexId("TRUNK")))]
RouteId = Annotated[str, AfterValidator(_known(_WebexId("ROUTE_GROUP", "ROUTEGROUP", "TRUNK")))]
RouteIdOrName = Annotated[str, AfterValidator(_known(_WebexIdOrName("ROUTE_GROUP", "ROUTEGROUP", "TRUNK")))]
