"""Every status and every error of aiohttp has one meaning, and what Webex says of it is found in any shape."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import aiohttp
import aiohttp.client_exceptions
import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from odt_async.model import Verdict, VerdictKind
from odt_async.webex.errors import (
    classify_answer,
    classify_error,
    describe,
    error_code,
    is_error_body,
    masked,
    parse_retry_after,
    remote_answer,
)
from tests.webex.refusals import make_refusal

OK, AUTH, PERMANENT = VerdictKind.OK, VerdictKind.AUTH, VerdictKind.PERMANENT
THROTTLED, TRANSIENT, AMBIGUOUS = VerdictKind.THROTTLED, VerdictKind.TRANSIENT, VerdictKind.AMBIGUOUS
WRITES = ("PUT", "POST", "PATCH", "DELETE")

# what a read and a write that were answered so ask for
MEANINGS = {
    200: (OK, OK),
    201: (OK, OK),
    204: (OK, OK),
    206: (OK, OK),
    301: (PERMANENT, PERMANENT),
    304: (PERMANENT, PERMANENT),
    302: (TRANSIENT, AMBIGUOUS),
    303: (TRANSIENT, AMBIGUOUS),
    307: (TRANSIENT, AMBIGUOUS),
    308: (PERMANENT, PERMANENT),
    400: (PERMANENT, PERMANENT),
    401: (AUTH, AUTH),
    403: (PERMANENT, PERMANENT),
    404: (PERMANENT, PERMANENT),
    405: (PERMANENT, PERMANENT),
    408: (TRANSIENT, TRANSIENT),
    409: (PERMANENT, PERMANENT),
    415: (PERMANENT, PERMANENT),
    423: (TRANSIENT, TRANSIENT),
    425: (TRANSIENT, TRANSIENT),
    429: (THROTTLED, THROTTLED),
    451: (PERMANENT, PERMANENT),
    500: (TRANSIENT, AMBIGUOUS),
    501: (PERMANENT, PERMANENT),
    502: (TRANSIENT, AMBIGUOUS),
    503: (TRANSIENT, AMBIGUOUS),
    504: (TRANSIENT, AMBIGUOUS),
    505: (PERMANENT, PERMANENT),
    511: (PERMANENT, PERMANENT),
    599: (TRANSIENT, AMBIGUOUS),
}

# the same for an answer that did not come, or not whole
MEANINGS_OF_ERRORS = {
    "ClientConnectionError": (TRANSIENT, AMBIGUOUS),
    "ClientConnectionResetError": (TRANSIENT, AMBIGUOUS),
    "ClientConnectorCertificateError": (PERMANENT, PERMANENT),
    "ClientConnectorDNSError": (TRANSIENT, TRANSIENT),
    "ClientConnectorError": (TRANSIENT, TRANSIENT),
    "ClientConnectorSSLError": (PERMANENT, PERMANENT),
    "ClientError": (TRANSIENT, AMBIGUOUS),
    "ClientHttpProxyError": (TRANSIENT, AMBIGUOUS),
    "ClientOSError": (TRANSIENT, AMBIGUOUS),
    "ClientPayloadError": (TRANSIENT, AMBIGUOUS),
    "ClientProxyConnectionError": (TRANSIENT, TRANSIENT),
    "ClientResponseError": (TRANSIENT, AMBIGUOUS),
    "ClientSSLError": (PERMANENT, PERMANENT),
    "ConnectionTimeoutError": (TRANSIENT, TRANSIENT),
    "ContentTypeError": (TRANSIENT, AMBIGUOUS),
    "InvalidURL": (PERMANENT, PERMANENT),
    "InvalidUrlClientError": (PERMANENT, PERMANENT),
    "InvalidUrlRedirectClientError": (PERMANENT, PERMANENT),
    "NonHttpUrlClientError": (PERMANENT, PERMANENT),
    "NonHttpUrlRedirectClientError": (PERMANENT, PERMANENT),
    "RedirectClientError": (TRANSIENT, AMBIGUOUS),
    "ServerConnectionError": (TRANSIENT, AMBIGUOUS),
    "ServerDisconnectedError": (TRANSIENT, AMBIGUOUS),
    "ServerFingerprintMismatch": (PERMANENT, PERMANENT),
    "ServerTimeoutError": (TRANSIENT, AMBIGUOUS),
    "SocketTimeoutError": (TRANSIENT, AMBIGUOUS),
    "TooManyRedirects": (PERMANENT, PERMANENT),
    "UnixClientConnectorError": (TRANSIENT, TRANSIENT),
    "UploadAbortedError": (TRANSIENT, AMBIGUOUS),
    "WSMessageTypeError": (PERMANENT, PERMANENT),
    "WSServerHandshakeError": (TRANSIENT, AMBIGUOUS),
}


def errors_of_aiohttp() -> Iterator[type[Exception]]:
    for found in vars(aiohttp.client_exceptions).values():
        is_class = isinstance(found, type) and issubclass(found, Exception)
        if is_class and found.__module__ == aiohttp.client_exceptions.__name__:
            yield found


def bare(error: type[Exception]) -> Exception:
    """Return an instance without the arguments that its class asks for: only its class is looked at."""
    return error.__new__(error)


@pytest.mark.parametrize("status", MEANINGS)
def test_a_status_has_one_meaning_for_reads_and_one_for_writes(status: int) -> None:
    read, write = MEANINGS[status]
    asked = {THROTTLED: 7.0, TRANSIENT: 7.0, AMBIGUOUS: 7.0}

    def meaning(kind: VerdictKind) -> Verdict:
        return Verdict(kind, "" if kind is OK else f"HTTP {status}", asked.get(kind))

    verdicts = {
        method: classify_answer(method, status, {"Retry-After": "7"}) for method in ("GET", "HEAD", *WRITES)
    }

    assert verdicts == {"GET": meaning(read), "HEAD": meaning(read)} | dict.fromkeys(WRITES, meaning(write))


def test_a_success_with_a_defect_is_no_proof_of_anything() -> None:
    verdicts = [classify_answer(method, 200, {}, defect="an empty body") for method in ("GET", "PUT")]
    reason = "HTTP 200, an empty body"
    assert verdicts == [Verdict(TRANSIENT, reason), Verdict(AMBIGUOUS, reason)]


@pytest.mark.parametrize("status", [302, 400, 401, 404, 429, 503])
def test_a_refusal_means_the_same_whatever_is_wrong_with_its_body(status: int) -> None:
    verdicts = [classify_answer("GET", status, {}, defect=defect) for defect in ("", "an error inside")]
    assert verdicts == [Verdict(MEANINGS[status][0], f"HTTP {status}")] * 2


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"message": "Bad.", "errors": [{"description": "No.", "errorCode": 4202}], "trackingId": "T"}, True),
        (
            {"error": [{"key": "4", "message": [{"code": 4008, "description": "No."}]}], "trackingId": "T"},
            True,
        ),
        ({"error": [{"code": 1026010, "message": "No."}]}, True),
        ({"error": {"code": 5, "message": "No."}}, True),
        ({"error": "invalid_request", "error_description": "No."}, True),
        ({"errors": [{"errorCode": 400}]}, True),
        (
            {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404", "detail": "No."},
            True,
        ),
        # legitimate answers: a list of refused numbers, a person, SCIM Bulk, a move, nothing amiss
        ({"errors": [{"number": "+34", "errorType": "x", "errorCode": 5, "errorMessage": "No."}]}, False),
        ({"id": "p1", "errors": {"phoneNumbers": {"code": 1, "reason": "No."}}}, False),
        (
            {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],
                "Operations": [{"status": "400"}],
                "errors": [{"description": "No."}],
            },
            False,
        ),
        ({"response": [{"userId": "u", "impacts": [], "errors": [{"code": 1, "message": "No."}]}]}, False),
        ({"failureReason": [{"code": 1}]}, False),
        ({"errors": []}, False),
        ({"errors": [7]}, False),
        ({"message": "Done.", "trackingId": "T"}, False),
        ({}, False),
        ([], False),
        (None, False),
        ("error", False),
    ],
)
def test_an_error_in_place_of_a_result_is_told_from_results_that_have_errors(
    body: object, *, expected: bool
) -> None:
    assert is_error_body(body) is expected


def test_every_error_of_aiohttp_has_a_meaning() -> None:
    meanings = {
        error.__name__: tuple(classify_error(method, bare(error)).kind for method in ("GET", "PUT"))
        for error in errors_of_aiohttp()
    }
    assert meanings == MEANINGS_OF_ERRORS


@pytest.mark.parametrize("method", WRITES)
def test_a_write_without_an_answer_is_never_repeated_blindly(method: str) -> None:
    verdict = classify_error(method, aiohttp.ServerDisconnectedError())
    assert verdict == Verdict(AMBIGUOUS, "ServerDisconnectedError")


@pytest.mark.parametrize(
    ("error", "read", "write"),
    [
        (TimeoutError(), TRANSIENT, AMBIGUOUS),
        (ConnectionResetError(), TRANSIENT, AMBIGUOUS),
        (OSError(), TRANSIENT, AMBIGUOUS),
        (TypeError(), PERMANENT, PERMANENT),
    ],
)
def test_errors_of_the_system_are_sorted_too(error: Exception, read: VerdictKind, write: VerdictKind) -> None:
    assert [classify_error(method, error).kind for method in ("GET", "PUT")] == [read, write]


DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
EPOCH = 784_111_777.0


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("0", None, 0.0),
        ("120", None, 120.0),
        (" 120 ", None, 120.0),
        ("1.5", None, 1.5),
        ("-3", None, 0.0),
        ("-0.5", None, 0.0),
        ("31536000", None, 31_536_000.0),
        ("999999999999", None, 999_999_999_999.0),
        ("9999999999999", None, None),
        ("9" * 400, None, None),
        (DATE, "Sun, 06 Nov 1994 08:49:30 GMT", 7.0),
        (DATE, "Sun, 06 Nov 1994 09:49:37 +0100", 0.0),
        (DATE, "Sun, 06 Nov 1994 08:49:47 GMT", 0.0),
        (DATE, None, 100.0),
        (DATE, "yesterday", 100.0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", None, 100.0),
        ("Sun Nov  6 08:49:37 1994", None, 100.0),
        ("Mon, 06 Nov 1995 08:49:37 GMT", DATE, 31_536_000.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None, 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None, 253_402_300_799.0 - EPOCH + 100),
        ("Fri, 31 Dec 10000 23:59:59 GMT", None, None),
        ("Sun, 31 Feb 1994 08:49:37 GMT", None, None),
        ("", None, None),
        ("soon", None, None),
        ("5 s", None, None),
        ("1e3", None, None),
        ("0x10", None, None),
        ("NaN", None, None),
        ("-nan", None, None),
        ("inf", None, None),
        ("Infinity", None, None),
    ],
)
def test_retry_after(value: str, date: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, date=date, now=EPOCH - 100) == seconds


def test_a_date_without_a_zone_is_one_of_utc_wherever_we_are(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "XXX+5")
        time.tzset()
        waits = parse_retry_after("Sun Nov  6 08:49:37 1994", now=EPOCH - 3)
    time.tzset()
    assert waits == 3.0


def test_without_a_date_header_the_wait_is_counted_from_our_own_clock() -> None:
    ahead = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    waits = parse_retry_after(ahead)
    assert waits is not None
    assert 3500 < waits <= 3600


def test_the_wait_is_counted_from_the_date_of_the_answer() -> None:
    headers = {"Retry-After": DATE, "Date": "Sun, 06 Nov 1994 08:49:30 GMT"}
    assert classify_answer("GET", 429, headers) == Verdict(THROTTLED, "HTTP 429", 7.0)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Retry-After": ""},
        {"Retry-After": "soon"},
        {"Retry-After": "0"},
        {"Retry-After": "-5"},
        {"Retry-After": DATE, "Date": "Sun, 06 Nov 1994 08:49:38 GMT"},
    ],
)
def test_a_throttling_server_that_names_no_wait_leaves_it_to_us(headers: dict[str, str]) -> None:
    assert classify_answer("GET", 429, headers) == Verdict(THROTTLED, "HTTP 429", None)


PIECES = st.sampled_from(
    [
        "Sun, ",
        "06 ",
        "Nov ",
        "1994 ",
        "08:49:37 ",
        "GMT",
        "+0000",
        "-9999",
        "24:61:61 ",
        "31 ",
        "nan",
        "-",
        ".",
    ]
)


@given(
    st.text() | st.lists(PIECES).map("".join) | st.floats().map(str) | st.integers().map(str),
    st.none() | st.text() | st.lists(PIECES).map("".join),
)
@example("9" * 5000, None)
def test_retry_after_never_raises_and_is_none_or_a_wait(value: str, date: str | None) -> None:
    seconds = parse_retry_after(value, date=date)
    assert seconds is None or (math.isfinite(seconds) and seconds >= 0)


PLATFORM = {
    "message": "The request could not be understood.",
    "errors": [{"description": "Extension already in use.", "errorCode": 4202}, {"description": "Fix it."}],
    "trackingId": "T1",
}
CALLING = {
    "error": [{"key": "404", "message": [{"code": 4008, "description": "No licence."}]}],
    "trackingId": "T1",
}
SCIM = {
    "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
    "status": "409",
    "detail": "The user exists.",
    "urn:scim:schemas:extension:cisco:webexidentity:api:messages:2.0:Error": {
        "errorCode": "1000038",
        "details": [],
    },
}


@pytest.mark.parametrize(
    ("detail", "code", "words"),
    [
        (PLATFORM, 4202, "Extension already in use.; Fix it."),
        (CALLING, 4008, "No licence."),
        (SCIM, 1000038, "The user exists."),
        ({"message": "Only words."}, None, "Only words."),
        ({"message": "Words and a number.", "errorCode": 28018}, 28018, "Words and a number."),
        ({"message": "Empty list.", "errors": []}, None, "Empty list."),
        ({"errors": [{"errorCode": 7}]}, 7, "Bad Request"),
        # not what the SDK's model takes: its `detail` is the body itself then
        ({"errors": [{"errorCode": 400112}], "message": "No downgrade."}, 400112, "No downgrade."),
        ([{"errors": [{"number": "+34", "errorCode": 8363, "errorMessage": "Taken."}]}], 8363, "Taken."),
        (
            {"error": [{"code": 1026015, "message": "The user is not found."}]},
            1026015,
            "The user is not found.",
        ),
        ({"error": "invalid_grant"}, None, "Bad Request"),
        (
            {"error": [{"key": "400", "message": [{"code": "none", "description": None}]}]},
            None,
            "Bad Request",
        ),
        ({"errors": 3, "error": True, "message": {"a": 1}}, None, "Bad Request"),
        ({"message": "Two\n lines."}, None, "Two lines."),
        ("<html>Bad</html>", None, "Bad Request"),
        ("", None, "Bad Request"),
        (None, None, "Bad Request"),
    ],
)
def test_number_and_words_are_found_in_every_shape(detail: Any, code: int | None, words: str) -> None:
    refusal = make_refusal(detail)
    number = "" if code is None else f", code {code}"
    assert (error_code(refusal), describe(refusal)) == (code, f"HTTP 400{number}: {words}")


def test_the_whole_answer_is_kept_without_what_opens_doors() -> None:
    headers = {
        "Set-Cookie": "session=s",
        "Content-Type": "application/json",
        "WWW-Authenticate": "Bearer",
        "trackingId": "T1",
    }

    answer = remote_answer(make_refusal(PLATFORM, headers=headers))

    assert answer == {
        "method": "PUT",
        "url": "https://webexapis.com/v1/people/p1/features/callForwarding",
        "status": 400,
        "reason": "Bad Request",
        "headers": headers | {"Set-Cookie": "***"},
        "body": PLATFORM,
    }


@pytest.mark.parametrize("detail", [CALLING, SCIM, ["a"], {"errors": 3}, "<html>Bad</html>", "", None])
def test_the_body_is_kept_as_it_came(detail: Any) -> None:
    assert remote_answer(make_refusal(detail))["body"] == detail


def test_an_answer_without_headers_has_none() -> None:
    assert remote_answer(make_refusal())["headers"] == {}


def test_headers_are_masked_by_name_and_made_fit_for_json() -> None:
    headers = {
        "AUTHORIZATION": "Bearer t",
        "cookie": "a=b",
        "Proxy-Authorization": "Basic x",
        "Server": "a\udcf1o",
    }
    assert masked(headers) == {
        "AUTHORIZATION": "***",
        "cookie": "***",
        "Proxy-Authorization": "***",
        "Server": "a?o",
    }


NAMES = st.sampled_from(
    ["errors", "error", "message", "code", "errorCode", "description", "detail", "errorMessage", *SCIM]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
@example({"errors": [{"description": "a", "code": "²"}]})
@example({"errors": [{"description": "a", "code": "9" * 5000}]})
def test_no_body_is_too_strange_to_be_told_of(detail: Any) -> None:
    refusal = make_refusal(detail)
    line = describe(refusal)
    kept = remote_answer(refusal)["body"]
    assert line.startswith("HTTP 400")
    assert len(line.splitlines()) == 1
    assert orjson.dumps(kept, option=orjson.OPT_NON_STR_KEYS)
