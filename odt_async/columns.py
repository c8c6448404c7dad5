"""What a CSV cell may hold: the types that an action's `Params` is written with.

Each takes the text of a cell and returns it normalised, or refuses it with a sentence that says what to do.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

__all__ = ["DialString", "Digits", "OrgId", "PersonId", "hydra_type"]

_SHORTENED = re.compile(r"\d+(?:[.,]\d+)?[eE][+-]?\d+")
_DECIMAL = re.compile(r"\d+[.,]0+")


def _digits(text: str) -> str:
    if text.isascii() and text.isdigit():
        return text
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
    raise PydanticCustomError("digits", "'{text}' is not a number: write digits only", {"text": text})


def _dial_string(text: str) -> str:
    return "+" + _digits(text[1:]) if text.startswith("+") else _digits(text)


def hydra_type(webex_id: str) -> str | None:
    """Return the type inside a Hydra id (`PEOPLE`, `LOCATION`, `PLACE` ...), or None for a plain UUID.

    A Hydra id is base64, padded or not, of `ciscospark://<cluster>/<TYPE>/<key>`
    (developer.webex.com, "Webex API basics").

    Raises ValueError when it is neither.
    """
    try:
        UUID(webex_id)
    except ValueError:
        pass
    else:
        return None
    bare = webex_id.rstrip("=")
    try:
        uri = base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError(webex_id) from error
    parts = uri.removeprefix("ciscospark://").split("/")
    if not uri.startswith("ciscospark://") or len(parts) != 3 or not all(parts):  # noqa: PLR2004
        raise ValueError(webex_id)
    return parts[1]


class _WebexId:
    """Checks that an id is whole and of the right type before anything is sent with it."""

    def __init__(self, *types: str) -> None:
        self._types = types

    def __call__(self, text: str) -> str:
        try:
            found = hydra_type(text)
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


Digits = Annotated[str, AfterValidator(_digits)]
DialString = Annotated[str, AfterValidator(_dial_string)]  # digits, perhaps with a leading +
PersonId = Annotated[str, AfterValidator(_WebexId("PEOPLE"))]
OrgId = Annotated[str, AfterValidator(_WebexId("ORGANIZATION"))]
