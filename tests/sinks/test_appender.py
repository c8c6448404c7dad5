"""A line that was written is whole, in the file and soon on the disk; one that was not is told of."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from odt_async.errors import OutputFailed
from odt_async.sinks.appender import Appender, GroupSync, RotatingAppender

FILE = Path("run.log")
FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def permissive_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def writes_of(*sizes: int | OSError) -> Callable[[int, bytes], int]:
    """Return an `os.write` that takes so many bytes at each call, or fails."""
    steps = iter(sizes)
    write = os.write

    def partial(descriptor: int, data: bytes) -> int:
        step = next(steps)
        if isinstance(step, OSError):
            raise step
        return write(descriptor, data[:step])

    return partial


def test_a_new_file_is_for_its_owner_alone(sync: GroupSync, permissive_umask: None) -> None:
    with Appender(FILE, sync):
        assert FILE.stat().st_mode & 0o777 == 0o600


def test_a_line_is_in_the_file_when_write_returns(sync: GroupSync) -> None:
    with Appender(FILE, sync, header=b"a,b\n") as file:
        file.write(b"1,2\n")
        seen = FILE.read_bytes(), file.size
    assert seen == (b"a,b\n1,2\n", 8)


def test_what_was_there_stays_and_has_one_header(sync: GroupSync) -> None:
    for line in (b"1,2\n", b"3,4\n"):
        with Appender(FILE, sync, header=b"a,b\n") as file:
            file.write(line)
    assert FILE.read_bytes() == b"a,b\n1,2\n3,4\n"


@pytest.mark.parametrize("torn", [b"a,b\n1,", b"a,", b"a,b\n1,2"])
def test_a_torn_line_is_ended_when_the_file_is_opened_again(sync: GroupSync, torn: bytes) -> None:
    FILE.write_bytes(torn)
    with Appender(FILE, sync, header=b"a,b\n") as file:
        file.write(b"3,4\n")
    assert FILE.read_bytes() == torn + b"\n3,4\n"


def test_writers_of_one_file_do_not_tear_each_others_lines(sync: GroupSync) -> None:
    lines = [b"%d" % number * 300 + b"\n" for number in range(8)]

    def write_often(file: Appender, line: bytes) -> None:
        for _ in range(50):
            file.write(line)

    with ExitStack() as files:
        threads = [
            threading.Thread(target=write_often, args=(files.enter_context(Appender(FILE, sync)), line))
            for line in lines
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(FILE.read_bytes().splitlines(keepends=True)) == sorted(lines * 50)


def test_a_write_that_takes_only_a_part_is_continued(
    sync: GroupSync, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Appender(FILE, sync) as file:
        monkeypatch.setattr(os, "write", writes_of(3, 1, 100))
        file.write(b"a whole line\n")
        size = file.size
    assert (FILE.read_bytes(), size) == (b"a whole line\n", 13)


def test_a_full_disk_is_told_of_and_nothing_follows_the_torn_line(
    sync: GroupSync, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Appender(FILE, sync) as file:
        with monkeypatch.context() as full:
            full.setattr(os, "write", writes_of(3, FULL))
            with pytest.raises(OutputFailed) as first:
                file.write(b"a whole line\n")
        with pytest.raises(OutputFailed) as second:
            file.write(b"another\n")

    message = "run.log cannot be written: No space left on device"
    assert [str(first.value), str(second.value)] == [message] * 2
    assert (first.value.__cause__, FILE.read_bytes()) == (FULL, b"a w")


def test_a_header_that_cannot_be_written_leaves_no_file_open(
    sync: GroupSync, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[int] = []
    close = os.close

    def note(descriptor: int) -> None:
        closed.append(descriptor)
        close(descriptor)

    with monkeypatch.context() as full:
        full.setattr(os, "write", writes_of(FULL))
        full.setattr(os, "close", note)
        with pytest.raises(OutputFailed):
            Appender(FILE, sync, header=b"a,b\n")

    assert len(closed) == 1


def test_a_file_that_cannot_be_opened_is_told_of(sync: GroupSync) -> None:
    with pytest.raises(OutputFailed, match=r"^gone/run.log cannot be written: No such file or directory$"):
        Appender(Path("gone/run.log"), sync)


class Disk:
    """What stands in for `os.fdatasync`: notes each call, and fails or takes its time when told to."""

    def __init__(self) -> None:
        self.synced: list[int] = []
        self.failure: OSError | None = None
        self.began = threading.Event()
        self.may_end = threading.Event()
        self.may_end.set()

    def __call__(self, descriptor: int) -> None:
        self.began.set()
        assert self.may_end.wait(10)
        if self.failure is not None:
            raise self.failure
        self.synced.append(descriptor)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    monkeypatch.setattr(os, "fdatasync", disk)
    return disk


def test_a_written_file_reaches_the_disk_without_being_closed(disk: Disk) -> None:
    with GroupSync(interval_s=0.001) as sync, Appender(FILE, sync) as file:
        file.write(b"line\n")
        assert disk.began.wait(10)


def test_a_file_is_on_the_disk_before_it_is_closed(sync: GroupSync, disk: Disk) -> None:
    with Appender(FILE, sync) as first, Appender(Path("other.log"), sync) as second:
        first.write(b"line\n")
        second.write(b"line\n")
    assert len(set(disk.synced)) == len(disk.synced) == 2


def test_a_slow_disk_holds_up_nobody(disk: Disk) -> None:
    with GroupSync(interval_s=0.001) as sync, Appender(FILE, sync) as file:
        disk.may_end.clear()
        file.write(b"line\n")
        assert disk.began.wait(10)
        for _ in range(100):
            file.write(b"line\n")
        disk.may_end.set()
    assert FILE.read_bytes() == b"line\n" * 101


def test_a_group_that_cannot_be_synced_is_told_of_at_the_next_line_and_at_the_end(disk: Disk) -> None:
    message = "run.log cannot be written: Input/output error"
    with GroupSync(interval_s=0.001) as sync:
        file = Appender(FILE, sync)
        disk.failure = OSError(errno.EIO, "Input/output error")
        file.write(b"line\n")
        assert disk.began.wait(10)
    disk.failure = None  # the system tells of it once
    with pytest.raises(OutputFailed) as at_the_next_line:
        file.write(b"line\n")
    with pytest.raises(OutputFailed) as at_the_end:
        file.close()

    assert [str(at_the_next_line.value), str(at_the_end.value)] == [message] * 2


def test_a_line_that_was_told_of_as_written_is_in_the_file_and_no_other(disk: Disk) -> None:
    with GroupSync(interval_s=0.001) as sync:
        file = Appender(FILE, sync)
        disk.failure = FULL
        file.write(b"first\n")
        while sync.failure is None:
            assert disk.began.wait(10)
        with pytest.raises(OutputFailed):
            file.write(b"second\n")
        with pytest.raises(OutputFailed):
            file.close()
    assert FILE.read_bytes() == b"first\n"


def test_a_line_that_must_survive_a_power_cut_is_on_the_disk_when_sync_returns(
    sync: GroupSync, disk: Disk
) -> None:
    with Appender(FILE, sync) as file:
        file.write(b"line\n")
        file.sync()
        synced = list(disk.synced)
    assert file._descriptor in synced


def test_a_line_that_cannot_be_brought_to_the_disk_is_the_last(sync: GroupSync, disk: Disk) -> None:
    file = Appender(FILE, sync)
    disk.failure = FULL
    for attempt in (file.sync, lambda: file.write(b"line\n")):
        with pytest.raises(OutputFailed, match=r"^run\.log cannot be written: No space left"):
            attempt()
    disk.failure = None
    file.close()


def test_a_file_that_cannot_be_synced_at_its_end_is_told_of_and_closed(sync: GroupSync, disk: Disk) -> None:
    file = Appender(FILE, sync)
    disk.failure = FULL
    with pytest.raises(OutputFailed, match="No space left"):
        file.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(file._descriptor)


def test_a_full_log_is_put_aside_and_the_oldest_falls_off(sync: GroupSync) -> None:
    with RotatingAppender(FILE, sync, max_bytes=10, keep=2) as log:
        for number in range(7):
            log.write(b"line%d\n" % number)
    kept = {path.name: path.read_bytes() for path in sorted(Path.cwd().iterdir())}
    assert kept == {"run.log": b"line6\n", "run.log.1": b"line5\n", "run.log.2": b"line4\n"}


def test_a_log_goes_on_where_it_ended(sync: GroupSync) -> None:
    FILE.write_bytes(b"123456789\n")
    with RotatingAppender(FILE, sync, max_bytes=12) as log:
        log.write(b"1\n")
        log.write(b"2\n")
    assert (FILE.read_bytes(), Path("run.log.1").read_bytes()) == (b"2\n", b"123456789\n1\n")


def test_a_line_longer_than_a_file_has_one_of_its_own(sync: GroupSync) -> None:
    with RotatingAppender(FILE, sync, max_bytes=4) as log:
        log.write(b"long line\n")
        log.write(b"a\n")
    assert (FILE.read_bytes(), Path("run.log.1").read_bytes()) == (b"a\n", b"long line\n")


def test_a_log_that_cannot_be_put_aside_is_told_of_and_stays_whole(sync: GroupSync) -> None:
    for number in (1, 2):
        Path(f"run.log.{number}/occupied").mkdir(parents=True)
    with RotatingAppender(FILE, sync, max_bytes=4, keep=2) as log:
        log.write(b"a\n")
        with pytest.raises(OutputFailed, match=r"^run.log cannot be renamed: Directory not empty$"):
            log.write(b"abc\n")
        log.write(b"b\n")
    assert FILE.read_bytes() == b"a\nb\n"
