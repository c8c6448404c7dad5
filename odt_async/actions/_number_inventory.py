"""Which of some telephone numbers an organisation has, and what Webex says of those that it refuses to add."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from odt_async.actions._organisation import organisation_query
from odt_async.language import written

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi
    from wxc_sdk.as_rest import AsRestError

__all__ = [
    "chunks",
    "digits",
    "find_numbers",
    "refused_numbers",
]

_Entry = dict[str, Any]  # as GET /telephony/config/numbers shows a number

_PAGE = 2000  # the default; no maximum is published
_MOST_SEARCHES = 10  # calls; for more numbers a list is cheaper


def digits(number: str) -> str:
    """Return what two spellings of a number have in common."""
    return "".join(letter for letter in number if letter.isdigit())


def chunks(items: Sequence[str], size: int) -> list[list[str]]:
    """Return *items* in lists of *size*, the last one perhaps shorter."""
    return [list(items[start : start + size]) for start in range(0, len(items), size)]


async def find_numbers(
    api: AsWebexSimpleApi, location_id: str, numbers: Collection[str], org_id: str | None
) -> list[_Entry]:
    """Return those of *numbers* that any location has.

    A few are searched for one by one. For many, *location_id*'s list comes first (a call for 2,000 of its
    numbers) and then what it lacks: nothing, a few searches, or the organisation's list; that is given up when
    it has more pages than there are numbers to find, so that it never costs more than twice the cheaper way.
    """
    if len(numbers) <= _MOST_SEARCHES:
        return await _searched(api, numbers, org_id)
    found = await _of_location(api, location_id, numbers, org_id)
    there = {_number_of(entry) for entry in found}
    missing = [number for number in numbers if digits(number) not in there]
    if len(missing) > _MOST_SEARCHES:
        elsewhere = await _listed_if_it_pays(api, missing, org_id)
        if elsewhere is not None:
            return found + elsewhere
    return found + await _searched(api, missing, org_id)


async def _of_location(
    api: AsWebexSimpleApi, location_id: str, numbers: Collection[str], org_id: str | None
) -> list[_Entry]:
    """Return those of *numbers* that the location has, from its list."""
    return await _listed(api, {"locationId": location_id}, numbers, org_id)


async def _searched(api: AsWebexSimpleApi, numbers: Collection[str], org_id: str | None) -> list[_Entry]:
    found = []
    for number in numbers:
        found += await _listed(api, {"phoneNumber": number}, [number], org_id)
    return found


async def _listed(
    api: AsWebexSimpleApi, filters: Mapping[str, str], numbers: Collection[str], org_id: str | None
) -> list[_Entry]:
    """Return the entries about *numbers* in the filtered list, all pages of it."""
    wanted = {digits(number) for number in numbers}
    return [entry async for entry in _entries(api, filters, org_id) if _number_of(entry) in wanted]


async def _listed_if_it_pays(
    api: AsWebexSimpleApi, numbers: Collection[str], org_id: str | None
) -> list[_Entry] | None:
    """Return the entries about *numbers* in the organisation's list, or None when it is too long."""
    wanted = {digits(number) for number in numbers}
    found, left = [], len(wanted) * _PAGE
    async for entry in _entries(api, {}, org_id):
        if not left:
            return None
        left -= 1
        if _number_of(entry) in wanted:
            found.append(entry)
    return found


def _entries(api: AsWebexSimpleApi, filters: Mapping[str, str], org_id: str | None) -> AsyncIterator[_Entry]:
    query = organisation_query(org_id) | dict(filters) | {"max": str(_PAGE)}
    pages: AsyncIterator[_Entry] = api.session.follow_pagination(
        url=api.session.ep("telephony/config/numbers"), params=query, item_key="phoneNumbers"
    )
    return pages


def _number_of(entry: _Entry) -> str:
    return digits(str(entry.get("phoneNumber", "")))


def refused_numbers(error: AsRestError, sent: Collection[str]) -> dict[str, str]:
    """Return number -> reason of each number *sent* that the answer names; empty when it names none.

    The body is a JSON list, `[{"errors": [{"number", "errorCode", "errorMessage", ...}]}]` (wxc_sdk,
    `NumberAddResponse`): the model of an ordinary error does not fit it.
    """
    body = error.detail
    if not isinstance(body, list):
        return {}
    spelled = {digits(number): number for number in sent}
    reasons: dict[str, str] = {}
    for group in body:
        for entry in group.get("errors") or () if isinstance(group, Mapping) else ():
            number = spelled.get(digits(str(entry.get("number", ""))))
            if number is not None:
                text = entry.get("errorMessage") or entry.get("errorTitle") or written("no reason given")
                code = f" (code {entry['errorCode']})" if entry.get("errorCode") else ""
                reasons[number] = f"{text}{code}"
    return reasons
