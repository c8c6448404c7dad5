"""`watch` as it is called: which run it finds, what it prints without a terminal, and the screen on one."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from odt_async.events import timestamp
from tests.cli.command_line import PROGRAM, odt, write_samples
from tests.cli.test_interruption import ROWS, running, runs
from tests.screen.building import ACTION, HEAD, MANIFEST, RUN, STATUS, report_of, write_run

pytestmark = pytest.mark.real_time

PATIENCE_S = 30.0
LATER = f"{ACTION}_20240601T230000Z_cd34"
COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9\d)[;m]")


class Terminal:
    """The keyboard and the screen of somebody at a terminal."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.raw = ""

    def shows(self, words: str) -> None:
        """Return when *words* have been written; fail when that takes too long."""
        deadline = time.monotonic() + PATIENCE_S
        while words not in self.raw and time.monotonic() < deadline:
            if select.select([self._descriptor], [], [], 0.1)[0]:
                self.raw += os.read(self._descriptor, 65_536).decode(errors="replace")
        assert words in self.raw

    def type(self, keys: str) -> None:
        os.write(self._descriptor, keys.encode())


@contextmanager
def watching(*arguments: str, **environment: str) -> Iterator[tuple[Terminal, subprocess.Popen[bytes]]]:
    """Start `odt watch` on a terminal of 80x24."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    with subprocess.Popen(
        [*PROGRAM, "watch", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=kept | {"TERM": "xterm-256color"} | environment,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        try:
            yield Terminal(ours), process
        finally:
            process.kill()
            os.close(ours)


def write_two_runs() -> None:
    write_run({"run.json": MANIFEST, "report.json": report_of(HEAD)})
    write_run({"run.json": MANIFEST | {"run": LATER}, "status.json": STATUS | {"run": LATER}}, run=LATER)


def test_without_a_terminal_the_latest_run_is_printed_once() -> None:
    write_two_runs()
    result = odt("watch")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[:2] == [
        LATER,
        " KILLED  its process is gone without a report; --resume takes up what it has left",
    ]
    assert "\x1b" not in result.stdout


def test_of_several_runs_under_way_the_list_is_printed() -> None:
    at_work = {"pid": os.getpid(), "updated_at": timestamp()}
    for run in (RUN, LATER):
        write_run({"run.json": MANIFEST, "status.json": STATUS | at_work | {"run": run}}, run=run)
    lines = odt("watch").stdout.splitlines()
    assert lines[0] == "Runs in logs"
    assert [line.split()[2:4] for line in lines[2:]] == [["RUNNING", ACTION]] * 2


def test_a_run_is_named_by_its_beginning() -> None:
    write_two_runs()
    for name in (RUN, RUN[:-2], f"logs/{RUN}_report.json"):
        assert odt("watch", name, "--once").stdout.splitlines()[:2] == [
            RUN,
            " FINISHED  exit code 1: some rows failed",
        ]
    assert odt("watch", "latest").stdout.startswith(LATER)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "there is no run in logs"),
        (["--logs-dir", "nowhere"], "there is no run in nowhere"),
        (["nope"], "there is no run nope in logs: `odt runs` lists them"),
    ],
)
def test_no_run_is_one_line(arguments: list[str], said: str) -> None:
    result = odt("watch", *arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"odt: {said}\n")


def test_a_run_is_watched_paused_and_stopped_from_another_terminal() -> None:
    write_samples(ROWS)
    with running(ODT_RATE="5") as (process, _said):
        (run,) = runs()
        printed = odt("watch")
        with watching() as (screen, watch):
            screen.shows(run)
            screen.shows("RUNNING")
            screen.type("p")
            screen.shows("PAUSED")
            screen.type("p")
            screen.shows("resumed")
            screen.type("s")
            screen.shows("Stop ")
            screen.type("y")
            screen.shows("STOPPED")
            screen.type("q")
            assert watch.wait(PATIENCE_S) == 0
        assert process.wait(PATIENCE_S) == 3
    assert printed.stdout.splitlines()[0] == run
    assert "Traceback" not in screen.raw
    after = odt("watch").stdout
    assert f" STOPPED  exit code 3; the operator (ctl, pid {watch.pid})" in after


def test_a_run_that_is_killed_is_said_to_be_and_what_it_did_is_counted() -> None:
    write_samples(ROWS)
    with running(ODT_RATE="5") as (process, _said):
        (run,) = runs()
        with watching(run) as (screen, watch):
            screen.shows("RUNNING")
            process.send_signal(signal.SIGKILL)
            process.wait(PATIENCE_S)
            screen.shows("KILLED")
            screen.type("q")
            assert watch.wait(PATIENCE_S) == 0


@pytest.mark.parametrize(("arguments", "environment"), [([], {"NO_COLOR": "1"}), (["--no-color"], {})])
def test_without_colours_there_are_none(arguments: list[str], environment: dict[str, str]) -> None:
    write_two_runs()
    with watching(RUN, *arguments, **environment) as (screen, _watch):
        screen.shows("FINISHED")
        screen.shows("quit")
    assert COLOUR.findall(screen.raw.replace("\x1b[39;49m", "").replace(";39;49m", "m")) == []


def test_a_terminal_that_cannot_be_drawn_on_gets_the_text() -> None:
    write_two_runs()
    with watching(RUN, TERM="dumb") as (screen, watch):
        screen.shows("people  ")
        assert watch.wait(PATIENCE_S) == 0
    assert "\x1b" not in screen.raw


def test_with_colours_there_are_some() -> None:
    write_two_runs()
    with watching(RUN) as (screen, _watch):
        screen.shows("FINISHED")
    assert COLOUR.search(screen.raw) is not None
