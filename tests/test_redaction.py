"""No secret in any guise."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote, urlencode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.events import json_line
from odt_async.redaction import Redactor

SECRET = "s3cr3t/with+odd=chars???"  # its base64 has a / where that of a URL has a _


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


def test_a_secret_is_masked_among_bytes_that_are_no_text() -> None:
    line = b"\xff %s \xfe Bearer abcdefgh.123" % SECRET.encode()
    assert Redactor([SECRET])(line) == b"\xff *** \xfe Bearer ***"


def test_a_secret_without_a_letter_or_digit_is_masked() -> None:
    assert Redactor(["?!?"])(b'{"a":"what?!?"}') == b'{"a":"what***"}'


def test_a_short_secret_does_not_mask_base64_by_chance() -> None:
    assert Redactor(["abc"])(base64.b64encode(b"abc")) == base64.b64encode(b"abc")


def test_a_secret_told_later_is_masked_from_then_on() -> None:
    redact = Redactor()
    before = redact(b"token-1 token-2")
    for secret in ("token-1", "", "token-1"):
        redact.add(secret)
    assert (before, redact(b"token-1 token-2")) == (b"token-1 token-2", b"*** token-2")


def test_of_more_secrets_than_are_sought_at_once_each_is_masked() -> None:
    secrets = [f"secret-{number}-of-many" for number in range(90)]
    assert Redactor(secrets)(" ".join(secrets).encode()) == b" ".join([b"***"] * 90)


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
        (b'{"aCCESS_tOKEN":"x"}', b'{"aCCESS_tOKEN":"***"}'),
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
