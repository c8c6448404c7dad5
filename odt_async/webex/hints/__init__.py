"""What lies behind an error, and what an operator can do about it: one table, and how it is searched.

The table is data, in the modules beside this one; where several entries match, the first in it counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import aiohttp
from wxc_sdk.as_rest import AsRestError

from odt_async.errors import OdtError, RetriesExhausted, RowDeadlineExceeded, RowError
from odt_async.webex.errors import describe, error_code
from odt_async.webex.hints.calling import CALLING
from odt_async.webex.hints.entry import Entry, Hint
from odt_async.webex.hints.failures import FAILURES
from odt_async.webex.hints.http import HTTP
from odt_async.webex.hints.licences import LICENCES
from odt_async.webex.hints.moves import MOVES

__all__ = ["TABLE", "Entry", "Hint", "hint_for", "look_up"]

TABLE = (*CALLING, *LICENCES, *MOVES, *HTTP, *FAILURES)

_GIVEN_UP = (RetriesExhausted, RowDeadlineExceeded)  # the last answer, or its absence, tells why

# as Webex's parts write their numbers into a text: WXC-4202, BATCH-1017021, [Error 4202]
_NUMBER_IN_WORDS = re.compile(r"(?:WXC-|BATCH-|\[Error )(\d{3,9})\b")


def look_up(status: int | None, code: int | None, text: str) -> Hint | None:
    """Return the hint for an answer of Webex: by its number, else by a number in its text, else by its status."""
    numbers = [] if code is None else [code]
    numbers += map(int, _NUMBER_IN_WORDS.findall(text))
    folded = text.casefold()
    found = [
        *(entry for number in numbers for entry in TABLE if number in entry.codes),
        *(entry for entry in TABLE if status in entry.statuses),
    ]
    return next((entry.hint for entry in found if entry.words in folded), None)


def hint_for(error: BaseException) -> Hint | None:
    """Return the hint for *error*, or for the answer of Webex behind it; None where the error itself says it all."""
    if isinstance(error, AsRestError):
        return look_up(error.status, error_code(error), describe(error))
    if not isinstance(error, RowError):
        return _by_class(error)
    if error.refusal is not None:
        return look_up(error.refusal.status, error.refusal.code, error.refusal.text)
    own, behind = _by_class(error), error.__cause__
    if isinstance(behind, aiohttp.ClientError | OSError) and (own is None or isinstance(error, _GIVEN_UP)):
        return hint_for(behind) or own
    return own


def _by_class(error: BaseException) -> Hint | None:
    names = _names_of(error)
    return next((entry.hint for name in names for entry in TABLE if name in entry.errors), None)


def _names_of(error: BaseException) -> Iterator[str]:
    """Yield the names that stand for *error*; of our own errors the own name alone: the others say what to do."""
    kinds = type(error).__mro__ if not isinstance(error, OdtError) else (type(error),)
    return (kind.__name__ for kind in kinds)
