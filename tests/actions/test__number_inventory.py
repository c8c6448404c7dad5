from __future__ import annotations

from typing import Any

import pytest
from aiohttp import RequestInfo
from multidict import CIMultiDict, CIMultiDictProxy
from wxc_sdk.as_rest import AsErrorDetail, AsRestError
from yarl import URL

from odt_async.actions._number_inventory import chunks, digits, refused_numbers

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
