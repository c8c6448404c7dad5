"""The cause and the cure that an operator is told."""

from __future__ import annotations

import builtins
import inspect
import re
import socket
import ssl
from typing import Any

import aiohttp
import pytest
from wxc_sdk.as_api import AsMoveUsersJobsApi

from odt_async import errors
from odt_async.errors import OutcomeUnknown, Refusal, RetriesExhausted, RowError, Unresolved
from odt_async.webex.hints import TABLE, Entry, Hint, hint_for, look_up
from tests.webex.refusals import make_refusal

LICENCE_CODES = {
    *(400000, 400112, 400118, 400216, 400404, 400406, 400407, 400408, 400410, 400411, 400413),
    *(700003, 700004, 700005, 700006),
}
FIELD_CODES = {4003, 4008, 25409, 1017021, 1026005, 19713, 19716, 10030004, 10050010}
STATUSES = (
    301,
    307,
    400,
    401,
    403,
    404,
    405,
    407,
    408,
    409,
    410,
    412,
    413,
    415,
    418,
    423,
    429,
    451,
    500,
    502,
    503,
)


def calling(code: int, description: str) -> dict[str, Any]:
    return {"error": [{"key": "400", "message": [{"code": code, "description": description}]}]}


def published_move_codes() -> set[int]:
    """Return the numbers of errors that the SDK's own documentation of the move of users lists."""
    words = inspect.getdoc(AsMoveUsersJobsApi.validate_or_initiate) or ""
    listed, _found, impacts = words.partition("List of possible Impacts:")  # which are no errors
    assert "19716" in impacts
    return set(map(int, re.findall(r"^\s*\+ (\d+) -", listed, re.MULTILINE)))


def cause_of(error: BaseException) -> str:
    hint = hint_for(error)
    return "" if hint is None else hint.cause


def entry_id(entry: Entry) -> str:
    return entry.cause[:40]


@pytest.mark.parametrize("code", sorted(LICENCE_CODES | FIELD_CODES | published_move_codes()))
def test_every_number_that_is_published_or_known_from_the_field_has_a_hint_of_its_own(code: int) -> None:
    assert look_up(None, code, "") is not None


@pytest.mark.parametrize("status", STATUSES)
def test_every_refusal_has_a_hint_by_its_status(status: int) -> None:
    assert look_up(status, None, "") is not None


@pytest.mark.parametrize("entry", TABLE, ids=entry_id)
def test_no_entry_is_unreachable(entry: Entry) -> None:
    by_answer = [look_up(None, code, entry.words) for code in entry.codes]
    by_answer += [look_up(status, None, entry.words) for status in entry.statuses]
    by_class = [hint_for(make_error(name)) for name in entry.errors]
    assert by_answer or by_class
    assert entry.hint in by_answer + by_class
    assert all(hint == entry.hint for hint in [*by_answer, *by_class]) or len(entry.statuses) > 1


def make_error(name: str) -> BaseException:
    """Return an error of the class of that name, without what it is usually made of."""
    places = (errors, aiohttp, builtins, ssl, socket)
    kind: Any = next(getattr(place, name) for place in places if hasattr(place, name))
    error: BaseException = kind.__new__(kind)
    return error


@pytest.mark.parametrize("entry", TABLE, ids=entry_id)
def test_an_entry_is_two_sentences_and_found_by_one_kind_of_thing(entry: Entry) -> None:
    assert entry.cause.strip()
    assert entry.cure.strip()
    assert not entry.cause.endswith(".")
    assert entry.words == entry.words.casefold()
    assert sum(map(bool, (entry.codes, entry.statuses, entry.errors))) == 1


def test_entries_that_share_a_sentence_share_the_whole_hint() -> None:
    cures: dict[str, set[str]] = {}
    for entry in TABLE:
        cures.setdefault(entry.cause, set()).add(entry.cure)
    assert {cause: found for cause, found in cures.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("status", "detail", "cause"),
    [
        (400, calling(4003, "Not authorized to set UserCallForwardingBusy"), "'busy' forwarding"),
        (400, calling(4003, "User Not Found"), "nobody in this organisation"),
        (400, calling(4003, "Target user not authorized"), "may not see or change"),
        (404, calling(4008, "User not found"), "no Webex Calling licence"),
        (405, calling(25409, "Not supported"), "only a workspace with a Professional licence"),
        (
            400,
            {"errors": [{"errorCode": 400, "description": "Unable to find location."}]},
            "find the location",
        ),
        (
            400,
            {"errors": [{"description": "WXC-25058 Extension cannot be less than 2"}]},
            "extension has a length",
        ),
        (
            409,
            {"error": [{"code": "BATCH-409", "message": "[Error 4202] Extension taken"}]},
            "extension is in use",
        ),
        (404, calling(404, "Not found"), "of nobody in this organisation"),
        (400, calling(123456, "something new"), "refuses the values"),
        (400, None, "refuses the values"),
        (403, None, "lacks a scope"),
        (404, None, "of nobody in this organisation"),
        (405, None, "does not have the setting"),
        (418, None, "Webex refuses the request"),
        (503, "<html>", "out of order"),
    ],
)
def test_the_number_and_the_words_decide_and_else_the_status(status: int, detail: Any, cause: str) -> None:
    assert cause in cause_of(make_refusal(detail, status=status))


def test_a_success_needs_no_hint() -> None:
    assert hint_for(make_refusal(status=200)) is None


def all_aiohttp_errors() -> list[type[Exception]]:
    found = [getattr(aiohttp, name) for name in aiohttp.__all__]
    return [kind for kind in found if isinstance(kind, type) and issubclass(kind, aiohttp.ClientError)]


@pytest.mark.parametrize("kind", all_aiohttp_errors())
def test_every_error_of_aiohttp_has_a_hint_about_the_connection(kind: type[Exception]) -> None:
    cause = cause_of(kind.__new__(kind))
    assert cause
    assert "the program is at fault" not in cause


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("ClientConnectorCertificateError", "certificate"),
        ("ClientConnectorSSLError", "certificate"),
        ("ClientConnectorDNSError", "cannot be resolved"),
        ("ClientConnectorError", "no connection"),
        ("ConnectionTimeoutError", "did not answer in time"),
        ("SocketTimeoutError", "did not answer in time"),
        ("TimeoutError", "did not answer in time"),
        ("ServerDisconnectedError", "was lost"),
        ("ClientPayloadError", "was lost"),
        ("ConnectionResetError", "was lost"),
        ("TooManyRedirects", "somewhere else"),
        ("KeyError", "the program is at fault"),
    ],
)
def test_what_is_no_answer_is_known_by_its_class(name: str, cause: str) -> None:
    assert cause in cause_of(make_error(name))


def raised_from(error: RowError, cause: BaseException) -> RowError:
    error.__cause__ = cause
    return error


def test_a_call_that_was_given_up_is_explained_by_what_came_last() -> None:
    unavailable, nonsense = make_refusal(status=503), make_refusal("<html>", status=200)
    assert cause_of(raised_from(RetriesExhausted("sent 13 times"), unavailable)) == cause_of(unavailable)
    assert "out of order" in cause_of(raised_from(RetriesExhausted("sent 13 times"), nonsense))
    assert cause_of(RetriesExhausted("sent 13 times")) == "Webex, or the way to it, was out of order"


def test_a_write_of_unknown_fate_is_read_again_whatever_came_last() -> None:
    hint = hint_for(raised_from(OutcomeUnknown("no answer"), make_refusal(status=503)))
    assert hint is not None
    assert hint.cure == "run the row again, with --resume: it is read first, and nothing is applied twice"


def test_an_error_of_an_action_is_explained_by_the_answer_behind_it_and_else_explains_itself() -> None:
    assert "refuses the values" in cause_of(raised_from(RowError("it is there"), make_refusal(status=400)))
    assert hint_for(RowError("it is there")) is None
    assert hint_for(raised_from(RowError("it is there"), KeyError("x"))) is None
    assert "a name stands in the row" in cause_of(raised_from(Unresolved("nobody"), make_refusal(status=404)))


def test_what_webex_says_of_a_part_of_a_job_is_looked_up_too() -> None:
    error = RowError("Webex could not move the person")
    error.refusal = Refusal(400, 27969, "User is associated with DECT handset(s): 4711")
    assert "a device or a trunk group" in cause_of(error)


def test_a_hint_of_an_answer_is_the_one_of_its_numbers_entry() -> None:
    refusal = make_refusal(calling(1026019, "Duplicate entry"), status=400)
    assert hint_for(refusal) == Hint(
        "the person comes more than once in one move", "leave one row for each person"
    )
