"""A token in a file that somebody replaces while a run uses it: a token file, or `.env`."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from wxc_sdk.tokens import Tokens

from odt_async.errors import InputError
from odt_async.language import written
from odt_async.settings import Settings
from odt_async.webex.token_life import TokenLife

__all__ = ["DotenvToken", "SecretTokens", "TokenFile", "parse_token"]

_VISIBLE = re.compile(r"[!-~]+")
_SETTLE_S = 0.5  # whoever writes a new token has finished when the file stays the same for as long

_Signature = tuple[int, int, int]


class SecretTokens(Tokens):
    """The SDK's tokens, whose own `repr` shows them."""

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        yield "access_token", "***"


def parse_token(text: str) -> str:
    """Return *text* without the space around it. Raises ValueError when that can be no token."""
    token = text.strip()
    if not _VISIBLE.fullmatch(token):
        raise ValueError("a token is one word of visible ASCII characters")
    return token


class TokenFile:
    """A file with nothing but the token, which somebody or something else renews."""

    variable = "WEBEX_TOKEN_FILE"
    cure = written("write a new one into the file; the run goes on by itself")
    may_change = True
    renews_itself = False
    life: TokenLife | None = None
    tokens: Tokens

    def __init__(self, path: Path, *, on_token: Callable[[str], None], tokens: Tokens | None = None) -> None:
        """Read *path*; *on_token* is told of every token, so that it can be masked.

        tokens: of another source, into which a token that is put there later is taken; None: there must be
            one now.

        Raises InputError when there must be one and is not.
        """
        self.name = f"{self.variable} ({path})"
        self._path = path
        self._on_token = on_token
        self._seen: _Signature | None = None  # of the file that was read last
        if tokens is not None:
            self.tokens = tokens
            with suppress(OSError):
                self._seen = self._signature()
            return
        try:
            self._seen = self._signature()
            token = self._read()
        except OSError as error:
            raise InputError(
                "{variable} {path} cannot be read: {reason}",
                variable=self.variable,
                path=path,
                reason=error.strerror,
            ) from error
        except ValueError:
            raise InputError(
                "{variable} {path} must hold the access token and nothing else",
                variable=self.variable,
                path=path,
            ) from None
        on_token(token)
        self.tokens = SecretTokens(access_token=token)

    @property
    def access_token(self) -> str:
        """The token as last read."""
        return self.tokens.access_token or ""

    async def look(self) -> bool:
        """Read the file again if it has changed, which costs one `stat` to see."""
        try:
            if self._signature() == self._seen:
                return False
        except OSError:
            return False
        return await self.renew()

    async def renew(self) -> bool:
        """Read the file again; one that is gone, or still being written, is one that has not changed."""
        try:
            signature = self._signature()
            token = self._read()
            if token != self.access_token:
                await asyncio.sleep(_SETTLE_S)
                if self._signature() != signature:
                    return False  # half a token looks like a token
        except (OSError, ValueError):
            return False
        self._seen = signature
        if token == self.access_token:
            return False
        self._on_token(token)
        self.tokens.access_token = token
        self.life = None
        return True

    def _signature(self) -> _Signature:
        """Return what another file, or another content, does not have in common with it."""
        found = self._path.stat()
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _read(self) -> str:
        return parse_token(self._path.read_text(encoding="utf-8-sig"))


class DotenvToken(TokenFile):
    """The token of `.env`, among other settings; of those, none is read again."""

    variable = "WEBEX_ACCESS_TOKEN"
    cure = written("write a new one into .env; the run goes on by itself")

    def _read(self) -> str:
        return parse_token(Settings.dotenv_access_token() or "")
