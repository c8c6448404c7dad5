"""What it takes to enable a location for Webex Calling: what the location has, and the row where it lacks it.

The body is that of POST /telephony/config/locations; a read of a location shows no announcement language, and
of an older one not always a whole address (webex-openapi-specs, "Enable a Location for Webex Calling").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from odt_async.columns import Country, LanguageCode, TimeZone
from odt_async.errors import RowError
from odt_async.model import ActionParams

__all__ = [
    "EnablingParams",
    "enabling_body",
]


class EnablingParams(ActionParams):
    """The columns that are looked at when a location is not enabled yet."""

    announcement_language: Annotated[
        LanguageCode | None,
        Field(description="Idioma de las locuciones; necesario para habilitar.", examples=["es_ES"]),
    ] = None
    preferred_language: Annotated[
        LanguageCode | None, Field(description="Idioma, si la ubicación no tiene.", examples=["es_ES"])
    ] = None
    time_zone: Annotated[
        TimeZone | None,
        Field(description="Huso horario, si la ubicación no tiene.", examples=["Europe/Madrid"]),
    ] = None
    address1: Annotated[str | None, Field(description="Dirección, si la ubicación no tiene.")] = None
    city: Annotated[str | None, Field(description="Población, si la ubicación no tiene.")] = None
    state: Annotated[str | None, Field(description="Provincia, si la ubicación no tiene.")] = None
    postal_code: Annotated[str | None, Field(description="Código postal, si la ubicación no tiene.")] = None
    country: Annotated[
        Country | None, Field(description="País (ISO 3166), si la ubicación no tiene.", examples=["ES"])
    ] = None


def enabling_body(location: Mapping[str, Any], params: EnablingParams) -> dict[str, Any]:
    """Return the body that enables *location*, as GET /locations/{id} shows it.

    Raises RowError naming the columns to fill in.
    """
    has = location.get("address") or {}
    address = {
        "address1": has.get("address1") or params.address1,
        "address2": has.get("address2"),
        "city": has.get("city") or params.city,
        "state": has.get("state") or params.state,
        "postalCode": has.get("postalCode") or params.postal_code,
        "country": has.get("country") or params.country,
    }
    body = {
        "id": location["id"],
        "name": location["name"],
        "timeZone": location.get("timeZone") or params.time_zone,
        "preferredLanguage": location.get("preferredLanguage") or _spelled(params.preferred_language),
        "announcementLanguage": _spelled(params.announcement_language),
    }
    missing = [name for name, value in (body | address).items() if not value and name != "address2"]
    if missing:
        raise RowError(
            "the location is not enabled for Calling, and neither it nor the row has what that takes: "
            "fill in {names}",
            names=", ".join(map(_column, missing)),
        )
    return body | {"address": {name: value for name, value in address.items() if value}}


def _spelled(language: str | None) -> str | None:
    return language.lower() if language else None  # es_es: as Webex shows the languages of locations


def _column(field: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in field)
