from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from odt_async.actions._listing import listed_if_it_pays

URL = "https://webexapis.com/v1/things"


class _Session:
    """Serves *pages* of names."""

    def __init__(self, *pages: list[str]) -> None:
        self.memory: dict[str, Any] = {}
        self.pages = pages
        self.ids: dict[tuple[int, int], str] = {}  # those that are not made of page and place
        self.read = 0

    def ep(self, path: str) -> str:
        return f"https://webexapis.com/v1/{path}"

    async def _request_w_response(self, _method: str, *, url: str, **_query: Any) -> Any:
        place = int(url.partition("?")[2] or 0)
        self.read += 1
        links = {"next": {"url": f"{URL}?{place + 1}"}} if place + 1 < len(self.pages) else {}
        items = [
            {"id": self.ids.get((place, turn), f"{place}.{turn}"), "name": name}
            for turn, name in enumerate(self.pages[place])
        ]
        return SimpleNamespace(links=links), {"items": items}


async def listed(session: _Session, *wanted: str, unique: bool = True) -> dict[str, list[str]] | None:
    api: Any = SimpleNamespace(session=session)
    found = await listed_if_it_pays(
        api, "things", {"max": "2"}, wanted, lambda item: [item["name"]], unique=unique
    )
    return None if found is None else {name: [item["id"] for item in items] for name, items in found.items()}


async def test_what_is_wanted_is_found_on_whatever_page_and_the_rest_is_not_kept() -> None:
    session = _Session(["a", "x"], [], ["b", "y"], ["c"])
    assert await listed(session, "a", "b", "c", "nobody") == {"a": ["0.0"], "b": ["2.0"], "c": ["3.0"]}


async def test_a_list_is_left_when_all_are_found() -> None:
    session = _Session(["a", "b"], ["c"], ["x"], ["x"])
    assert await listed(session, "a", "b", "c") == {"a": ["0.0"], "b": ["0.1"], "c": ["1.0"]}
    assert session.read == 2


async def test_where_names_are_shared_the_list_is_read_to_its_end() -> None:
    session = _Session(["a", "b"], ["c"], ["a"])
    assert await listed(session, "a", "b", "c", "d", unique=False) == {
        "a": ["0.0", "2.0"],
        "b": ["0.1"],
        "c": ["1.0"],
    }


@pytest.mark.parametrize("wanted", [(), ("a",), ("a", "b")])
async def test_a_few_are_not_worth_a_list(wanted: tuple[str, ...]) -> None:
    session = _Session(["a", "b"])
    assert (await listed(session, *wanted), session.read) == (None, 0)


async def test_a_list_that_costs_more_than_asking_one_by_one_is_given_up_and_not_tried_again() -> None:
    session = _Session(*[["x"]] * 50)
    first = await listed(session, "a", "b", "c")
    read = session.read
    again = await listed(session, "d", "e", "f")
    assert (first, again, read, session.read) == (None, None, 3, 3)


async def test_for_more_entities_a_long_list_is_tried_again() -> None:
    session = _Session(*[["x"]] * 5, ["a", "b"])
    assert await listed(session, "a", "b", "c") is None
    names = [*"abcdefghi"]
    assert await listed(session, *names, unique=False) == {"a": ["5.0"], "b": ["5.1"]}


async def test_an_item_that_moves_to_the_next_page_while_it_is_read_counts_once() -> None:
    session = _Session(["a"], ["a"], ["b"])
    session.ids = {(1, 0): "0.0"}
    assert await listed(session, "a", "b", "c", "d", unique=False) == {"a": ["0.0"], "b": ["2.0"]}
