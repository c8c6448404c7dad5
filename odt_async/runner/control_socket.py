"""The Unix socket beside a run's files through which its owner, and nobody else, may speak to it.

One connection is one line of JSON in and one out. Whatever is sent, and however slowly, the run goes on.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import anyio
import orjson

from odt_async.errors import InputError
from odt_async.events import json_line
from odt_async.language import written
from odt_async.runs.names import action_of

__all__ = ["ask", "control_socket", "running", "serve", "socket_path"]

_OWNER_ONLY = 0o600
_LONGEST_LINE = 4096  # bytes
_LONGEST_PATH = 100  # bytes of an address; Linux takes 107
_MOST_CLIENTS = 8  # at once; the others wait in the queue of the socket
_PATIENCE_S = 5.0  # for one client
_ANSWER_S = 10.0  # until a client gives the run up
_PEER = struct.Struct("3i")  # pid, uid, gid: SO_PEERCRED, unix(7)

_KILLED = written(": its process was killed; --resume takes up what it has left")

Answer = Callable[[bytes, str], Mapping[str, Any]]


def socket_path(logs_dir: Path, run: str) -> Path:
    """Return where *run* listens."""
    return logs_dir / f"{run}.sock"


@contextmanager
def control_socket(path: Path) -> Iterator[socket.socket]:
    """Yield a socket that listens at *path*, which is removed in the end. Raises OSError."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.settimeout(0)
        os.fchmod(listening.fileno(), _OWNER_ONLY)  # before it has a name that others could find
        with _address(path) as address:
            listening.bind(address)
        try:
            listening.listen(_MOST_CLIENTS)
            yield listening
        finally:
            with suppress(OSError):  # a folder that has gone, or is read-only by now
                path.unlink()


async def serve(listening: socket.socket, answer: Answer) -> None:
    """Answer clients until cancelled.

    answer: given a line and who sent it; returns the record to send back, or raises InputError.
    """
    loop = asyncio.get_running_loop()
    places = anyio.Semaphore(_MOST_CLIENTS)
    clients: set[socket.socket] = set()  # a task that is cancelled before its first step closes nothing

    async def attend(client: socket.socket) -> None:
        try:
            with client, suppress(OSError), anyio.move_on_after(_PATIENCE_S):  # it has hung up, or sleeps
                await loop.sock_sendall(client, json_line(await _converse(client, answer)))
        finally:
            clients.discard(client)
            places.release()

    try:
        async with anyio.create_task_group() as group:
            while True:
                await places.acquire()
                try:
                    await anyio.wait_readable(listening)
                    client, _address_of_client = listening.accept()  # no cancellation comes between
                except OSError:  # it hung up at once, or no descriptor is left: the run needs them more
                    places.release()
                    await anyio.sleep(1)
                    continue
                clients.add(client)
                client.settimeout(0)
                group.start_soon(attend, client)
    finally:
        for client in clients:
            client.close()


async def _converse(client: socket.socket, answer: Answer) -> Mapping[str, Any]:
    pid, uid, _gid = _PEER.unpack(client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))
    if uid != os.geteuid():
        return _refusal("only the owner of the run may speak to it")
    line = b""
    while b"\n" not in line:
        piece = await asyncio.get_running_loop().sock_recv(client, _LONGEST_LINE)
        if not piece:
            break
        line += piece
        if len(line) > _LONGEST_LINE:
            return _refusal(f"a line has no more than {_LONGEST_LINE} bytes")
    if not line:  # somebody has looked whether anybody is here
        return _refusal("nothing was asked")
    try:
        return {"ok": True, **answer(line.partition(b"\n")[0], f"ctl, pid {pid}")}
    except InputError as error:
        return _refusal(str(error))


def _refusal(reason: str) -> dict[str, Any]:
    return {"ok": False, "error": reason}


def ask(path: Path, order: Mapping[str, Any]) -> dict[str, Any]:
    """Send *order* to the run that listens at *path* and return its answer.

    Raises InputError when there is none, it refuses, or it cannot be spoken to.
    """
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(_ANSWER_S)
        try:
            with _address(path) as address:
                client.connect(address)
            client.sendall(json_line(order))
            answer = b"".join(iter(lambda: client.recv(65_536), b""))
            record: dict[str, Any] = orjson.loads(answer)
        except FileNotFoundError:
            raise InputError("{stem} is not running", stem=path.stem) from None
        except ConnectionRefusedError:
            raise InputError("{stem} is not running{killed}", stem=path.stem, killed=_KILLED) from None
        except TimeoutError:
            raise InputError(
                "{stem} did not answer within {answer_s:.0f} s: ask again", stem=path.stem, answer_s=_ANSWER_S
            ) from None
        except PermissionError:
            raise InputError("{path}: only the owner of the run may speak to it", path=path) from None
        except (OSError, orjson.JSONDecodeError):
            raise InputError("{stem} has ended without an answer", stem=path.stem) from None
    if not record.pop("ok"):
        raise InputError(f"{path.stem}: {record['error']}")
    return record


def running(logs_dir: Path, action: str | None) -> list[Path]:
    """Return the sockets of *logs_dir* at which a run listens; of *action*, or of any where it is None."""
    paths = sorted(logs_dir.glob("*.sock"))
    return [path for path in paths if action in {None, action_of(path.stem)} and _listens(path)]


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client, suppress(OSError), _address(path) as address:
        client.connect(address)
        return True
    return False


@contextmanager
def _address(path: Path) -> Iterator[str]:
    """Yield an address of *path* that is short enough, however long its folder's name is."""
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
