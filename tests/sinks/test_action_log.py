from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from odt_async.errors import OutputFailed
from odt_async.redaction import Redactor
from odt_async.sinks.action_log import ActionLog
from odt_async.sinks.appender import GroupSync
from tests.runner.full_disk import full_disk


@pytest.fixture
def log(tmp_path: Path, sync: GroupSync) -> Iterator[ActionLog]:
    with ActionLog(tmp_path / "a.log", sync, redact=Redactor(["t0ps3cret"])) as opened:
        yield opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.log"


def written(path: Path) -> bytes:
    return path.read_bytes()


async def test_the_lines_of_one_turn_of_the_loop_are_written_at_its_end(log: ActionLog, path: Path) -> None:
    for number in range(3):
        log.write(b"%d\n" % number)
    at_once = written(path)
    await asyncio.sleep(0)
    first = written(path)
    log.write(b"3\n")
    await asyncio.sleep(0)
    assert (at_once, first, written(path)) == (b"", b"0\n1\n2\n", b"0\n1\n2\n3\n")


async def test_no_secret_is_written(log: ActionLog, path: Path) -> None:
    log.write(b'{"a":"t0ps3cret"}\n')
    log.write(b'{"b":"Bearer abcdefgh"}\n')
    log.flush()
    assert written(path) == b'{"a":"***"}\n{"b":"Bearer ***"}\n'


async def test_closing_writes_what_is_left(path: Path, sync: GroupSync) -> None:
    with ActionLog(path, sync, redact=Redactor()) as log:
        log.write(b"last\n")
    assert written(path) == b"last\n"


def test_outside_of_a_loop_a_line_is_written_at_once(log: ActionLog, path: Path) -> None:
    log.write(b"now\n")
    assert written(path) == b"now\n"


async def test_a_line_that_cannot_be_written_is_told_with_the_next_one(log: ActionLog) -> None:
    with full_disk(5):
        log.write(b"longer than that\n")
        await asyncio.sleep(0)
    with pytest.raises(OutputFailed, match=r"a\.log cannot be written"):
        log.write(b"x\n")
    with pytest.raises(OutputFailed, match=r"a\.log cannot be written"):
        log.flush()
