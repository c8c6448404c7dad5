"""Refusals of Webex as the SDK raises them, made without a server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import RequestInfo
from multidict import CIMultiDict, CIMultiDictProxy
from wxc_sdk.as_rest import AsRestError
from yarl import URL

__all__ = ["make_refusal"]


def make_refusal(
    detail: Any = None,
    *,
    status: int = 400,
    message: str = "Bad Request",
    headers: Mapping[str, str] | None = None,
) -> AsRestError:
    """Return the error for a PUT that was answered with *detail*, the decoded body."""
    url = URL("https://webexapis.com/v1/people/p1/features/callForwarding")
    sent = CIMultiDictProxy(CIMultiDict({"Authorization": "***"}))
    return AsRestError(
        RequestInfo(url, "PUT", sent, url),
        (),
        status=status,
        message=message,
        headers=None if headers is None else CIMultiDictProxy(CIMultiDict(headers)),
        detail=detail,
    )
