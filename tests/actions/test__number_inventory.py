from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import RequestInfo
from multidict import CIMultiDict, CIMultiDictProxy
from wxc_sdk.as_rest import AsErrorDetail, AsRestError
from yarl import URL

from odt_async.actions._number_inventory import chunks, digits, find_numbers, refused_numbers

SENT = ["+34930000000", "+34930000001"]


def answer(body: Any) -> AsRestError:
    url = URL("https://webexapis.com/v1/x")
    request = RequestInfo(url, "POST", CIMultiDictProxy(CIMultiDict()), url)
    error = AsRestError(request, (), status=400, message="Bad Request")
    error.detail = body
    return error


@pytest.mark.parametrize(
    ("body", "reasons"),
    [
        (
            [{"errors": [{"number": "34 930000000", "errorCode": 9602, "errorMessage": "taken"}]}],
            {SENT[0]: "taken (code 9602)"},
        ),
        (
            [{"errors": [{"number": SENT[0], "errorTitle": "odd"}]}, {"errors": [{"number": SENT[1]}]}],
            {SENT[0]: "odd", SENT[1]: "no reason given"},
        ),
        ([{"errors": [{"number": "+34900000000", "errorMessage": "not one of ours"}]}], {}),
        (["text", {"errors": None}], {}),
        ({"errors": [{"number": SENT[0]}]}, {}),
        (AsErrorDetail(message="an ordinary error"), {}),
        ("<html>", {}),
    ],
)
def test_reasons_are_read_from_the_list_and_from_nothing_else(body: Any, reasons: dict[str, str]) -> None:
    assert refused_numbers(answer(body), SENT) == reasons


def test_spelling_is_no_part_of_a_number() -> None:
    assert digits("+34 930-00.00(00)") == digits(SENT[0])


def test_chunks_keep_the_order() -> None:
    assert chunks(["a", "b", "c"], 2) == [["a", "b"], ["c"]]


class _Session:
    """An organisation of very many numbers, of which *known* can be searched for."""

    def __init__(self, *known: str) -> None:
        self.known = known
        self.listed = 0
        self.searches = 0

    def ep(self, path: str) -> str:
        return path

    async def follow_pagination(self, *, params: Mapping[str, str], **_call: Any) -> AsyncIterator[Any]:
        if "phoneNumber" in params:
            self.searches += 1
            if params["phoneNumber"] in self.known:
                yield {"phoneNumber": params["phoneNumber"]}
        elif "locationId" not in params:
            while True:
                self.listed += 1
                yield {"phoneNumber": f"+{34_700_000_000 + self.listed}"}


async def test_a_list_longer_than_one_by_one_is_given_up_for_searches() -> None:
    numbers = [f"+349300000{place:02d}" for place in range(11)]
    session = _Session(numbers[3])
    api: Any = SimpleNamespace(session=session)
    assert await find_numbers(api, "location", numbers, None) == [{"phoneNumber": numbers[3]}]
    assert (session.listed, session.searches) == (11 * 2000 + 1, 11)
