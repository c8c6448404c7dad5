"""Looks for secrets in whatever form they may have been written: undone, not guessed.

Escapes of URLs and of JSON are undone, several deep, and what remains is searched for the secret itself, for
its base64 in all three alignments and both alphabets, and for its hex digits; and for what has the shape of a
token though nobody knows it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes

__all__ = ["find_secrets", "find_secrets_in", "find_shapes"]

_DEPTH = 3  # JSON in a URL in JSON
_JSON_ESCAPE = re.compile(rb"\\(?:u00([0-7][0-9a-fA-F])|(.))", re.DOTALL)
_SHAPES = re.compile(
    rb"[Bb][Ee][Aa][Rr][Ee][Rr](?:\s|\+)+[\w.~+/=-]{16,}"  # a header
    rb"|eyJ[\w-]{8,}\.[\w-]{8,}"  # a JSON web token
    rb'|"(?:access_token|refresh_token|client_secret)"\s*:\s*"[^"*]'  # an answer of the token service
)


def find_secrets(content: bytes, secrets: Iterable[str]) -> set[str]:
    """Return which of *secrets* stand in *content*, in whatever form."""
    forms = set(_undone(content))
    return {secret for secret in secrets if any(_stands_in(secret, form) for form in forms)}


def find_shapes(content: bytes) -> list[bytes]:
    """Return what looks like a token in *content*."""
    return sorted({shape for form in _undone(content) for shape in _SHAPES.findall(form)})


def find_secrets_in(folder: Path, secrets: Iterable[str]) -> dict[str, set[str]]:
    """Return file -> the secrets and the shapes in it, of all files below *folder* that have any."""
    secrets = set(secrets)
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes() + f"\n{path}\n".encode()
            found[path.name] = find_secrets(content, secrets) | set(map(repr, find_shapes(content)))
    return {name: secrets for name, secrets in found.items() if secrets}


def _undone(content: bytes) -> Iterator[bytes]:
    """Yield *content* as it is, and with its escapes undone in either order."""
    layer = {content}
    for _ in range(_DEPTH):
        yield from layer
        layer = {undo(form) for form in layer for undo in (unquote_to_bytes, _unescape)} - layer
    yield from layer


def _unescape(content: bytes) -> bytes:
    return _JSON_ESCAPE.sub(lambda m: bytes.fromhex(m[1].decode()) if m[1] else m[2], content)


def _stands_in(secret: str, content: bytes) -> bool:
    raw = secret.encode()
    if raw in content or raw.hex() in content.decode("latin-1").lower().replace(":", ""):
        return True
    plain = content.translate(bytes.maketrans(b"-_", b"+/"))
    return any(_core(raw, ahead) in plain for ahead in range(3))


def _core(raw: bytes, ahead: int) -> bytes:
    """Return the base64 of *raw* behind *ahead* other bytes, but for the characters that it shares with others."""
    encoded = base64.b64encode(bytes(ahead) + raw)
    first = (0, 2, 3)[ahead]
    whole = (ahead + len(raw)) * 8 // 6  # characters that hold no bit of what follows
    return encoded[first:whole]
