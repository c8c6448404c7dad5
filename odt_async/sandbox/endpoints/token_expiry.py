"""GET /v1/authorizations/tokenExpiry: when the token that asks will expire.

Source: webex-openapi-specs, `public-spec/webex-admin.json`: Get expiration status for a token ("epoch time in
milliseconds").
"""

from __future__ import annotations

import time

from odt_async.sandbox.routing import Answer, Call, Route, json_answer

__all__ = ["ROUTES"]


def token_expiry(call: Call) -> Answer:
    """Answer with the end of the token as it was announced; one that never expires has 14 days again."""
    left_s = call.tokens.left_s(call.token, call.now)
    return json_answer({"exp": round((time.time() + left_s) * 1000)})


ROUTES = (Route("GET", "/v1/authorizations/tokenExpiry", token_expiry),)
