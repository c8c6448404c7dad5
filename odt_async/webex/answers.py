"""What came back for one request: read as the SDK reads it, and given on without the token."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import ClientResponse, ClientResponseError, RequestInfo
from multidict import CIMultiDict, CIMultiDictProxy
from wxc_sdk.as_rest import AsRestError

__all__ = ["Answer", "forget_token", "read_answer", "refusal"]

_MASK = "***"


@dataclass(slots=True)
class Answer:
    """A response with its body, or the error that came instead."""

    response: ClientResponse | None = None
    body: Any = ""  # decoded JSON, or text
    readable: bool = True  # False: a body that is not what it says, or a page for human eyes
    error: Exception | None = None
    elapsed_s: float = 0.0

    @property
    def tracking_id(self) -> str:
        """What Cisco support asks for; empty where the server names none."""
        return "" if self.response is None else self.response.headers.get("trackingid", "")


async def read_answer(response: ClientResponse) -> Answer:
    """Read the body as the SDK does: JSON where the server says so, else text."""
    content_type = response.headers.get("Content-Type")
    if not content_type:
        return Answer(response)
    if not content_type.startswith("application/json"):
        text = await response.text(errors="replace")
        return Answer(response, text, readable=not content_type.startswith("text/html"))
    raw = await response.read()
    if not raw.strip():
        return Answer(response, None)
    try:
        return Answer(response, orjson.loads(raw))
    except orjson.JSONDecodeError:
        pass
    try:
        return Answer(response, _lenient_json(await response.text()))
    except ValueError:  # a wrong encoding is one too
        return Answer(response, await response.text(errors="replace"), readable=False)


def _lenient_json(text: str) -> Any:
    """Return what the SDK's decoder takes and ours does not, such as NaN.

    Half a surrogate pair becomes a question mark: it could not be encoded again.
    """
    decoded = json.loads(text)
    return json.loads(json.dumps(decoded, ensure_ascii=False).encode(errors="replace"))


def refusal(answer: Answer, token: str) -> AsRestError:
    """Return the error that the SDK would raise, without *token* even where the server repeats it."""
    response = answer.response
    assert response is not None  # noqa: S101 - the other half of Answer
    headers, body = response.headers, answer.body
    if token and token in f"{headers}{body}":
        masked = CIMultiDict((name, value.replace(token, _MASK)) for name, value in headers.items())
        headers = CIMultiDictProxy(masked)
        body = json.loads(json.dumps(body).replace(token, _MASK))
    return AsRestError(
        _anonymous(response.request_info),
        response.history,
        status=response.status,
        message=response.reason or "",
        headers=headers,
        detail=body,
    )


def forget_token(error: ClientResponseError) -> None:
    """Take the token out of *error*, which aiohttp raises for an answer that is no HTTP."""
    error.request_info = _anonymous(error.request_info)
    error.args = (error.request_info, error.history)


def _anonymous(request: RequestInfo) -> RequestInfo:
    headers = CIMultiDict(request.headers)
    headers["Authorization"] = _MASK
    return RequestInfo(request.url, request.method, CIMultiDictProxy(headers), request.real_url)
