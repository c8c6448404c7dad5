"""What is asked of the sandbox itself, below `/_sandbox/`: no token, no faults, not in the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from odt_async.errors import InputError
from odt_async.sandbox.errors import Refused
from odt_async.sandbox.faults import parse_faults
from odt_async.sandbox.routing import Answer, json_answer

if TYPE_CHECKING:
    from odt_async.sandbox.app import Sandbox

__all__ = ["CONTROL_PREFIX", "control"]

CONTROL_PREFIX = "/_sandbox/"


def control(sandbox: Sandbox, method: str, command: str, body: bytes) -> Answer:
    """Do what `<method> /_sandbox/<command>` asks.

    `GET journal`: what was counted, as JSON. `GET limits`: what each `throttle` allowed, accepted and refused,
    by minute. `POST reset`: count from 0 again. `PUT faults`: a JSON list of
    `NAME=VALUE` stands in place of all faults there were; `[]` ends them. `POST expire`: every access token
    issued so far ends now.

    Raises Refused: 400 for faults that are not understood (those there were stay), 404 for all else.
    """
    match method, command:
        case "GET", "journal":
            return json_answer(sandbox.journal.as_json())
        case "GET", "limits":
            return json_answer(sandbox.usage())
        case "POST", "reset":
            sandbox.journal.clear()
        case "PUT", "faults":
            _replace_faults(sandbox, body)
        case "POST", "expire":
            sandbox.tokens.expire_all()
        case _:
            raise Refused(404)
    return Answer(204)


def _replace_faults(sandbox: Sandbox, body: bytes) -> None:
    try:
        texts = orjson.loads(body)
    except orjson.JSONDecodeError:
        texts = None
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise Refused(400, 'a JSON list of NAME=VALUE is wanted, such as ["5xx=2%"]')
    try:
        sandbox.replace_faults(parse_faults(texts))
    except InputError as error:
        raise Refused(400, str(error)) from error
