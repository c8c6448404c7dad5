"""Add a block of telephone numbers to a location, inactive; only those that it lacks are sent.

Reads       GET /telephony/config/numbers, once for each number; for more than ten the location's list first
Writes      POST /telephony/config/locations/{id}/numbers, state explicit: the API's own default is ACTIVE
Idempotent  yes: a number that the location has stays as it is, active ones too
Undo        DELETE, the same URL: the numbers that were not there before, unless somebody uses them by now
Batch       rows of one location are read together, and their numbers added in one call, 100 of them

Raw calls: wxc_sdk 1.41 takes an ordinary 400 for success (`number.add`), and its model of the list insists on
fields that Webex may leave out. PSTN comes first: Webex takes numbers only where it is set up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from odt_async.actions._batching import Item, ReadBatch, Results, WriteBatch
from odt_async.actions._number_inventory import (
    chunks,
    digits,
    find_numbers,
    refused_numbers,
)
from odt_async.actions._organisation import organisation_query
from odt_async.actions._targets import LocationParams
from odt_async.columns import Country, Listed, PhoneNumber, same_id
from odt_async.errors import PartlyApplied, RowError
from odt_async.language import written

if TYPE_CHECKING:  # the SDK takes a second to import; only a run pays for it
    from wxc_sdk.as_api import AsWebexSimpleApi
    from wxc_sdk.as_rest import AsRestError

SUMMARY = "Da de alta numeraciones (DDI) en la ubicación, desactivadas; solo envía las que faltan."
ORDER = 20
SCOPES = ("spark-admin:telephony_config_read", "spark-admin:telephony_config_write")
_MOST_ADDED = 100  # a request; for DID and toll-free no limit is published
_MOST_MOBILE = 20  # published
_MOST_REMOVED = 5  # published

_Json = dict[str, Any]
_Upper = BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value)


class Params(LocationParams):
    """The location and its numbers."""

    country: Annotated[
        Country | None, Field(description="País de los números escritos sin prefijo.", examples=["ES"])
    ] = None
    phone_numbers: Annotated[
        Listed[PhoneNumber],
        Field(
            description="Números, separados por `;` o como lista JSON.",
            examples=["+34930000000;+34930000001"],
        ),
    ] = ()
    phone_number_1: Annotated[PhoneNumber | None, Field(description="Un número más.")] = None
    phone_number_2: Annotated[PhoneNumber | None, Field(description="Un número más.")] = None
    phone_number_3: Annotated[PhoneNumber | None, Field(description="Un número más.")] = None
    phone_number_4: Annotated[PhoneNumber | None, Field(description="Un número más.")] = None
    number_type: Annotated[
        Literal["DID", "TOLLFREE", "MOBILE"], _Upper, Field(description="Tipo de los números.")
    ] = "DID"
    number_usage_type: Annotated[
        Literal["NONE", "SERVICE"] | None,
        _Upper,
        Field(description="Uso de los números, si no es el normal."),
    ] = None
    number_state: Annotated[
        Literal["INACTIVE", "ACTIVE"],
        _Upper,
        Field(description="Estado con que se dan de alta."),
    ] = "INACTIVE"

    @model_validator(mode="after")
    def _has_numbers(self) -> Params:
        if not self.numbers:
            raise PydanticCustomError(
                "no_numbers", "there is no number: fill in phone_numbers or phone_number_1"
            )
        return self

    @property
    def numbers(self) -> tuple[str, ...]:
        """All numbers of the row (E.164), each once."""
        more = (self.phone_number_1, self.phone_number_2, self.phone_number_3, self.phone_number_4)
        return tuple(dict.fromkeys((*self.phone_numbers, *filter(None, more))))


async def read(api: AsWebexSimpleApi, params: Params) -> _Json:
    """Return the row's numbers as they are anywhere in the organisation, under `phoneNumbers`."""
    return (await _read_together(api, {0: params}))[0]


def plan(state: _Json, params: Params) -> _Json | None:
    """Return the body with the numbers that the location lacks. Raises RowError for one that another has."""
    there = {_digits_of(entry): entry for entry in state["phoneNumbers"]}
    elsewhere = [
        f"{number} ({_home(there[digits(number)]).get('name', 'no location')})"
        for number in params.numbers
        if digits(number) in there and not _is_at(there[digits(number)], params)
    ]
    if elsewhere:
        raise RowError(
            "the organisation has {elsewhere} at another location: take the number out of the row, or "
            "remove it there first; nothing was sent",
            elsewhere=", ".join(elsewhere),
        )
    missing = [number for number in params.numbers if digits(number) not in there]
    if not missing:
        return None
    usage = {"numberUsageType": params.number_usage_type} if params.number_usage_type else {}
    return {"phoneNumbers": missing, "numberType": params.number_type, "state": params.number_state} | usage


async def apply(api: AsWebexSimpleApi, params: Params, change: _Json) -> None:
    """Add the numbers; those that Webex refuses are left out and the others sent again.

    Raises PartlyApplied, or RowError when none was added, with each refused number and Webex's reason.
    """
    refused, cause = await _add(api, params, change)
    problem = _problem(change, refused)
    if problem is not None:
        raise problem from cause


async def undo(api: AsWebexSimpleApi, params: Params, before: _Json) -> None:
    """Remove the numbers that the location has now and had not in *before*, five a request as published."""
    had = {_digits_of(entry) for entry in before["phoneNumbers"]}
    now = (await read(api, params))["phoneNumbers"]
    added = [entry for entry in now if _digits_of(entry) not in had and _is_at(entry, params)]
    used = [entry["phoneNumber"] for entry in added if entry.get("owner") or entry.get("mainNumber")]
    if used:
        raise RowError("{used} is in use by now: take it away from its owner first", used=", ".join(used))
    for chunk in chunks([entry["phoneNumber"] for entry in added], _MOST_REMOVED):
        await _send(api, params, "DELETE", {"phoneNumbers": chunk})


async def _add(
    api: AsWebexSimpleApi, params: Params, change: _Json
) -> tuple[dict[str, str], AsRestError | None]:
    """Add the numbers of *change* and return number -> reason of those refused, with the last refusal."""
    from wxc_sdk.as_rest import AsRestError  # noqa: PLC0415

    size = _MOST_MOBILE if params.number_type == "MOBILE" else _MOST_ADDED
    waiting = chunks(change["phoneNumbers"], size)
    refused: dict[str, str] = {}
    cause = None
    while waiting:
        chunk = waiting.pop(0)
        try:
            await _send(api, params, "POST", change | {"phoneNumbers": chunk})
        except AsRestError as error:
            named = refused_numbers(error, chunk)
            if not named:
                raise
            refused, cause = refused | named, error
            if rest := [number for number in chunk if number not in named]:
                waiting.insert(0, rest)
    return refused, cause


def _problem(change: _Json, refused: Mapping[str, str]) -> RowError | None:
    """Return what is wrong with a row whose numbers of *change* are among the *refused*, if any are."""
    own = [number for number in change["phoneNumbers"] if number in refused]
    if not own:
        return None
    reasons = "; ".join(f"{number}: {refused[number]}" for number in own)
    added = len(change["phoneNumbers"]) - len(own)
    kind = PartlyApplied if added else RowError
    return kind(
        written(
            "Webex added {added} numbers and refused {count} ({reasons})",
            added=added,
            count=len(own),
            reasons=reasons,
        )
    )


async def _read_together(api: AsWebexSimpleApi, rows: Mapping[int, Params]) -> dict[int, _Json]:
    """Read the numbers of rows of one location; each row is shown its own, in its order."""
    one = next(iter(rows.values()))
    numbers = dict.fromkeys(number for params in rows.values() for number in params.numbers)
    found = await find_numbers(api, one.location_id or "", numbers, one.org_id)
    entries = {_digits_of(entry): entry for entry in found}
    return {
        row: {"phoneNumbers": [entries[key] for key in map(digits, params.numbers) if key in entries]}
        for row, params in rows.items()
    }


async def _add_together(api: AsWebexSimpleApi, items: Sequence[Item]) -> Results:
    """Add the numbers of rows of one location; a refused number is the problem of its row alone."""
    numbers = [number for item in items for number in item.change["phoneNumbers"]]
    refused, cause = await _add(api, items[0].params, items[0].change | {"phoneNumbers": numbers})
    results: dict[int, Exception | None] = {}
    for item in items:
        problem = results[item.row] = _problem(item.change, refused)
        if problem is not None:
            problem.__cause__ = cause
    return results


def _batch_key(params: Params) -> str:
    kind = (params.number_type, params.number_usage_type, params.number_state)
    return " ".join(map(str, (params.org_id, params.entity_id, *kind)))


def _weight(change: _Json) -> int:
    """Return how much of a request the numbers take, in hundredths."""
    most = _MOST_MOBILE if change["numberType"] == "MOBILE" else _MOST_ADDED
    return len(change["phoneNumbers"]) * _MOST_ADDED // most


def _numbers_of(params: Params) -> Iterable[str]:
    return params.numbers


READ_BATCH = ReadBatch(size=_MOST_ADDED, key=_batch_key, read=_read_together)
WRITE_BATCH = WriteBatch(
    size=_MOST_ADDED, key=_batch_key, write=_add_together, weight=_weight, things=_numbers_of
)


def _digits_of(entry: _Json) -> str:
    return digits(str(entry.get("phoneNumber", "")))


def _home(entry: _Json) -> _Json:
    return entry.get("location") or {}


def _is_at(entry: _Json, params: Params) -> bool:
    return same_id(_home(entry).get("id"), params.location_id)


async def _send(api: AsWebexSimpleApi, params: Params, method: str, body: _Json) -> None:
    url = api.session.ep(f"telephony/config/locations/{params.location_id}/numbers")
    send = api.session.rest_post if method == "POST" else api.session.rest_delete
    await send(url=url, params=organisation_query(params.org_id), json=body)


if __name__ == "__main__":
    from odt_async.cli.script import main

    main(__file__)
