from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.columns import Country, LanguageCode, TimeZone
from tests.columns.refusals import accept, refusal


@pytest.mark.parametrize("text", ["ES", "es"])
def test_a_country_is_its_two_capitals(text: str) -> None:
    assert accept(Country, text) == "ES"


@pytest.mark.parametrize("text", ["España", "UK", "34", ""])
def test_what_is_not_a_country_code_is_refused(text: str) -> None:
    assert (
        refusal(Country, text) == f"'{text}' is not a country code: write its two letters of ISO 3166, as ES"
    )


@pytest.mark.parametrize(
    ("text", "code"), [("es_Es", "es_ES"), ("ca_es", "ca_ES"), ("EN-us", "en_US"), ("es_ES", "es_ES")]
)
def test_a_language_code_is_spelled_as_webex_does(text: str, code: str) -> None:
    assert accept(LanguageCode, text) == code


@pytest.mark.parametrize("text", ["es", "español", "es_ESP"])
def test_what_is_not_a_language_code_is_refused(text: str) -> None:
    assert (
        refusal(LanguageCode, text)
        == f"'{text}' is not a language code: write language and country, as es_ES"
    )


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe / Madrid", "Europe/Madrid"),
        ("europe/madrid", "Europe/Madrid"),
        ("America/New York", "America/New_York"),
        ("Atlantic/Canary", "Atlantic/Canary"),
    ],
)
def test_a_time_zone_is_spelled_as_iana_does(text: str, zone: str) -> None:
    assert accept(TimeZone, text) == zone
    assert ZoneInfo(zone).key == zone


@pytest.mark.parametrize("text", ["Madrid", "Europe/Toledo", "", "../etc"])
def test_what_is_not_a_time_zone_is_refused(text: str) -> None:
    assert refusal(TimeZone, text) == f"'{text}' is not a time zone: write its IANA name, as Europe/Madrid"


@given(st.from_regex(r"[a-zA-Z]{2}[_-][a-zA-Z]{2}", fullmatch=True))
def test_a_normalised_language_stays_as_it_is(text: str) -> None:
    code = accept(LanguageCode, text)
    assert accept(LanguageCode, code) == code
