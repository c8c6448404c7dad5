from __future__ import annotations

from typing import Any

import pytest
from aiohttp import RequestInfo
from multidict import CIMultiDict, CIMultiDictProxy
from pydantic import BaseModel, ValidationError
from wxc_sdk.as_rest import AsRestError
from yarl import URL

from odt_async.errors import InvalidRow, OutcomeUnknown, Problem, RetriesExhausted
from odt_async.model import Failure
from odt_async.runner.failure import failure_of

FORWARDING = "https://webexapis.com/v1/people/p1/features/callForwarding"
NO_LICENCE = {
    "error": [{"key": "404", "message": [{"code": 4008, "description": "User is not a Webex Calling user"}]}],
    "trackingId": "NA_1",
}


def rest_error(status: int, body: Any) -> AsRestError:
    headers = CIMultiDictProxy(CIMultiDict({"Authorization": "***"}))
    url = URL(FORWARDING)
    return AsRestError(
        RequestInfo(url, "PUT", headers, url),
        (),
        status=status,
        message="Not Found",
        headers=CIMultiDict({"trackingid": "NA_1", "Set-Cookie": "session=1"}),
        detail=body,
    )


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    """Return *error* as it is when it has been raised, with its traceback."""
    with pytest.raises(type(error)) as caught:
        raise error from cause
    return caught.value


def test_an_answer_of_webex_is_kept_whole_with_its_cure() -> None:
    failure = failure_of(raised(rest_error(404, NO_LICENCE)))
    assert failure.remote == {
        "method": "PUT",
        "url": FORWARDING,
        "status": 404,
        "reason": "Not Found",
        "headers": {"trackingid": "NA_1", "Set-Cookie": "***"},
        "body": NO_LICENCE,
    }
    assert (failure.type, failure.text, failure.cause, failure.hint) == (
        "AsRestError",
        "HTTP 404, code 4008: User is not a Webex Calling user",
        "the person or workspace has no Webex Calling licence",
        "assign one first, then run the row again",
    )
    assert failure.traceback is not None
    assert "AsRestError" in failure.traceback


@pytest.mark.parametrize("wrapper", [RetriesExhausted, OutcomeUnknown])
def test_an_answer_behind_an_error_of_ours_is_shown_with_it(
    wrapper: type[RetriesExhausted | OutcomeUnknown],
) -> None:
    failure = failure_of(raised(wrapper("sent 13 times"), cause=rest_error(503, "<html>")))
    assert failure.remote is not None
    assert (failure.type, failure.text, failure.refused, failure.remote["status"]) == (
        wrapper.__name__,
        "sent 13 times; HTTP 503: Not Found",
        None,
        503,
    )
    assert "run the row again, with --resume" in (failure.hint or "")


def test_a_lost_connection_behind_an_error_of_ours_has_no_answer() -> None:
    failure = failure_of(raised(RetriesExhausted("sent 13 times"), cause=ConnectionResetError("gone")))
    assert (failure.type, failure.text, failure.remote) == ("RetriesExhausted", "sent 13 times", None)
    assert failure.traceback is not None
    assert "ConnectionResetError: gone" in failure.traceback


def test_an_invalid_row_names_its_cells_and_needs_no_traceback() -> None:
    problems = (
        Problem("extension", "is empty: fill it in", "usuarios.csv line 7"),
        Problem(None, "the row has 4 cells and the header 3", "usuarios.csv line 7"),
    )
    assert failure_of(InvalidRow(problems)) == Failure(
        type="InvalidRow",
        text="usuarios.csv line 7, column extension: is empty: fill it in; "
        "usuarios.csv line 7: the row has 4 cells and the header 3",
        problems=(
            {"where": "usuarios.csv line 7", "column": "extension", "text": "is empty: fill it in"},
            {"where": "usuarios.csv line 7", "column": None, "text": "the row has 4 cells and the header 3"},
        ),
    )


def test_an_unexpected_error_keeps_its_traceback() -> None:
    failure = failure_of(raised(KeyError("callForwarding")))
    assert (failure.type, failure.text, failure.remote) == ("KeyError", "KeyError: 'callForwarding'", None)
    assert failure.hint == "the traceback in error.jsonl shows where: report it with that line"
    assert failure.traceback is not None
    assert "in raised" in failure.traceback


def test_an_error_without_words_is_called_by_its_name() -> None:
    assert [failure_of(raised(error)).text for error in (TimeoutError(), AttributeError())] == [
        "TimeoutError",
        "AttributeError",
    ]


class _Forwarding(BaseModel):
    enabled: bool
    ring: int
    to: str
    tone: str


class _Setting(BaseModel):
    forwarding: _Forwarding


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (
            {"forwarding": "token-0123"},
            "forwarding: Input should be a valid dictionary or instance of _Forwarding",
        ),
        (
            {"forwarding": {"enabled": [], "ring": "x", "to": [], "tone": []}},
            (
                "forwarding.enabled: Input should be a valid boolean; forwarding.ring: Input should be a valid "
                "integer, unable to parse string as an integer; forwarding.to: Input should be a valid string; "
                "and 1 more"
            ),
        ),
        (None, "the whole: Input should be a valid dictionary or instance of _Setting"),
    ],
)
def test_an_answer_that_fits_no_model_is_one_line_that_names_the_fields(answer: object, text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _Setting.model_validate(answer)
    failure = failure_of(caught.value)
    assert (failure.type, failure.text) == (
        "ValidationError",
        f"not as the SDK describes _Setting: {text}",
    )
    assert failure.cause is not None
    assert "another form than the SDK describes" in failure.cause
