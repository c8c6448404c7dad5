"""A number of the old platform as one more number of a person or a workspace: the plan that both share."""

from __future__ import annotations

from typing import Any

import phonenumbers
from phonenumbers import MatchType
from pydantic import Field

from odt_async.columns import Country, PhoneNumber
from odt_async.model import ActionParams

__all__ = ["NumberParams", "has_number", "plan", "removal"]

_SAME = (MatchType.EXACT_MATCH, MatchType.NSN_MATCH)  # NSN: one of the two has no country code


class NumberParams(ActionParams):
    """The number that is added."""

    country: Country | None = Field(
        default=None, description="País de los números escritos sin prefijo internacional.", examples=["ES"]
    )
    legacy_phone_number: PhoneNumber = Field(
        description="Número que se añade; debe existir en la ubicación y estar sin asignar.",
        examples=["+34911234567"],
    )


def plan(state: dict[str, Any], params: NumberParams) -> dict[str, Any] | None:
    """Return the body that adds the number, or None when it is there already, primary or not."""
    return None if has_number(state, params) else _body(params, "ADD")


def removal(params: NumberParams) -> dict[str, Any]:
    """Return the body that takes the number away."""
    return _body(params, "DELETE")


def has_number(state: dict[str, Any], params: NumberParams) -> bool:
    """Tell whether *state*, an answer of `features/numbers`, shows the number.

    The published descriptions name it `directNumber` in one place and `external` in another, and show it in
    the national format too.
    """
    shown = (item.get(key) for item in state["phoneNumbers"] for key in ("directNumber", "external"))
    return any(
        phonenumbers.is_number_match(params.legacy_phone_number, number) in _SAME
        for number in shown
        if number
    )


def _body(params: NumberParams, action: str) -> dict[str, Any]:
    item = {"primary": False, "action": action, "directNumber": params.legacy_phone_number}
    return {"phoneNumbers": [item]}
