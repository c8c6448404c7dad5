"""No secret is written to any file: every line passes here, as the bytes that are about to be written.

A secret is found in whatever guise it may stand: in a URL, as base64 or hex, in JSON within JSON, however deep.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from pydantic_core import SchemaValidator, core_schema

__all__ = ["Redactor"]

_BEARER = re.compile(rb"(Bearer(?:\s|\+|%20)+)[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)
_JWT = re.compile(rb"eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?")
_NAMES = rb"(?:access_token|refresh_token|client_secret|password|authorization)"
_MEMBER = re.compile(rb'("' + _NAMES + rb'"\s*:\s*)"(?:[^"\\]|\\.)*"', re.IGNORECASE)
# JSON in a string, however deep
_QUOTED_MEMBER = re.compile(rb'((\\+)"' + _NAMES + rb'\2"\s*:\s*\2")[^"\\]*', re.IGNORECASE)
_MASK = b"***"
# in whatever one of these four matches
_LIKENESS = r'(?i:bearer(?:\s|\+|%20)|(?:_token|_secret|password|authorization)["\\])|eyJ[\w-]*\.'
_MOST_AT_ONCE = 512  # patterns in one search: of thousands it takes milliseconds
_MOST_SOUGHT = 48  # characters of a secret: to prepare the search for more costs more than it saves
_LEAST_ENCODED = 8  # characters of base64 or hex: fewer may stand there by chance
_PLAIN = re.compile(r"[\w.-]+", re.ASCII)  # what URLs (RFC 3986, 2.3) and JSON leave alone
_BACKSLASH = rb"(?:\\|%(?:25)*5[Cc])"
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def _guises(secret: str) -> Iterator[str]:
    """Yield *secret* as it may stand in a line, but for escapes: as it is, in hex, inside of base64."""
    raw = secret.encode()
    yield secret
    encoded = [raw.hex(), raw.hex().upper()]
    # bytes before it in a group of three, characters they touch
    for ahead, mixed in ((0, 0), (1, 2), (2, 3)):
        base = base64.b64encode(bytes(ahead) + raw).rstrip(b"=")
        last_is_mixed = (ahead + len(raw)) % 3 > 0
        own = base[mixed : len(base) - last_is_mixed]
        encoded += [own.decode(), own.translate(_URL_SAFE).decode()]
    yield from (guise for guise in encoded if len(guise) >= _LEAST_ENCODED)


def _matcher(guise: str) -> re.Pattern[bytes] | bytes:
    """Return what finds *guise*: itself, or where URLs and JSON write it otherwise, with any escapes, nested too."""
    if _PLAIN.fullmatch(guise):
        return guise.encode()
    return re.compile(b"".join(map(_escaped, guise)))


def _escaped(char: str) -> bytes:
    raw = char.encode()
    if _PLAIN.fullmatch(char):
        return re.escape(raw)
    if char == "\\":
        return _BACKSLASH + b"{1,16}"
    percent = b"".join(b"%%(?:25)*(?i:%02x)" % byte for byte in raw)
    either = b"(?:" + re.escape(raw) + b"|" + percent + b"|u(?i:%04x))" % ord(char)
    return _BACKSLASH + b"{0,16}" + either


def _tell_tale(guise: str) -> str:
    """Return the longest part of *guise* that no escape changes, or as much of it as is found fastest."""
    return max(_PLAIN.findall(guise), key=len, default="")[:_MOST_SOUGHT]


def _searches(patterns: Sequence[str]) -> list[Callable[[str], bool]]:
    """Return what tells whether one of *patterns* is in a text; there is hardly ever more than one.

    pydantic's engine seeks all at once, in a twentieth of the time that a search for each would take here.
    """
    together = (patterns[at : at + _MOST_AT_ONCE] for at in range(0, len(patterns), _MOST_AT_ONCE))
    schemas = (core_schema.str_schema(pattern="|".join(some)) for some in together)
    return [SchemaValidator(schema).isinstance_python for schema in schemas]


def _is_found(searches: Iterable[Callable[[str], bool]], line: bytes) -> bool:
    text = line.decode("latin-1")  # any bytes are text in it
    for search in searches:  # noqa: SIM110 - a generator for `any` takes as long as the search
        if search(text):
            return True
    return False


class Redactor:
    """Masks secrets in bytes about to be written: the ones it was told, and whatever looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._guises: set[str] = set()
        self.add(*secrets)

    def add(self, *secrets: str) -> None:
        """Mask *secrets* from now on, wherever they stand."""
        self._guises.update(*map(_guises, filter(None, secrets)))
        # longest first: one guise may be a part of another
        guises = sorted(self._guises, key=lambda guise: (-len(guise), guise))
        self._matchers = tuple(map(_matcher, guises))
        # one of them is in every line that has a secret, however escaped, and hardly ever in another
        tell_tales = [re.escape(_tell_tale(guise)) for guise in guises]
        self._for_told = _searches(tell_tales)
        self._for_any = _searches([*tell_tales, _LIKENESS])

    def told(self, line: bytes) -> bytes:
        """Return *line* with the secrets that it was told replaced by `***`: for files that are read back."""
        if not _is_found(self._for_told, line):
            return line  # as nearly every one
        for secret in self._matchers:
            if isinstance(secret, re.Pattern):
                line = secret.sub(_MASK, line)
            elif secret in line:
                line = line.replace(secret, _MASK)
        return line

    def text(self, text: str) -> str:
        """Return *text* with every secret replaced by `***`, and whatever looks like one."""
        return self(text.encode(errors="surrogatepass")).decode(errors="surrogatepass")

    def __call__(self, line: bytes) -> bytes:
        """Return *line* with every secret replaced by `***`, and whatever looks like one."""
        if not _is_found(self._for_any, line):
            return line
        line = _BEARER.sub(rb"\1***", self.told(line))
        line = _JWT.sub(_MASK, line)
        line = _MEMBER.sub(rb'\1"***"', line)
        return _QUOTED_MEMBER.sub(rb"\1***", line)
