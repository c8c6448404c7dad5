"""POST /v1/access_token: a new access token for a refresh token.

Source: developer.webex.com/docs/integrations, "Using the Refresh Token".
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from odt_async.sandbox.access_tokens import REFRESH_LIFETIME_S
from odt_async.sandbox.errors import Refused
from odt_async.sandbox.routing import Answer, Call, Route, json_answer

__all__ = ["ROUTES"]


def refresh(call: Call) -> Answer:
    """Answer with a new access token; the refresh token stays the same and lives on."""
    if not call.content_type.startswith("application/x-www-form-urlencoded"):
        raise Refused(415)
    form = dict(parse_qsl(call.body.decode("utf-8", "replace")))
    if form.get("grant_type") != "refresh_token":
        raise Refused(400, "grant_type must be refresh_token")
    if (form.get("client_id"), form.get("client_secret")) != (
        call.tokens.client_id,
        call.tokens.client_secret,
    ):
        raise Refused(401, "The client credentials are invalid.")
    if form.get("refresh_token") != call.tokens.refresh_token:
        raise Refused(400, "The refresh token provided is expired, revoked, malformed, or invalid.")
    return json_answer(
        {
            "access_token": call.tokens.issue(call.now),
            "expires_in": call.tokens.expires_in,
            "refresh_token": call.tokens.refresh_token,
            "refresh_token_expires_in": REFRESH_LIFETIME_S,
            "token_type": "Bearer",
        }
    )


ROUTES = (Route("POST", "/v1/access_token", refresh, needs_token=False),)
