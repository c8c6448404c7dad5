"""Who may speak to a run, what becomes of nonsense, and what a silent client costs the others."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import orjson
import pytest

from odt_async.errors import InputError
from odt_async.runner.control_socket import ask, control_socket, running, serve, socket_path

RUN = "usuarios_alta_people_20240601T220000Z_ab12"
LOGS = Path("logs")


def echo(line: bytes, by: str) -> Mapping[str, Any]:
    if line == b"refuse":
        raise InputError("not now")
    return {"line": line.decode(), "by": by}


@asynccontextmanager
async def served(
    logs: Path = LOGS, answer: Callable[[bytes, str], Mapping[str, Any]] = echo
) -> AsyncIterator[Path]:
    """Yield the path of a socket that is listened at."""
    os.makedirs(logs, exist_ok=True)  # noqa: PTH103 - in an async function, where ruff wants no pathlib
    path = socket_path(logs, RUN)
    async with anyio.create_task_group() as group:
        with control_socket(path) as listening:
            group.start_soon(serve, listening, answer)
            yield path
            group.cancel_scope.cancel()


async def sent(path: Path, *pieces: bytes, pause_s: float = 0.0) -> dict[str, Any]:
    """Return the answer to *pieces*, which are all that is sent."""
    reader, writer = await asyncio.open_unix_connection(path)
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(pause_s)
    if not b"".join(pieces).endswith(b"\n"):
        writer.write_eof()
    answer: dict[str, Any] = orjson.loads(await reader.readline())
    writer.close()
    await writer.wait_closed()
    return answer


async def test_a_line_is_answered_with_a_line() -> None:
    async with served() as path:
        answers = [
            await sent(path, b"hello\n"),
            await sent(path, b"without end"),
            await sent(path, b"in ", b"two\n"),
        ]
    by = f"ctl, pid {os.getpid()}"
    assert answers == [{"ok": True, "line": line, "by": by} for line in ("hello", "without end", "in two")]


async def test_the_client_gets_the_answer_or_the_refusal() -> None:
    async with served() as path:
        record = await anyio.to_thread.run_sync(ask, path, {"command": "status"})
        assert record == {"line": '{"command":"status"}', "by": f"ctl, pid {os.getpid()}"}
    async with served(answer=lambda _line, _by: echo(b"refuse", "")) as path:
        with pytest.raises(InputError, match=rf"^{RUN}: not now$"):
            await anyio.to_thread.run_sync(ask, path, {})


async def test_only_the_owner_may_open_it_from_the_moment_it_is_there() -> None:
    before = os.umask(0)
    try:
        async with served() as path:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        os.umask(before)
    assert not path.exists()


async def test_another_user_who_gets_through_all_the_same_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    async with served() as path:
        answer = await sent(path, b"hello\n")
    assert answer == {"ok": False, "error": "only the owner of the run may speak to it"}


@pytest.mark.parametrize("pieces", [(b"x" * 5000 + b"\n",), (b"x" * 3000, b"y" * 3000 + b"\n")])
async def test_what_is_too_long_is_refused_unread(pieces: tuple[bytes, ...]) -> None:
    async with served() as path:
        answer = await sent(path, *pieces)
        assert (await sent(path, b"hello\n"))["line"] == "hello"
    assert answer == {"ok": False, "error": "a line has no more than 4096 bytes"}


async def test_a_client_that_hangs_up_harms_nobody() -> None:
    async with served() as path:
        for _ in range(20):
            _reader, writer = await asyncio.open_unix_connection(path)
            writer.write(b"hal")
            writer.close()
            await writer.wait_closed()
        assert (await sent(path, b"hello\n"))["line"] == "hello"


async def test_a_silent_client_is_given_up_and_blocks_nobody_meanwhile() -> None:
    async with served() as path:
        silent = await asyncio.open_unix_connection(path)
        at_once = await sent(path, b"hello\n")
        assert (at_once["line"], asyncio.get_running_loop().time()) == ("hello", 0.0)
        assert await silent[0].read() == b""
        assert asyncio.get_running_loop().time() == 5.0
        silent[1].close()
        await silent[1].wait_closed()


async def test_when_all_places_are_taken_the_next_waits_for_one() -> None:
    async with served() as path:
        silent = [await asyncio.open_unix_connection(path) for _ in range(8)]
        await asyncio.sleep(0.01)
        answer = await sent(path, b"hello\n")
        assert answer["line"] == "hello"
        assert asyncio.get_running_loop().time() == pytest.approx(5.0, abs=0.1)
        for _reader, writer in silent:
            writer.close()
            await writer.wait_closed()


async def test_a_folder_with_a_long_name_will_do() -> None:
    logs = Path("a" * 120, "b" * 120)
    async with served(logs) as path:
        found = await anyio.to_thread.run_sync(running, logs, None)
        record = await anyio.to_thread.run_sync(ask, path, {})
    assert (found, record["line"]) == ([path], "{}")
    assert os.listdir(logs) == []  # noqa: PTH208 - the same


async def test_the_run_of_a_name_is_found_and_one_that_was_killed_is_not() -> None:
    async with served() as path:
        with socket.socket(socket.AF_UNIX) as killed:
            killed.bind(str(LOGS / "usuarios_alta_people_20240601T210000Z_cd34.sock"))
        names = (None, "usuarios_alta_people", "usuarios_alta", "usuarios_alta_people_20240601T220000Z")
        found = [await anyio.to_thread.run_sync(running, LOGS, name) for name in names]
    assert found == [[path], [path], [], []]


def test_a_run_that_was_killed_or_is_over_is_said_not_to_run() -> None:
    LOGS.mkdir()
    path = socket_path(LOGS, RUN)
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(path))
    said = f"{RUN} is not running: its process was killed; --resume takes up what it has left"
    with pytest.raises(InputError) as refused:
        ask(path, {"command": "status"})
    assert str(refused.value) == said
    path.unlink()
    with pytest.raises(InputError, match=f"^{RUN} is not running$"):
        ask(path, {"command": "status"})


async def test_a_run_that_ends_before_it_answers_is_said_to_have_ended() -> None:
    LOGS.mkdir()  # noqa: ASYNC240 - once
    path = socket_path(LOGS, RUN)

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_unix_server(hang_up, path):
        with pytest.raises(InputError, match=f"^{RUN} has ended without an answer$"):
            await anyio.to_thread.run_sync(ask, path, {})
