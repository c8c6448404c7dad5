"""What Webex means when it refuses the calling settings of a workspace.

Numbers 4003, 4008 and 25409 are known from operators; the published descriptions list none of them.
"""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wxc_sdk.as_rest import AsRestError

__all__ = ["Refusal", "refusal_of"]

_NOT_AUTHORIZED = 4003
_NOT_CALLING = 4008
_INVALID_PROFESSIONAL_PLACE = 25409


class Refusal(StrEnum):
    """Why a workspace's settings are closed."""

    UNAUTHORIZED = "unauthorized"  # to this token
    NO_PROFESSIONAL = "no-professional"  # the licence is Basic
    NO_CALLING = "no-calling"  # no Webex Calling licence, or no such workspace


def refusal_of(error: AsRestError) -> Refusal | None:
    """Return the meaning of *error*, or None where it is about something else."""
    from odt_async.webex.errors import error_code  # noqa: PLC0415 - loads the SDK

    code = error_code(error)
    if error.status == HTTPStatus.BAD_REQUEST and code == _NOT_AUTHORIZED:
        return Refusal.UNAUTHORIZED
    if error.status == HTTPStatus.METHOD_NOT_ALLOWED or code == _INVALID_PROFESSIONAL_PLACE:
        return Refusal.NO_PROFESSIONAL
    if error.status == HTTPStatus.NOT_FOUND or code == _NOT_CALLING:
        return Refusal.NO_CALLING
    return None
