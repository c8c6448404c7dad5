"""Digits that are dialled: extensions, what a phone dials, and telephone numbers as E.164.

A spreadsheet that takes a number for a quantity damages it: `3.4912E+10`, `911234567.0`, a lost `+`, lost
leading zeros. What can be told for certain is restored, the rest is refused.
"""

from __future__ import annotations

import re
from typing import Annotated

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat
from pydantic import AfterValidator, ValidationInfo
from pydantic_core import PydanticCustomError

__all__ = ["DialString", "Digits", "PhoneNumber"]

_SHORTENED = re.compile(r"\+?\d+(?:[.,]\d+)?[eE][+-]?\d+")
_DECIMAL = re.compile(r"\+?\d+[.,]0+")
_WRITTEN = re.compile(r"\+?[\d\s().\-/]*\d[\d\s().\-/]*", re.ASCII)  # as people write telephone numbers


def _refuse_what_a_spreadsheet_lost(text: str) -> None:
    if _SHORTENED.fullmatch(text):
        raise PydanticCustomError(
            "spreadsheet_number",
            "a spreadsheet shortened the number to '{text}' and its digits are lost: "
            "format the column as text and type the number again",
            {"text": text},
        )
    if _DECIMAL.fullmatch(text):
        raise PydanticCustomError(
            "spreadsheet_number",
            "a spreadsheet turned the number into the decimal '{text}': "
            "format the column as text and type the number again",
            {"text": text},
        )


def _digits(text: str) -> str:
    if text.isascii() and text.isdigit():
        return text
    _refuse_what_a_spreadsheet_lost(text)
    raise PydanticCustomError("digits", "'{text}' is not a number: write digits only", {"text": text})


def _dial_string(text: str) -> str:
    """Return *text* without the spaces and signs that a number with + is often written with."""
    if text.startswith("+") and _WRITTEN.fullmatch(text):
        return "+" + "".join(filter(str.isdecimal, text))
    return _digits(text)


def _phone_number(text: str, info: ValidationInfo) -> str:
    _refuse_what_a_spreadsheet_lost(text)
    if _WRITTEN.fullmatch(text) is None:
        raise PydanticCustomError(
            "phone_number",
            "'{text}' is not a telephone number: write it with + and country code, as +34911234567",
            {"text": text},
        )
    if text.startswith("+"):
        return _as_written(text)
    country = (info.data or {}).get("country")  # there is no data outside a model
    return _national(text, country) or _without_plus(text) or _refuse(text, country)


def _as_written(text: str) -> str:
    """Return a number that came with its +; new ranges are not in every table, so its length must do."""
    try:
        number = phonenumbers.parse(text)
    except NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise PydanticCustomError(
            "phone_number",
            "no number of any country looks like '{text}', digits are missing or too many: type it again",
            {"text": text},
        )
    return _e164(number)


def _national(text: str, country: str | None) -> str | None:
    return None if country is None else _if_valid(text, country)


def _without_plus(text: str) -> str | None:
    digits = "".join(filter(str.isdigit, text))
    return _if_valid("+" + digits.removeprefix("00"), None)


def _if_valid(text: str, country: str | None) -> str | None:
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        return None
    return _e164(number) if phonenumbers.is_valid_number(number) else None


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _refuse(text: str, country: str | None) -> str:
    if country is None:
        raise PydanticCustomError(
            "phone_number",
            "'{text}' has no country code: write it with + and country code, or fill in the column country",
            {"text": text},
        )
    raise PydanticCustomError(
        "phone_number",
        "'{text}' is no valid number, neither in {country} nor with a + before it; a spreadsheet may have taken "
        "leading zeros away: format the column as text and write it with + and country code",
        {"text": text, "country": country},
    )


Digits = Annotated[str, AfterValidator(_digits)]
DialString = Annotated[str, AfterValidator(_dial_string)]  # digits, perhaps with a leading +
# E.164; without a + the field `country` of the same Params, declared before it, says whose number it is
PhoneNumber = Annotated[str, AfterValidator(_phone_number)]
