"""When a token ends, asked of Webex: for those that come without a word of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import aiohttp
from wxc_sdk.as_rest import AsRestError

from odt_async.errors import OdtError
from odt_async.webex.calls import CallRecord, current_row

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["token_left_s"]

_LONGEST_S = 300.0  # in sending and backing off: it is good to know, and no more


async def token_left_s(api: AsWebexSimpleApi) -> float | None:
    """Return the seconds that the token of *api* is good for; None where Webex does not say.

    GET /v1/authorizations/tokenExpiry (wxc_sdk 1.41.0): an epoch in milliseconds, so it is as right as the clock
    of this machine. A token that is refused, a call that fails: whoever sends the next request sees to that.
    """
    before = current_row.set(CallRecord(max_elapsed_s=_LONGEST_S, aside=True))
    try:
        expires_ms = await api.authorizations.get_token_expiration_status()
    except (AsRestError, aiohttp.ClientError, OdtError, KeyError, ValueError):  # the last two: no such answer
        return None
    finally:
        current_row.reset(before)
    left_s = expires_ms / 1000 - time.time()
    return left_s if left_s > 0 else None
