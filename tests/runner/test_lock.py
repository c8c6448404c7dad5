from __future__ import annotations

import errno
import fcntl
import os
import re
import stat
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from odt_async.errors import InputError, OutputFailed
from odt_async.runner.lock import action_lock
from tests.runner.full_disk import full_disk

HOLDER = """\
import sys
from pathlib import Path
from odt_async.runner.lock import action_lock
with action_lock(Path(sys.argv[1]), "licencias"):
    print("locked", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_of_the_action_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    with (
        action_lock(tmp_path, "licencias"),
        pytest.raises(InputError, match=rf"^licencias is running already \(pid {os.getpid()}\); "),
        action_lock(tmp_path, "licencias"),
    ):
        pytest.fail("two have the lock")


def test_other_actions_and_other_folders_are_free(tmp_path: Path) -> None:
    with ExitStack() as locks:
        for folder, action in [("a", "licencias"), ("a", "desvio"), ("b", "licencias")]:
            locks.enter_context(action_lock(tmp_path / folder, action))
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.lock")) == [
        "a/desvio.lock",
        "a/licencias.lock",
        "b/licencias.lock",
    ]


def test_the_lock_is_free_after_the_run_however_it_ended(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), action_lock(tmp_path, "licencias"):
            raise ZeroDivisionError


def test_the_lock_is_freed_when_its_holder_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        with (
            pytest.raises(InputError, match=re.escape(f"(pid {holder.pid})")),
            action_lock(tmp_path, "licencias"),
        ):
            pytest.fail("two have the lock")
        holder.kill()
        holder.wait()
        with action_lock(tmp_path, "licencias"):
            content = (tmp_path / "licencias.lock").read_text("ascii")
    assert content == f"{os.getpid()}\n"


def test_a_full_disk_has_room_for_the_lock_if_not_for_the_pid(tmp_path: Path) -> None:
    with (
        full_disk(0),
        action_lock(tmp_path, "licencias"),
        pytest.raises(InputError, match=r"^licencias is running already \(pid unknown\)"),
        action_lock(tmp_path, "licencias"),
    ):
        pytest.fail("two have the lock")


def test_a_file_system_without_locks_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with (
        pytest.raises(OutputFailed, match=r"licencias\.lock cannot be locked: No locks available"),
        action_lock(tmp_path, "licencias"),
    ):
        pytest.fail("locked")


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    with action_lock(tmp_path, "licencias"):
        mode = (tmp_path / "licencias.lock").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file", "ascii")
    with (
        pytest.raises(OutputFailed, match=r"licencias\.lock cannot be written"),
        action_lock(tmp_path / "logs", "licencias"),
    ):
        pytest.fail("locked")


def test_who_only_looks_whether_it_is_taken_keeps_nobody_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as looking:
        descriptor = os.open(tmp_path / "licencias.lock", os.O_RDWR | os.O_CREAT)
        looking.callback(os.close, descriptor)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        monkeypatch.setattr("time.sleep", lambda _seconds: looking.close())
        with action_lock(tmp_path, "licencias"):
            pass
