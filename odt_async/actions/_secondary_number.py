"""A number of the old platform as one more number of a person or a workspace: the plan that both share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import phonenumbers
from phonenumbers import MatchType
from pydantic import Field

from odt_async.actions._batching import Item, ReadBatch, Results, WriteBatch
from odt_async.columns import Country, PhoneNumber
from odt_async.model import ActionParams

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["NumberParams", "batches_of", "has_number", "plan", "removal"]

_MOST_NUMBERS = 10  # in one call; no limit is published

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


def batches_of(
    read: Callable[[AsWebexSimpleApi, Any], Awaitable[dict[str, Any]]],
    write: Callable[[AsWebexSimpleApi, Sequence[Any], dict[str, Any]], Awaitable[Mapping[str, Exception]]],
) -> tuple[ReadBatch, WriteBatch]:
    """Return how rows of one person or workspace share a read and a write.

    write: (api, params of the rows, body) gives number -> what is wrong with it, of those that are not there.
    """

    async def read_together(api: AsWebexSimpleApi, rows: Mapping[int, Any]) -> dict[int, dict[str, Any]]:
        return dict.fromkeys(rows, await read(api, next(iter(rows.values()))))

    async def write_together(api: AsWebexSimpleApi, items: Sequence[Item]) -> Results:
        numbers = [number for item in items for number in item.change["phoneNumbers"]]
        problems = await write(api, [item.params for item in items], {"phoneNumbers": numbers})
        return {item.row: problems.get(item.params.legacy_phone_number) for item in items}

    return (
        ReadBatch(size=_MOST_NUMBERS, key=_entity, read=read_together),
        WriteBatch(size=_MOST_NUMBERS, key=_entity, write=write_together, things=_number),
    )


def _entity(params: Any) -> str:
    return f"{params.org_id} {params.entity_id}"


def _number(params: Any) -> Iterable[str]:
    return (f"{params.entity_id} {params.legacy_phone_number}",)
