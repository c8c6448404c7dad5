"""The names of one kind in one organisation, found by the cheaper of two ways, each once in a run.

One by one costs a call a name: k calls. Listing costs a call a page: P calls, P unknown until it has ended. So
the list is read for as long as it pays, and what is then left is looked up one by one. With p pages read and f
of the k names settled by them, it is given up

- when p - f reaches k: then p + (k - f) = k + (p - f) is about 2 k calls in all, and the list has more pages
  than there are names, so that k was the cheaper way;
- when as many pages in a row as there are names left (k - f) settled none: then the names left cost no more
  than those pages did, and p + (k - f) is at most 2 p calls, however many pages there would have been.

Whatever the organisation's size and order, that is at most twice min(k, P). Where Webex keeps names unique
(e-mails) a name is settled when it is seen, and the list is left as soon as all are; elsewhere (workspaces may
share a name) the first of two is not enough, a list settles nothing before its end, and f is 0 until then.
A page of 1000 people is slower than a look-up by e-mail; but it is calls that Webex throttles.

Pages are read when a row needs a name that the pages before did not have, so rows go on with what is known.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

from wxc_sdk.as_rest import AsRestError

from odt_async.columns import same_id
from odt_async.webex.calls import CallRecord, current_row
from odt_async.webex.kinds import Kind
from odt_async.webex.needs import normalised
from odt_async.webex.pages import Pager

if TYPE_CHECKING:
    from wxc_sdk.as_rest import AsRestSession

__all__ = ["Answer", "Match", "NameIndex"]

_FEW = 2  # names that are not worth a listing, which costs a call at least and often two
_MOST_STRANGERS = 1000  # names kept for "did you mean", of each listing
_MOST_ALIKE = 5


class Match(NamedTuple):
    """An entity, as far as look-ups care."""

    id: str
    name: str
    location_id: str | None  # of a workspace


class Answer(NamedTuple):
    """All that have the name, and when nobody has it, what looks like it."""

    matches: tuple[Match, ...]
    near: tuple[Match, ...] = ()


class NameIndex:
    """Finds names of *kind*; org_id: None is the organisation of the token.

    needed: the names that the run will ask for, normalised; the others are found too, one by one.
    """

    def __init__(
        self, session: AsRestSession, kind: Kind, org_id: str | None, needed: AbstractSet[str]
    ) -> None:
        self._session = session
        self._kind = kind
        self._query = {**kind.query, **({} if org_id is None else {"orgId": org_id})}
        self._needed = needed
        self._unforeseen: set[str] = set()
        self._listed: dict[str, tuple[Match, ...]] = {}  # only what is needed
        self._strangers: dict[str, Match] = {}
        self._pager = self._list_from({**kind.listing})
        self._pays = kind.filter is None or len(needed) > _FEW
        self._turn = asyncio.Lock()  # one page at a time
        self._pages = self._pages_in_vain = 0
        self._asked: dict[tuple[str, str | None], Answer] = {}
        self._being_asked: dict[tuple[str, str | None], asyncio.Event] = {}
        self._single_calls = 0

    @property
    def names(self) -> int:
        """How many names were, or will be, looked up."""
        return len(self._needed) + len(self._unforeseen)

    @property
    def calls(self) -> int:
        """How many calls that took so far; repeats of one that failed do not count."""
        return self._pages + self._single_calls

    @property
    def how(self) -> str:
        """The way that was taken."""
        return ", then ".join(
            way for way, calls in (("listing", self._pages), ("one by one", self._single_calls)) if calls
        )

    async def find(self, name: str, location_id: str | None = None) -> Answer:
        """Return who has *name*; location_id: of workspaces, only those that stand there.

        Raises what the session raises: for this row alone, the next one asks again.
        """
        key = normalised(name)
        if key not in self._needed:
            self._unforeseen.add(key)
        if key in self._needed or self._kind.filter is None:
            while self._is_to_be_listed(key):
                async with self._turn:
                    if self._is_to_be_listed(key):
                        await self._read_page()
            if self._settled(key):
                return self._from_list(key, location_id)
        return await self._ask_once(key, name, location_id)

    def _is_to_be_listed(self, key: str) -> bool:
        return self._pays and not self._settled(key)

    def _settled(self, key: str) -> bool:
        return self._pager.finished or (self._kind.unique and key in self._listed)

    async def _read_page(self) -> None:
        # a page is for everybody: no row's deadline ends it, and no row's requests count it
        token = current_row.set(CallRecord())
        try:
            page = await self._pager.read()
        except AsRestError:
            if self._kind.filter is None:
                raise
            self._pays = False  # Webex does not want it: one by one we either find or are told why
            return
        finally:
            current_row.reset(token)
        self._pages += 1
        before = len(self._listed)
        for match in self._matches(page):
            self._take(match)
        self._pages_in_vain = 0 if len(self._listed) > before else self._pages_in_vain + 1
        self._pays = not self._pager.finished and self._still_pays()

    def _still_pays(self) -> bool:
        if self._kind.filter is None:
            return True
        needed = len(self._needed)
        settled = len(self._listed) if self._kind.unique else 0
        left = needed - settled
        return self._pages - settled < needed and self._pages_in_vain < left

    def _take(self, match: Match) -> None:
        key = normalised(match.name)
        if key in self._needed or self._kind.filter is None:
            known = self._listed.get(key, ())
            if not any(other.id == match.id for other in known):  # lists move while they are read
                self._listed[key] = (*known, match)
        elif not self._kind.unique and len(self._strangers) < _MOST_STRANGERS:
            self._strangers[key] = match

    def _from_list(self, key: str, location_id: str | None) -> Answer:
        everywhere = self._listed.get(key, ())
        matches = tuple(
            match for match in everywhere if location_id is None or same_id(match.location_id, location_id)
        )
        if matches:
            return Answer(matches)
        return Answer((), everywhere or self._like(key))

    def _like(self, key: str) -> tuple[Match, ...]:
        """Return those whose names look like *key*; an e-mail has no look-alikes."""
        known = dict(self._strangers)
        if len(self._listed) <= _MOST_STRANGERS:  # comparing with more would hold everybody up
            known |= {name: found[0] for name, found in self._listed.items()}
        near = [] if self._kind.unique else get_close_matches(key, known, _MOST_ALIKE)
        return tuple(known[name] for name in near)

    async def _ask_once(self, key: str, name: str, location_id: str | None) -> Answer:
        """Return the answer for one name, asking for it unless it is known or somebody is just asking."""
        query = key, location_id
        while (answer := self._asked.get(query)) is None:
            if (answered := self._being_asked.get(query)) is not None:
                await answered.wait()
                continue
            answered = self._being_asked[query] = asyncio.Event()
            try:
                self._asked[query] = await self._ask(key, name, location_id)
            finally:
                del self._being_asked[query]
                answered.set()
        return answer

    async def _ask(self, key: str, name: str, location_id: str | None) -> Answer:
        assert self._kind.filter is not None  # noqa: S101 - such lists are always read
        place = {} if location_id is None else {"locationId": location_id}
        near: dict[Match, None] = {}  # a list that moves while it is read shows some twice
        for text in dict.fromkeys((" ".join(name.split()), name)):  # filters may count the spaces
            pager = self._list_from({self._kind.filter: text, **place})
            while not pager.finished:
                page = await pager.read()
                self._single_calls += 1
                near |= dict.fromkeys(self._matches(page, location_id))
            if matches := tuple(match for match in near if normalised(match.name) == key):
                return Answer(matches)
        return Answer((), tuple(near))

    def _matches(self, page: list[dict[str, Any]], location_id: str | None = None) -> Iterator[Match]:
        for item in page:
            for name in self._kind.names_of(item):
                yield Match(item["id"], name, item.get("locationId", location_id))

    def _list_from(self, query: dict[str, str]) -> Pager:
        kind = self._kind
        return Pager(
            self._session, kind.path, {**query, **self._query}, items=kind.items, offsets=kind.offsets
        )
