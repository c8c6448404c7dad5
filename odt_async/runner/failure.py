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
from odt_async.language import written
from odt_async.model import Failure
from odt_async.webex.errors import describe, remote_answer, status_and_code
from odt_async.webex.hints import hint_for

__all__ = ["failure_of"]

_GIVEN_UP = (OutcomeUnknown, RetriesExhausted, RowDeadlineExceeded)
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
    text, remote, refused = str(error) or type(error).__name__, None, None
    if isinstance(answer, AsRestError):
        text = describe(answer) if answer is error else f"{error}; {describe(answer)}"
        remote, refused = remote_answer(answer), status_and_code(answer)
    elif isinstance(error, ValidationError):
        text = _misfit(error)
    elif not isinstance(error, OdtError | aiohttp.ClientError | OSError):
        text = f"{type(error).__name__}: {text}" if str(error) else text
    hint = hint_for(error)
    return Failure(
        type=type(error).__name__,
        text=text,
        cause=None if hint is None else hint.cause,
        hint=None if hint is None else hint.cure,
        traceback="".join(traceback.format_exception(error)),
        remote=remote,
        refused=None if isinstance(error, _GIVEN_UP) else refused,
    )


def _misfit(error: ValidationError) -> str:
    """Return one line: which fields do not fit, and why; no values, which may be anybody's."""
    wrong = error.errors(include_url=False, include_context=False, include_input=False)
    fields = [
        f"{'.'.join(map(str, part['loc'])) or written('the whole')}: {part['msg']}"
        for part in wrong[:_FIELDS]
    ]
    more = [written("and {count} more", count=len(wrong) - _FIELDS)] if len(wrong) > _FIELDS else []
    return written(
        "not as the SDK describes {title}: {names}", title=error.title, names="; ".join(fields + more)
    )
