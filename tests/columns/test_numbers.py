from __future__ import annotations

import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from odt_async.columns import Country, DialString, Digits, Listed, PhoneNumber
from tests.columns.refusals import accept, refusal


class Numbers(BaseModel):
    country: Country | None = None
    number: PhoneNumber | None = None
    numbers: Listed[PhoneNumber] = ()


def as_e164(text: str, country: str | None = "ES") -> str | None:
    return Numbers(country=country, number=text).number


def refused(text: str, country: str | None = "ES") -> str:
    with pytest.raises(ValidationError) as caught:
        Numbers(country=country, number=text)
    (error,) = caught.value.errors()
    assert error["loc"] == ("number",)
    return error["msg"]


@pytest.mark.parametrize(
    "text",
    ["+34911234567", "34911234567", "911234567", "0034911234567", "+34 91 123 45 67", "(91) 123-45.67"],
)
def test_every_spelling_of_a_number_becomes_e164(text: str) -> None:
    assert as_e164(text) == "+34911234567"


@pytest.mark.parametrize("text", ["+34911234567", "34911234567", "0034911234567"])
def test_a_number_with_its_country_code_needs_no_country(text: str) -> None:
    assert as_e164(text, None) == "+34911234567"


def test_the_lost_plus_of_another_country_is_restored_where_the_result_is_valid() -> None:
    assert as_e164("33612345678") == "+33612345678"


def test_a_zero_that_belongs_to_the_number_is_kept() -> None:
    assert as_e164("0612345678", "IT") == "+390612345678"


def test_a_range_younger_than_our_tables_is_believed_when_it_comes_with_its_plus() -> None:
    assert not phonenumbers.is_valid_number(phonenumbers.parse("+34311234567"))
    assert as_e164("+34311234567") == "+34311234567"


def test_every_number_of_a_list_is_made_e164_with_the_country_of_its_row() -> None:
    assert Numbers(country="ES", numbers="911234567; +34931234567").numbers == (
        "+34911234567",
        "+34931234567",
    )


@pytest.mark.parametrize("text", ["3.4912E+10", "3,4912e10", "+3.49E+10"])
def test_scientific_notation_is_refused_with_the_cure(text: str) -> None:
    assert refused(text) == (
        f"a spreadsheet shortened the number to '{text}' and its digits are lost: "
        "format the column as text and type the number again"
    )


@pytest.mark.parametrize("text", ["911234567.0", "911234567,00", "34911234567.0"])
def test_a_decimal_is_refused_with_the_cure(text: str) -> None:
    assert refused(text) == (
        f"a spreadsheet turned the number into the decimal '{text}': "
        "format the column as text and type the number again"
    )


def test_lost_leading_zeros_are_refused_with_the_cure() -> None:
    assert refused("612345678", "IT") == (
        "'612345678' is no valid number, neither in IT nor with a + before it; a spreadsheet may have taken "
        "leading zeros away: format the column as text and write it with + and country code"
    )


def test_a_national_number_without_a_country_is_refused() -> None:
    assert refused("911234567", None) == (
        "'911234567' has no country code: write it with + and country code, or fill in the column country"
    )


@pytest.mark.parametrize("text", ["+34", "+3491", "+349112345678901234", "+999123456789"])
def test_a_number_of_an_impossible_length_is_refused(text: str) -> None:
    assert refused(text) == (
        f"no number of any country looks like '{text}', digits are missing or too many: type it again"
    )


@pytest.mark.parametrize("text", ["sin número", "911234567 ext 5", "++34911234567", "91123456a"])
def test_what_is_not_a_number_is_refused(text: str) -> None:
    assert refused(text) == (
        f"'{text}' is not a telephone number: write it with + and country code, as +34911234567"
    )


def test_digits_are_digits() -> None:
    assert accept(Digits, "0042") == "0042"
    assert accept(DialString, "+34911234567") == "+34911234567"
    assert refusal(Digits, "4a") == "'4a' is not a number: write digits only"
    assert "turned the number into the decimal" in refusal(Digits, "42.0")


@given(st.from_regex(r"\A9[13][1-9][0-9]{6}\Z"), st.sampled_from(["", "34", "+34", "0034"]))
def test_a_spanish_number_comes_out_the_same_however_it_is_written(number: str, prefix: str) -> None:
    assert as_e164(prefix + number) == f"+34{number}"


@given(st.one_of(st.text(), st.text("0123456789+ -().e,")), st.sampled_from([None, "ES", "IT", "US"]))
def test_a_text_becomes_e164_that_stays_as_it_is_or_is_refused(text: str, country: str | None) -> None:
    try:
        number = as_e164(text, country)
    except ValidationError:
        return
    assert number is not None
    assert re.fullmatch(r"\+[1-9]\d{1,14}", number)
    assert as_e164(number, country) == number
