"""A file is there whole or not at all, and on the disk when it is there."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from odt_async.errors import OutputFailed
from odt_async.sinks.whole_file import sync_folder, whole_file

FILE = Path("logs/run_report.json")


def test_it_has_its_name_when_it_is_complete_and_not_before() -> None:
    with whole_file(FILE) as file:
        file.write(b"whole")
        before = FILE.exists()
    assert (before, FILE.read_bytes(), list(FILE.parent.iterdir())) == (False, b"whole", [FILE])
    assert stat.S_IMODE(FILE.stat().st_mode) == 0o600


def test_it_is_on_the_disk_before_it_has_its_name_and_the_name_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, os.replace

    def note_fsync(descriptor: int) -> None:
        steps.append(f"sync {Path(f'/dev/fd/{descriptor}').readlink().name}")
        fsync(descriptor)

    def note_replace(source: Path, target: Path) -> None:
        steps.append(f"rename to {target.name}")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(os, "replace", note_replace)
    with whole_file(FILE) as file:
        file.write(b"whole")
    assert steps == ["sync run_report.json.partial", "rename to run_report.json", "sync logs"]


@pytest.mark.parametrize("call", ["open", "fsync", "replace"])
def test_what_fails_leaves_nothing_and_the_older_file_as_it_was(
    call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with whole_file(FILE) as file:
        file.write(b"older")

    def fail(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, call, fail)
        with (
            pytest.raises(OutputFailed, match=r"^logs/run_report\.json cannot be written: No space left"),
            whole_file(FILE) as file,
        ):
            file.write(b"newer")
    assert (FILE.read_bytes(), list(FILE.parent.iterdir())) == (b"older", [FILE])


def test_what_a_kill_has_left_is_overwritten() -> None:
    FILE.parent.mkdir()
    FILE.with_name(f"{FILE.name}.partial").write_bytes(b"longer than what is written now")
    with whole_file(FILE) as file:
        file.write(b"whole")
    assert FILE.read_bytes() == b"whole"


def test_a_folder_that_is_not_there_cannot_be_synced() -> None:
    with pytest.raises(FileNotFoundError):
        sync_folder(Path("nowhere"))


def test_what_others_are_to_read_they_can_whatever_the_umask() -> None:
    before = os.umask(0o077)
    try:
        with whole_file(FILE, mode=0o644) as file:
            file.write(b"whole")
    finally:
        os.umask(before)
    assert stat.S_IMODE(FILE.stat().st_mode) == 0o644
