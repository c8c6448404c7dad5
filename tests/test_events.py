"""The log: one JSON line for each event, all its fields, and no secret in any guise."""

from __future__ import annotations

import base64
import json
import math
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, istr

from odt_async import events
from odt_async.events import Redactor, json_line, open_logger, timestamp

SECRET = "s3cr3t/with+odd=chars???"  # its base64 has a / where that of a URL has a _


def test_an_event_is_one_line_with_all_its_fields() -> None:
    lines: list[bytes] = []
    log = open_logger(lines.append, Redactor(), run="r1")

    log.bind(action="usuarios_alta").info(events.ROW_APPLIED, row_index=3, elapsed_ms=1.5, error=None)
    log.warning(events.RUN_PAUSED, reason="two\nlines")

    first, second = (orjson.loads(line) for line in lines)
    assert [line.count(b"\n") for line in lines] == [1, 1]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first.pop("at"))
    assert first == {
        "level": "info",
        "event": "row.applied",
        "run": "r1",
        "action": "usuarios_alta",
        "row_index": 3,
        "elapsed_ms": 1.5,
        "error": None,
    }
    assert {"level": "warning", "event": "run.paused", "reason": "two\nlines"}.items() <= second.items()


def test_what_is_for_developers_is_not_logged() -> None:
    lines: list[bytes] = []
    open_logger(lines.append, Redactor()).debug("row.detail")
    assert lines == []


def test_runs_side_by_side_keep_their_logs_and_secrets_apart() -> None:
    logs: dict[str, list[bytes]] = {"a": [], "b": []}
    loggers = {
        name: open_logger(lines.append, Redactor([f"secret-{name}"]), run=name)
        for name, lines in logs.items()
    }
    for logger in loggers.values():
        logger.info("event", text="secret-a secret-b")

    seen = {name: [orjson.loads(line) for line in lines] for name, lines in logs.items()}
    assert {name: [(line["run"], line["text"]) for line in lines] for name, lines in seen.items()} == {
        "a": [("a", "*** secret-b")],
        "b": [("b", "secret-a ***")],
    }


def test_the_names_of_events_are_listed_once_each() -> None:
    names = [value for name, value in vars(events).items() if name.startswith(("HTTP_", "ROW_", "RUN_"))]
    assert len(set(names)) == len(names) > 0
    assert all(re.fullmatch(r"(http|row|run)\.[a-z_]+", name) for name in names)


def test_a_timestamp_is_utc_with_milliseconds() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", timestamp())


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({istr("trackingId"): "T1"}, {"trackingId": "T1"}),
        (dict(CIMultiDict({"Date": "now"})), {"Date": "now"}),
        ({3: "a", None: "b"}, {"3": "a", "null": "b"}),
        (Path("logs/a.csv"), "logs/a.csv"),
        (ValueError("why"), "why"),
        (math.nan, None),
        ("a\udcf1o", "a?o"),
        ({"\udcf1": [Path("a"), "\udcf1"]}, {"?": ["a", "?"]}),
        (2**70, float(2**70)),
    ],
    ids=repr,
)
def test_whatever_a_record_holds_its_line_is_written(value: Any, written: Any) -> None:
    line = json_line({"value": value})
    assert line.endswith(b"}\n")
    assert orjson.loads(line) == {"value": written}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (SECRET, "***"),
        (f"seen Bearer {SECRET}, twice: {SECRET}", "seen Bearer ***, twice: ***"),
        (f"https://h/?t={quote(SECRET, safe='')}&a=1", "https://h/?t=***&a=1"),
        (urlencode({"secret": SECRET, "a": "1"}), "secret=***&a=1"),
        (base64.b64encode(SECRET.encode()).decode(), "***"),
        (base64.urlsafe_b64encode(SECRET.encode()).decode(), "***"),
        (base64.b64encode(f"user:{SECRET}".encode()).decode(), "dXNlcjp***8="),
        (base64.b64encode(f"u:{SECRET}".encode()).decode(), "dTp***8="),
    ],
)
def test_a_told_secret_is_masked_in_every_guise(text: str, masked: str) -> None:
    line = json_line({"text": text, "inner": [{text: text}]})
    assert orjson.loads(Redactor([SECRET])(line)) == {"text": masked, "inner": [{masked: masked}]}


VISIBLE = st.characters(min_codepoint=0x21, max_codepoint=0x7E)


@given(st.text(VISIBLE, min_size=12), st.binary(max_size=4), st.binary(max_size=4))
def test_a_secret_within_base64_leaves_only_its_neighbours(secret: str, ahead: bytes, behind: bytes) -> None:
    masked = Redactor([secret])(base64.b64encode(ahead + secret.encode() + behind))
    assert masked.count(b"***") == 1
    # a character of base64 on each side may belong to both, and padding
    assert len(masked) <= 3 + len(base64.b64encode(ahead)) + len(base64.b64encode(behind)) + 4


WORD = st.text(VISIBLE, min_size=8).filter(lambda word: not set(word) & set('"\\*'))
TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]))


@given(WORD, TEXT, TEXT)
def test_a_masked_line_is_still_json(secret: str, ahead: str, behind: str) -> None:
    masked = Redactor([secret])(json_line({"k": f"{ahead}{secret}{behind}"}))
    (text,) = orjson.loads(masked).values()
    assert ("***" in text, secret in text) == (True, False)


def test_a_secret_that_json_escapes_is_masked_too() -> None:
    secret = 'quoted"and\\slashed'
    assert Redactor([secret])(json_line({"k": secret})) == b'{"k":"***"}\n'


@pytest.mark.parametrize(
    "text", ["{}", "%-escaped: {url}", "{lower_url}", "{url_url}", "{hex}", "{HEX}", "{json_json}"]
)
def test_a_told_secret_is_masked_in_nested_escapes_and_hex(text: str) -> None:
    url = quote(SECRET, safe="")
    guises = {
        "url": url,
        "lower_url": re.sub("%..", lambda match: match[0].lower(), url),
        "url_url": quote(url, safe=""),
        "hex": SECRET.encode().hex(),
        "HEX": SECRET.encode().hex().upper(),
        "json_json": json.dumps(json.dumps(SECRET)),
    }
    line = Redactor([SECRET])(text.format(SECRET, **guises).encode())
    assert (line.count(b"***"), [guise for guise in guises.values() if guise.encode() in line]) == (1, [])


def test_what_is_to_be_read_back_loses_the_secrets_told_and_nothing_else() -> None:
    redact = Redactor([SECRET])
    line = json_line({"password": "sip-1", "note": f"{SECRET} Bearer abcdefgh.123"})
    assert orjson.loads(redact.told(line)) == {"password": "sip-1", "note": "*** Bearer abcdefgh.123"}


def test_text_is_masked_as_lines_are() -> None:
    text = f"ñ \udcf1 {SECRET} Bearer abcdefgh.123"
    assert Redactor([SECRET]).text(text) == "ñ \udcf1 *** Bearer ***"


def test_a_short_secret_does_not_mask_base64_by_chance() -> None:
    assert Redactor(["abc"])(base64.b64encode(b"abc")) == base64.b64encode(b"abc")


def test_a_secret_told_later_is_masked_from_then_on() -> None:
    redact = Redactor()
    before = redact(b"token-1 token-2")
    for secret in ("token-1", "", "token-1"):
        redact.add(secret)
    assert (before, redact(b"token-1 token-2")) == (b"token-1 token-2", b"*** token-2")


def test_of_two_secrets_the_longer_one_leaves_nothing_behind() -> None:
    assert Redactor(["token", "token-and-more"])(b"token-and-more token") == b"*** ***"


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        (b'{"a":"Bearer abcdefgh.123-_~+/="}', b'{"a":"Bearer ***"}'),
        (b'{"a":"bearer abcdefgh"}', b'{"a":"bearer ***"}'),
        (b'{"a":"BEARER  abcdefgh"}', b'{"a":"BEARER  ***"}'),
        (b'{"a":"Bearer of news"}', b'{"a":"Bearer of news"}'),
        (b'{"access_token": "x", "b":1}', b'{"access_token": "***", "b":1}'),
        (b'{"refresh_token":"x","client_secret":"y"}', b'{"refresh_token":"***","client_secret":"***"}'),
        (b'{"Password":"say \\"hi\\"","b":1}', b'{"Password":"***","b":1}'),
        (b'{"Authorization":"Basic eDp5"}', b'{"Authorization":"***"}'),
        (
            b'{"body":"{\\"access_token\\": \\"x\\",\\"b\\":1}"}',
            b'{"body":"{\\"access_token\\": \\"***\\",\\"b\\":1}"}',
        ),
        (b'{"a":"Bearer%20abcdefgh"}', b'{"a":"Bearer%20***"}'),
        (b'{"a":"x eyJhbGciOiJI.eyJzdWIiOiI.c2ln y"}', b'{"a":"x *** y"}'),
        (b'{"a":"eyJjdXJzb3IiOjF9"}', b'{"a":"eyJjdXJzb3IiOjF9"}'),  # a cursor, say: JSON, and no token
        (b'{"token_type":"Bearer"}', b'{"token_type":"Bearer"}'),
        (b'{"access_token":null}', b'{"access_token":null}'),
    ],
)
def test_what_looks_like_a_secret_is_masked_untold(line: bytes, masked: bytes) -> None:
    assert Redactor()(line) == masked
