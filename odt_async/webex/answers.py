"""What came back for one request: read as the SDK reads it, and given on without the token."""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import ClientResponse, ClientResponseError, RequestInfo
from multidict import CIMultiDict, CIMultiDictProxy
from wxc_sdk.as_rest import AsRestError

from odt_async.webex.errors import is_error_body
from odt_async.webex.wire import MAX_BODY

__all__ = ["Answer", "answer_of", "forget_token", "refusal"]

_MASK = "***"
_OK = 200


@dataclass(slots=True)
class Answer:
    """A response with its body, or the error that came instead."""

    response: ClientResponse | None = None
    body: Any = ""  # decoded JSON, or text
    defect: str = ""  # why a success is no proof of anything: a body that is not what it should be
    error: Exception | None = None
    elapsed_s: float = 0.0
    size: int = 0  # of the body as read, in bytes, unpacked

    @property
    def tracking_id(self) -> str:
        """What Cisco support asks for; empty where the server names none."""
        return "" if self.response is None else self.response.headers.get("trackingid", "")


def answer_of(response: ClientResponse, raw: bytes | None) -> Answer:
    """Return what the SDK makes of a body: JSON where the server says so, else text; and what is wrong with it.

    raw: unpacked; None of a body that was too long to be read.
    """
    if raw is None:
        return Answer(response, "", f"a body of more than {MAX_BODY >> 20} MiB")
    answer = _understood(response, raw)
    answer.size = len(raw)
    return answer


def _understood(response: ClientResponse, raw: bytes) -> Answer:
    content_type = response.headers.get("Content-Type", "")
    if not content_type.startswith("application/json"):
        if not raw:
            return Answer(response, "", _defect_of_nothing(response))
        kind = content_type.partition(";")[0] or "something untyped"
        text = raw.decode(_charset(response), errors="replace")
        return Answer(response, text, f"{kind} in place of JSON")
    if not raw.strip():
        return Answer(response, None, _defect_of_nothing(response))
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        try:
            body = _lenient_json(raw.decode(_charset(response)))
        except ValueError:  # a wrong encoding is one too
            text = raw.decode(_charset(response), errors="replace")
            return Answer(response, text, "JSON that is cut or garbled")
    return Answer(response, body, "an error inside" if is_error_body(body) else _defect_of_links(response))


def _charset(response: ClientResponse) -> str:
    try:
        return codecs.lookup(response.charset or "utf-8").name
    except LookupError:
        return "utf-8"


def _defect_of_nothing(response: ClientResponse) -> str:
    """A read that succeeds has something to show, unless it says that there is nothing (204)."""
    return "an empty body" if response.method == "GET" and response.status == _OK else ""


def _defect_of_links(response: ClientResponse) -> str:
    """Where the next page is must be legible, or a list would end too early."""
    if response.method == "GET" and "Link" in response.headers:
        try:
            _ = response.links
        except ValueError:
            return "a Link that is none"
    return ""


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
