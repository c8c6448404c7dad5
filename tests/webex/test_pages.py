from __future__ import annotations

from typing import Any

import pytest
from wxc_sdk.as_rest import AsRestError

from odt_async.errors import RowError
from odt_async.webex.pages import Pager
from odt_async.webex.session import WEBEX
from tests.webex.serving import Reply, Stub, json_reply, open_session, served


def page(*names: str, then: str | None = None) -> Reply:
    link = {"Link": f'<{WEBEX}/v1/people?{then}>; rel="next"'} if then else {}
    return json_reply({"items": [{"name": name} for name in names]}, 200, **link)


async def read_all(stub: Stub, query: dict[str, str], *, offsets: bool = False) -> list[str]:
    async with open_session(stub) as session:
        pager = Pager(session, "people", query, items="items", offsets=offsets)
        names: list[str] = []
        while not pager.finished:
            names += [item["name"] for item in await pager.read()]
        return names


def asked(stub: Stub) -> list[str]:
    return [request.target for request in stub.asked]


async def test_pages_follow_the_link_header_over_an_empty_page() -> None:
    async with served(page("a", then="cursor=1"), page(then="cursor=2"), page("b")) as stub:
        assert await read_all(stub, {"max": "1"}) == ["a", "b"]
    assert asked(stub) == ["/v1/people?max=1", "/v1/people?cursor=1", "/v1/people?cursor=2"]


async def test_a_link_that_leads_to_itself_is_the_end() -> None:
    async with served(page("a", then="cursor=1"), page("b", then="cursor=1")) as stub:
        assert await read_all(stub, {}) == ["a", "b"]


async def test_a_full_page_without_a_link_is_not_trusted_where_offsets_are_known() -> None:
    async with served(page("a", "b"), page("c", "d"), page()) as stub:
        assert await read_all(stub, {"max": "2"}, offsets=True) == ["a", "b", "c", "d"]
    assert asked(stub) == [
        "/v1/people?max=2",
        "/v1/people?max=2&start=2",
        "/v1/people?max=2&start=4",
    ]


async def test_a_list_that_ignores_offsets_does_not_go_on_for_ever() -> None:
    async with served(page("a", "b")) as stub:
        assert await read_all(stub, {"max": "2"}, offsets=True) == ["a", "b", "a", "b"]


@pytest.mark.parametrize("offsets", [True, False])
async def test_a_page_that_is_not_full_and_has_no_link_is_the_last(offsets: bool) -> None:
    async with served(page("a")) as stub:
        assert await read_all(stub, {"max": "2"}, offsets=offsets) == ["a"]
    assert len(stub.asked) == 1


async def test_after_a_link_its_absence_is_the_end_however_full_the_page() -> None:
    async with served(page("a", then="start=1"), page("b")) as stub:
        assert await read_all(stub, {"max": "1"}, offsets=True) == ["a", "b"]


async def test_a_page_that_failed_is_read_again() -> None:
    async with (
        served(page("a", then="cursor=1"), Reply(404), page("b")) as stub,
        open_session(stub) as session,
    ):
        pager = Pager(session, "people", {}, items="items")
        await pager.read()
        with pytest.raises(AsRestError):
            await pager.read()
        assert await pager.read() == [{"name": "b"}]
        assert pager.finished


@pytest.mark.parametrize("body", [{"people": []}, [], {"items": None}, None])
async def test_an_answer_without_the_list_is_an_error_of_the_row(body: Any) -> None:
    async with served(json_reply(body)) as stub:
        with pytest.raises(RowError, match=r"/v1/people without a list of items: try again later"):
            await read_all(stub, {})
