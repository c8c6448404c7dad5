"""What is said when nobody listens any more: nothing, and the run goes on."""

from __future__ import annotations

import os
import pty
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from odt_async.cli.streams import lasting_streams


def test_what_is_said_reaches_whoever_listens_at_once() -> None:
    with Path("said.txt").open("w") as file, patch("sys.stderr", file):
        with lasting_streams(), lasting_streams():
            sys.stderr.write("añb\n")
            seen = Path("said.txt").read_text()
        assert sys.stderr is file
    assert seen == "añb\n"


def test_a_pipe_without_a_reader_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe, patch("sys.stdout", pipe), lasting_streams():
        print("x" * 100_000)  # noqa: T201 - more than any buffer
        sys.stdout.flush()


def test_a_terminal_that_has_gone_is_no_error() -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as screen, patch("sys.stderr", screen), lasting_streams():
        assert sys.stderr.isatty()
        os.close(ours)
        print("anybody there?", file=sys.stderr)  # noqa: T201
        assert not sys.stderr.isatty()


def test_a_full_disk_is_an_error_for_data_and_none_for_words() -> None:
    with Path("/dev/full").open("w") as full, patch("sys.stderr", full), patch("sys.stdout", full):
        with lasting_streams():
            print("lost", file=sys.stderr)  # noqa: T201
        with pytest.raises(OSError, match="No space left"), lasting_streams():
            print("lost")  # noqa: T201
        assert sys.stdout is sys.stderr is full
