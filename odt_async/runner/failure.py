"""An exception -> what is kept of it for the operator and for triage."""

from __future__ import annotations

import traceback

from wxc_sdk.as_rest import AsRestError

from odt_async.errors import InvalidRow, OutcomeUnknown, RetriesExhausted, RowDeadlineExceeded, RowError
from odt_async.model import Failure
from odt_async.webex.errors import describe, remote_answer
from odt_async.webex.hints import hint_for

__all__ = ["failure_of"]

_GIVEN_UP = (OutcomeUnknown, RetriesExhausted, RowDeadlineExceeded)
_AGAIN = "Webex or the way to it was out of order: run the row again, with --resume"


def failure_of(error: Exception) -> Failure:
    """Return *error*, or the answer of Webex behind it, as a failure."""
    if isinstance(error, InvalidRow):
        return Failure(
            type=type(error).__name__,
            text=str(error),
            problems=tuple({"where": p.where, "column": p.column, "text": p.text} for p in error.problems),
        )
    answer = error.__cause__ if isinstance(error, RowError) else error
    text, hint, remote = str(error) or type(error).__name__, None, None
    if isinstance(answer, AsRestError):
        text = describe(answer) if answer is error else f"{error}; {describe(answer)}"
        hint, remote = hint_for(answer), remote_answer(answer)
    if isinstance(error, _GIVEN_UP):
        hint = _AGAIN
    trace = "".join(traceback.format_exception(error))
    return Failure(type=type(error).__name__, text=text, hint=hint, traceback=trace, remote=remote)
