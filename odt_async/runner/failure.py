"""An exception -> what is kept of it for the operator and for triage."""

from __future__ import annotations

import traceback

import aiohttp
from pydantic import ValidationError
from wxc_sdk.as_rest import AsRestError

from odt_async.errors import (
    InvalidRow,
    OdtError,
    OutcomeUnknown,
    RetriesExhausted,
    RowDeadlineExceeded,
    RowError,
)
from odt_async.model import Failure
from odt_async.webex.errors import describe, remote_answer, status_and_code
from odt_async.webex.hints import hint_for

__all__ = ["failure_of"]

_GIVEN_UP = (OutcomeUnknown, RetriesExhausted, RowDeadlineExceeded)
_AGAIN = "Webex or the way to it was out of order: run the row again, with --resume"
_UNEXPECTED = (
    "an answer of Webex has another form than the SDK describes, or the program is at fault: the traceback in "
    "error.jsonl shows where"
)
_FIELDS = 3  # of an answer that does not fit, in one line


def failure_of(error: Exception) -> Failure:
    """Return *error*, or the answer of Webex behind it, as a failure."""
    if isinstance(error, InvalidRow):
        return Failure(
            type=type(error).__name__,
            text=str(error),
            problems=tuple({"where": p.where, "column": p.column, "text": p.text} for p in error.problems),
        )
    answer = error.__cause__ if isinstance(error, RowError) else error
    text, hint, remote, refused = str(error) or type(error).__name__, None, None, None
    if isinstance(answer, AsRestError):
        text = describe(answer) if answer is error else f"{error}; {describe(answer)}"
        hint, remote, refused = hint_for(answer), remote_answer(answer), status_and_code(answer)
    elif isinstance(error, ValidationError):
        text, hint = _misfit(error), _UNEXPECTED
    elif not isinstance(error, OdtError | aiohttp.ClientError | OSError):
        hint = _UNEXPECTED
        text = f"{type(error).__name__}: {text}" if str(error) else text
    if isinstance(error, _GIVEN_UP):
        hint, refused = _AGAIN, None
    trace = "".join(traceback.format_exception(error))
    return Failure(
        type=type(error).__name__, text=text, hint=hint, traceback=trace, remote=remote, refused=refused
    )


def _misfit(error: ValidationError) -> str:
    """Return one line: which fields do not fit, and why; no values, which may be anybody's."""
    wrong = error.errors(include_url=False, include_context=False, include_input=False)
    fields = [f"{'.'.join(map(str, part['loc'])) or 'the whole'}: {part['msg']}" for part in wrong[:_FIELDS]]
    more = [f"and {len(wrong) - _FIELDS} more"] if len(wrong) > _FIELDS else []
    return f"not as the SDK describes {error.title}: {'; '.join(fields + more)}"
