"""A Webex that repeats the token that it is sent, in every place of an answer and in every encoding."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from urllib.parse import quote

from aiohttp import web

from odt_async.sandbox import Sandbox, SandboxSettings, parse_faults

__all__ = ["ECHOES", "ENCODINGS", "TOKEN", "Echoing", "Encode"]

TOKEN = 'Zm9v+/b4r=="q\\uote~%41-_.NTk5Y2E4ZjctYzA2'  # every character that some encoding changes

Encode = Callable[[str], str]


def lower_percent(secret: str) -> str:
    """Return *secret* as a URL has it, its percent signs with small letters."""
    return re.sub(r"[^\w.-]", lambda match: f"%{ord(match[0]):02x}", secret)


def in_base64(ahead: int, encode: Callable[[bytes], bytes] = base64.b64encode) -> Encode:
    return lambda secret: encode(b"user:"[:ahead] + secret.encode() + b"!").decode()


ENCODINGS: dict[str, Encode] = {
    "as it is": str,
    "a header": lambda secret: f"Bearer {secret}",
    "JSON": json.dumps,
    "JSON in JSON": lambda secret: json.dumps(json.dumps({"Authorization": f"Bearer {secret}"})),
    "a Python repr": repr,
    "URL": lambda secret: quote(secret, safe=""),
    "URL, / kept": quote,
    "URL, small letters": lower_percent,
    "URL twice": lambda secret: quote(quote(secret, safe="")),
    "hex": lambda secret: secret.encode().hex(),
    "HEX": lambda secret: secret.encode().hex().upper(),
    "base64": in_base64(0),
    "base64, 1 ahead": in_base64(1),
    "base64, 2 ahead": in_base64(2),
    "base64 of a header": lambda secret: base64.b64encode(f"Bearer {secret}".encode()).decode(),
    "base64, URL-safe": in_base64(0, base64.urlsafe_b64encode),
    "base64, URL-safe, 1 ahead": in_base64(1, base64.urlsafe_b64encode),
    "base64, URL-safe, 2 ahead": in_base64(2, base64.urlsafe_b64encode),
    "base64 in a URL": lambda secret: quote(base64.b64encode(secret.encode()).decode(), safe=""),
}


class Echoing(Sandbox):
    """A Webex that repeats the token wherever an answer has room for it, in every encoding, row after row."""

    def __init__(self, settings: SandboxSettings | None = None, *faults: str) -> None:
        super().__init__(settings, parse_faults(faults))
        self.echoes = 0

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if "callForwarding" in request.raw_path and self.tokens.is_valid(token, self._loop.time()):
            encodings = list(ENCODINGS.values())
            kind, which = divmod(self.echoes, len(encodings))
            self.echoes += 1
            if kind < len(ECHOES):
                return ECHOES[kind](encodings[which](token))
        return await super()._handle(request)


def json_error(status: int) -> Callable[[str], web.Response]:
    """Return what answers with the echo in every text of an error."""

    def answer(echo: str) -> web.Response:
        body = {"message": echo, "errors": [{"description": echo, "errorCode": 7}], "trackingId": echo}
        return web.json_response(body, status=status)

    return answer


def header(echo: str) -> web.Response:
    ascii_only = echo.replace("\n", "")
    return web.json_response(
        {"message": "No."}, status=400, headers={"trackingid": ascii_only, "X-Echo": echo}
    )


def redirect(echo: str) -> web.Response:
    return web.Response(status=302, headers={"Location": f"https://elsewhere.test/login?token={quote(echo)}"})


def page(echo: str) -> web.Response:
    return web.Response(status=502, text=f"<html>{echo}</html>", content_type="text/html")


def reason_phrase(echo: str) -> web.Response:
    return web.Response(status=400, reason=echo)


def no_model(echo: str) -> web.Response:
    """Answer well with what fits no model: the SDK's complaint quotes it."""
    return web.json_response({"callForwarding": {"always": echo}})


def settings_with(echo: str) -> web.Response:
    """Answer well, the echo among the settings: it becomes the before-state."""
    always = {"enabled": True, "destination": echo, "ringReminderEnabled": False}
    busy = {"enabled": False, "destinationVoicemailEnabled": False}
    no_answer = busy | {"numberOfRings": 3, "systemMaxNumberOfRings": 15}
    branches = {"always": always, "busy": busy, "noAnswer": no_answer}
    return web.json_response({"callForwarding": branches, "businessContinuity": busy})


ECHOES: tuple[Callable[[str], web.Response], ...] = (
    json_error(400),
    json_error(404),
    header,
    redirect,
    page,
    json_error(503),
    reason_phrase,
    no_model,
    settings_with,
)
