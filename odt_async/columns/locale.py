"""Countries, languages and time zones, in the spelling that Webex expects."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

import phonenumbers
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

__all__ = ["Country", "LanguageCode", "TimeZone"]

_LANGUAGE = re.compile(r"([A-Za-z]{2,3})[_-]([A-Za-z]{2})")


def _country(text: str) -> str:
    code = text.upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise PydanticCustomError(
            "country",
            "'{text}' is not a country code: write its two letters of ISO 3166, as ES",
            {"text": text},
        )
    return code


def _language(text: str) -> str:
    found = _LANGUAGE.fullmatch(text)
    if found is None:
        raise PydanticCustomError(
            "language",
            "'{text}' is not a language code: write language and country, as es_ES",
            {"text": text},
        )
    return f"{found[1].lower()}_{found[2].upper()}"


@cache
def _zones() -> dict[str, str]:
    return {zone.casefold(): zone for zone in available_timezones()}


def _time_zone(text: str) -> str:
    tight = "/".join("_".join(part.split()) for part in text.split("/"))
    zone = _zones().get(tight.casefold())
    if zone is None:
        raise PydanticCustomError(
            "time_zone", "'{text}' is not a time zone: write its IANA name, as Europe/Madrid", {"text": text}
        )
    return zone


Country = Annotated[str, AfterValidator(_country)]  # ISO 3166-1, two capitals
LanguageCode = Annotated[str, AfterValidator(_language)]  # es_ES
TimeZone = Annotated[str, AfterValidator(_time_zone)]  # IANA, Europe/Madrid
