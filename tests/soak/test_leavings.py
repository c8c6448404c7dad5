from __future__ import annotations

from collections import Counter
from pathlib import Path

from tools.soak.leavings import Leavings, look_through

LOG = "workspaces_alta.log"
PAUSED = b'{"event":"run.paused","reason":"the token ended (401): get a new one"}\n'


def test_row_files_and_rotated_logs_are_weighed_apart(tmp_path: Path) -> None:
    (tmp_path / "workspaces_alta_20260101T000000Z_0001_ok.csv").write_bytes(b"x" * 2_000_000)
    (tmp_path / LOG).write_bytes(PAUSED)
    (tmp_path / f"{LOG}.1").write_bytes(PAUSED + b"x" * (1_000_000 - 2 * len(PAUSED)))

    assert look_through(tmp_path) == Leavings(
        row_files_mb=2.0,
        log_files_mb=1.0,
        pauses=Counter({"the token ended": 2}),
        token_lines=0,
        overgrown=[],
    )


def test_a_secret_is_found_in_whatever_file_it_stands(tmp_path: Path) -> None:
    (tmp_path / "heartbeat.log").write_text("fine\nsandbox-fake-access-token-0-1\n")

    assert look_through(tmp_path).token_lines == 1


def test_logs_that_rotation_should_have_ended_are_named(tmp_path: Path) -> None:
    for number in range(1, 7):
        (tmp_path / f"{LOG}.{number}").touch()
    with (tmp_path / LOG).open("wb") as file:
        file.truncate(50_000_001)

    assert look_through(tmp_path).overgrown == [f"{LOG} is too large", "workspaces_alta has 7 logs"]
