"""Several entities read from one list, for as long as that is the cheaper way.

One by one costs a call an entity; the list costs a call a page, and how many it has is unknown until its end. It is
read by the rule of the look-ups by name (`webex/name_index.py`) and given up at about twice the cost of the cheaper
way; then the run remembers how long it was, and does not try again for as few entities. What is read is as fresh
as a call of its own is: a list is read for the rows that are under way, and kept for none that come later.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from odt_async.actions._run_memory import run_memory_of

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["listed_if_it_pays"]

_FEW = 2  # entities that are not worth a list, which costs a call at least and often two
_Item = dict[str, Any]


async def listed_if_it_pays(
    api: AsWebexSimpleApi,
    path: str,
    query: Mapping[str, str],
    wanted: Collection[str],
    names_of: Callable[[_Item], Iterable[str]],
    *,
    unique: bool,
) -> dict[str, list[_Item]] | None:
    """Return name -> the items of the list at *path* that have it, those *wanted*; None when it does not pay.

    unique: whether a name has one item at most, so that the list may be left when all have theirs.
    """
    memory = run_memory_of(api)
    attempts = f"vain listings of {path} {query.get('orgId', '')} {query.get('callingData', '')}"
    if len(wanted) <= max(_FEW, memory.get(attempts, 0)):
        return None
    found: dict[str, list[_Item]] = {}
    pages = in_vain = 0
    async for items, is_last in _pages(api, path, query):
        pages += 1
        before = len(found)
        _take(found, items, wanted, names_of)
        if is_last or (unique and len(found) == len(wanted)):
            return found
        settled = len(found) if unique else 0
        in_vain = 0 if len(found) > before else in_vain + 1
        if pages - settled >= len(wanted) or in_vain >= len(wanted) - settled:
            break
    memory[attempts] = max(len(wanted), memory.get(attempts, 0))
    return None


def _take(
    found: dict[str, list[_Item]],
    items: Iterable[_Item],
    wanted: Collection[str],
    names_of: Callable[[_Item], Iterable[str]],
) -> None:
    for item in items:
        for name in names_of(item):
            if name not in wanted:
                continue
            others = found.setdefault(name, [])
            if all(other["id"] != item["id"] for other in others):  # lists move while they are read
                others.append(item)


async def _pages(
    api: AsWebexSimpleApi, path: str, query: Mapping[str, str]
) -> AsyncIterator[tuple[list[_Item], bool]]:
    """Yield the pages, and whether each is the last; over empty ones too, at which the SDK's own way ends."""
    session: Any = api.session  # the SDK has no public call that gives the headers
    url: str | None = session.ep(path)
    params: Mapping[str, str] | None = query
    while url is not None:
        response, body = await session._request_w_response("GET", url=url, params=params)  # noqa: SLF001
        link = response.links.get("next")
        following = None if link is None else str(link["url"])
        url, params = (None if following == url else following), None  # a link to itself has no end
        yield body["items"], url is None
