from __future__ import annotations

import pytest
from aiohttp import RequestInfo
from multidict import CIMultiDict, CIMultiDictProxy
from wxc_sdk.as_rest import AsRestError
from yarl import URL

from odt_async.actions._workspace_access import Refusal, refusal_of


def refused(status: int, code: int | None) -> AsRestError:
    url = URL("https://webexapis.com/v1/workspaces")
    request = RequestInfo(url, "GET", CIMultiDictProxy(CIMultiDict[str]()), url)
    detail = {"errors": [{"description": "no"} if code is None else {"description": "no", "code": code}]}
    return AsRestError(request, (), status=status, detail=detail)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, 4003, Refusal.UNAUTHORIZED),
        (405, None, Refusal.NO_PROFESSIONAL),
        (405, 25409, Refusal.NO_PROFESSIONAL),
        (400, 25409, Refusal.NO_PROFESSIONAL),
        (404, None, Refusal.NO_CALLING),
        (404, 4008, Refusal.NO_CALLING),
        (400, 4008, Refusal.NO_CALLING),
        (400, 25008, None),
        (403, None, None),
        (403, 4003, None),
    ],
)
def test_a_refusal_is_known_by_status_and_code(status: int, code: int | None, expected: Refusal) -> None:
    assert refusal_of(refused(status, code)) is expected
