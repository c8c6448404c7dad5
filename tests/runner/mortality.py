"""A run that dies at a chosen moment as a killed process does, or meets a disk that takes no more from then on.

The moments are counted: every call by which something of the run reaches the operating system (a file made, written,
renamed, synced), and for every request the two boundaries that matter, before Webex has processed it and after.
A killed run may go through its `finally` blocks, but nothing that it does there leaves a trace.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web

from odt_async.sandbox import Sandbox

__all__ = ["BrokenDisk", "Death", "MortalSandbox", "at_the_system"]

Result = TypeVar("Result")

_CALLS = ("open", "write", "replace", "fsync", "mkdir", "pwrite", "ftruncate")


class Killed(BaseException):
    """What a killed run sees instead of its system."""


class Death:
    """Comes at the moment *at*, counted from 0; None: never, and all moments are counted.

    among: only moments that begin so count; how often a log is written in between is never twice the same.
    torn: the share of the bytes that the write which it comes at still leaves, 1 for all but the last one.
    """

    def __init__(self, at: int | None = None, *, among: str = "", torn: float = 0.0) -> None:
        self.at = at
        self.moments: list[str] = []
        self.has_come = False
        self._among = among
        self._met = 0
        self._torn = torn
        self._victim: asyncio.Task[Any] | None = None

    async def take(self, run: Coroutine[Any, Any, Result]) -> Result | None:
        """Return what *run* returns, or None when death came before."""
        self._victim = victim = asyncio.create_task(run)
        with at_the_system(self._meet):
            await asyncio.wait([victim])
        if not self.has_come:
            return victim.result()
        if not victim.cancelled():
            victim.exception()  # asyncio complains of one that nobody has asked for
        return None

    def comes(self, moment: str) -> bool:
        """Return whether the run is dead by this moment."""
        if not self.has_come:
            self.moments.append(moment)
            if moment.startswith(self._among):
                self.has_come = self._met == self.at
                self._met += 1
            if self.has_come and self._victim is not None:
                self._victim.cancel()
        return self.has_come

    def _meet(self, name: str, real: Callable[..., Any], *args: Any) -> Any:
        if self.has_come:
            raise Killed
        if not self.comes(_described(name, *args)):
            return real(*args)
        if name == "write" and self._torn:
            descriptor, content = args
            real(descriptor, content[: min(int(len(content) * self._torn), len(content) - 1)])
        raise Killed


class BrokenDisk:
    """Fails every call from the one numbered *at* on that would put something on the disk; mends when told."""

    def __init__(self, at: int, error: int, *, lasting: bool = True) -> None:
        self.at = at
        self.calls = 0
        self._error = error
        self._lasting = lasting

    def meet(self, _name: str, real: Callable[..., Any], *args: Any) -> Any:
        """Stand for one call."""
        number = self.calls
        self.calls += 1
        if number == self.at or (self._lasting and number > self.at):
            raise OSError(self._error, os.strerror(self._error))
        return real(*args)


class MortalSandbox(Sandbox):
    """A sandbox whose client may die with a request under way."""

    death = Death()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        where = f"{request.method} {request.path}"
        if self.death.comes(f"before {where}"):
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        response = await super()._handle(request)
        self.death.comes(f"after {where}")
        return response


@contextmanager
def at_the_system(meet: Callable[..., Any]) -> Iterator[None]:
    """Let *meet* stand between the code and the system: it is given the call's name, the call, and its arguments."""
    real = {name: getattr(os, name) for name in _CALLS}

    def stand_in(name: str) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            if named or (
                name == "open" and not args[1] & os.O_CREAT
            ):  # not ours, or nothing to leave a trace
                return real[name](*args, **named)
            return meet(name, real[name], *args)

        return call

    try:
        for name in _CALLS:
            setattr(os, name, stand_in(name))
        yield
    finally:
        for name in _CALLS:
            setattr(os, name, real[name])


def _described(name: str, *args: Any) -> str:
    if name == "write":
        path = str(Path(f"/dev/fd/{args[0]}").readlink())
        return (
            f"write {path.rpartition('Z_')[2].partition('_')[2] or path.rpartition('/')[2]} {args[1][:24]!r}"
        )
    return f"{name} {str(args[0]).rpartition('/')[2]}"
