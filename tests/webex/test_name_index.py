from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.webex.kinds import KINDS
from odt_async.webex.name_index import NameIndex
from tests.virtual_time import run_virtual

PEOPLE = KINDS["person"]


@dataclass
class Listed:
    """A session that answers for one list of people, in pages; what it is asked is counted."""

    order: list[str]
    page: int
    calls: int = 0
    links: dict[str, dict[str, str]] = field(default_factory=dict)

    def ep(self, path: str) -> str:
        return path

    async def _request_w_response(
        self, _method: str, *, url: str, params: dict[str, str] | None
    ) -> tuple[Listed, dict[str, Any]]:
        self.calls += 1
        await asyncio.sleep(0)
        if params and "email" in params:
            found = [name for name in self.order if name == params["email"]]
            return replace(self, links={}), {"items": [item(name) for name in found]}
        start = int(url.partition("=")[2] or 0)
        rest = self.order[start + self.page :]
        links = {"next": {"url": f"people?start={start + self.page}"}} if rest else {}
        items = [item(name) for name in self.order[start : start + self.page]]
        return replace(self, links=links), {"items": items}


def item(name: str) -> dict[str, Any]:
    return {"id": f"id of {name}", "emails": [name]}


async def cost(organisation: list[str], needed: list[str], *, page: int, unique: bool = True) -> int:
    """Return the calls that it took to find all of *needed*, by eight rows at a time, and check what was found."""
    session = Listed(organisation, page)
    kind = replace(PEOPLE, unique=unique)
    index = NameIndex(cast("Any", session), kind, None, frozenset(needed))
    slots = asyncio.Semaphore(8)
    present = frozenset(organisation)

    async def find(name: str) -> None:
        async with slots:
            answer = await index.find(name)
        expected = [f"id of {name}"] if name in present else []
        assert [match.id for match in answer.matches] == expected

    async with asyncio.TaskGroup() as group:
        for name in needed:
            group.create_task(find(name))
    assert index.calls == session.calls
    assert index.names == len(needed)
    return session.calls


@given(
    people=st.integers(1, 300),
    page=st.integers(1, 30),
    strangers=st.integers(0, 3),
    unique=st.booleans(),
    data=st.data(),
)
def test_the_cost_is_at_most_twice_that_of_the_cheaper_way(
    people: int, page: int, strangers: int, unique: bool, data: st.DataObject
) -> None:
    organisation = [f"{number}@here" for number in range(people)]
    needed = data.draw(st.lists(st.sampled_from(organisation), min_size=1, unique=True))
    needed += [f"{number}@nowhere" for number in range(strangers)]
    needed = data.draw(st.permutations(needed))
    pages = -(-people // page)
    calls = run_virtual(cost(organisation, needed, page=page, unique=unique))
    assert calls <= 2 * min(len(needed), pages)


def shuffled(count: int) -> list[str]:
    names = [f"{number}@here" for number in range(count)]
    random.Random(1).shuffle(names)  # noqa: S311
    return names


@pytest.mark.parametrize(
    ("people", "needed", "calls"),
    [
        (1_000, 1, 1),  # one by one
        (1_000, 2, 2),
        (1_000, 3, 1),  # one page
        (20_000, 3, 6),  # three pages with nobody, then one by one
        (20_000, 4_000, 20),  # every page
        (50_000, 4_000, 50),
        (50_000, 20, 30),  # some pages with and more without, then one by one
    ],
)
async def test_what_it_costs_to_find_people_who_are_spread_over_the_organisation(
    people: int, needed: int, calls: int
) -> None:
    organisation = shuffled(people)
    assert await cost(organisation, sorted(organisation)[:needed], page=1_000) == calls


async def test_a_list_is_left_as_soon_as_all_that_is_needed_was_seen() -> None:
    organisation = [f"{number:05}@here" for number in range(50_000)]
    assert await cost(organisation, organisation[:4_000], page=1_000) == 4


async def test_one_name_that_nobody_has_does_not_make_us_read_the_whole_list() -> None:
    organisation = [f"{number:05}@here" for number in range(50_000)]
    assert await cost(organisation, [*organisation[:4_000], "typo@here"], page=1_000) == 6
