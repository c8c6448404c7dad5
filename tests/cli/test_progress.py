"""What is seen of a run: on a terminal, in a pipe, and when the reader has gone."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TextIO, cast
from unittest.mock import patch

import pytest

from odt_async.cli import cli
from odt_async.cli.progress import observer_for
from odt_async.model import Status, VerdictKind
from odt_async.runner.active import Run
from odt_async.runner.spec import RunSpec
from odt_async.runner.tally import Progress
from tests.cli.command_line import (
    ACTION,
    LOGS,
    PROGRAM,
    edit_users,
    only,
    send_to_a_stranger,
    write_samples,
)
from tests.cli.terminal import Screen, Terminal, terminal

FIGURES = ["rows/s", "ok", "unchanged", "errors", "throttled"]


def call(*arguments: str) -> int:
    """Call the command line in this process on the streams as they are; return the exit code."""
    with pytest.raises(SystemExit) as ended:
        cli(["bulk", ACTION, "--sandbox", *arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code


@contextmanager
def streams(*, out: int, err: int) -> Iterator[None]:
    """Let stdout and stderr be these descriptors, which stay open."""

    def text(descriptor: int) -> TextIO:
        return open(os.dup(descriptor), "w", encoding="utf-8")  # noqa: PTH123 - there is no path

    with (
        text(out) as stdout,
        text(err) as stderr,
        patch("sys.stdout", stdout),
        patch("sys.stderr", stderr),
    ):
        yield


def assert_two_lines_were_kept(shown: Terminal) -> None:
    """The bar and its figures are drawn in place: nothing wraps, nothing of an earlier moment stays."""
    assert shown.screen.tallest == 2
    bars = [i for i, line in enumerate(shown.screen.lines) if "ETA " in line]
    assert len(bars) == 1
    figures = shown.screen.lines[bars[0] + 1]
    assert [name for name in FIGURES if name not in figures] == []


def test_a_terminal_of_80_columns_shows_bar_and_figures_and_the_file_gets_the_data() -> None:
    write_samples(30)
    with terminal(columns=80) as shown, Path("diffs.txt").open("wb") as diffs:
        done = subprocess.run(
            [*PROGRAM, "bulk", ACTION, "--sandbox", "--dry-run", "--fault", "latency=20ms"],
            stdin=shown.descriptor,
            stdout=diffs,
            stderr=shown.descriptor,
            env={**os.environ, "TERM": "xterm-256color"},
            check=False,
        )
    data = Path("diffs.txt").read_text()
    assert done.returncode == 5
    assert_two_lines_were_kept(shown)
    assert f"{ACTION}_" in shown.screen.lines[0]
    assert "\x1b" not in data
    assert len([line for line in data.splitlines() if line.startswith("row ")]) == 30
    assert [line for line in data.splitlines() if not line.startswith(("row ", "    "))] == []
    assert "row 0" not in shown.raw


@pytest.fixture
def eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("eighty_columns")
def test_planned_changes_stand_above_the_bar_when_both_go_to_the_terminal() -> None:
    write_samples(3)
    with terminal() as shown, streams(out=shown.descriptor, err=shown.descriptor):
        code = call("--dry-run")
    lines = shown.screen.lines
    bar = next(i for i, line in enumerate(lines) if "ETA " in line)
    planned = [i for i, line in enumerate(lines) if line.startswith("row ")]
    assert code == 5
    assert_two_lines_were_kept(shown)
    assert len(planned) == 3
    assert max(planned) < bar


def troubled_run(token_warning: str | None = None) -> Run:
    """Return a run in which everything goes wrong at once, as far as a screen asks."""
    counts = dict.fromkeys(Status, 123_456)
    holds = [
        SimpleNamespace(family=f"telephony/config/{name}", held_s=299.6) for name in ("people", "numbers")
    ]
    run = SimpleNamespace(
        run_id="the_run",
        state="paused",
        progress=lambda: Progress(1_000_000, counts, elapsed_s=9.0, rows_per_s=45.67, left_s=3_661.0),
        policy=SimpleNamespace(
            verdicts=Counter({VerdictKind.THROTTLED: 98_765}),
            unanswered=0,
            limiter=SimpleNamespace(states=lambda: holds),
            tokens=SimpleNamespace(warning=token_warning),
        ),
    )
    return cast("Run", run)


@pytest.mark.usefixtures("eighty_columns")
def test_figures_that_do_not_fit_are_cut_and_never_wrapped() -> None:
    spec = cast("RunSpec", SimpleNamespace(name="the_action", survey=SimpleNamespace(rows=1_000_000)))
    with (
        terminal() as shown,
        streams(out=shown.descriptor, err=shown.descriptor),
        observer_for(spec, show_plans=True) as observer,
    ):
        observer.started(troubled_run())
        observer.tick(troubled_run())
        observer.beat("in heartbeat.log only")
    name, bar, figures = (line for line in shown.screen.lines if line)
    assert name == "the_run"
    assert bar.endswith(" 62% 617280/1000000 ETA 1:01:01")
    assert figures.startswith("  PAUSED | 45.7 rows/s | planned 123456 | ok 123456 | unchanged 123456 | ")
    assert (len(figures), figures[-1]) == (80, "…")


@pytest.mark.usefixtures("eighty_columns")
def test_a_pause_rings_the_bell_and_says_why_above_the_bar_and_a_token_that_ends_is_seen() -> None:
    spec = cast("RunSpec", SimpleNamespace(name="the_action", survey=SimpleNamespace(rows=1_000_000)))
    with (
        terminal() as shown,
        streams(out=shown.descriptor, err=shown.descriptor),
        observer_for(spec, show_plans=True) as observer,
    ):
        observer.tick(troubled_run("it ends in 3 min"))
        observer.paused("no token")
        observer.resumed()
    lines = [line for line in shown.screen.lines if line]
    assert (shown.screen.bells, shown.screen.titles) == (1, ["|| 61 % the_action"])
    assert lines[:2] == ["PAUSED: no token", "resumed"]
    assert lines[-1].startswith("  PAUSED | TOKEN ENDS SOON: see heartbeat.log | 45.7 rows/s | ")


@pytest.mark.usefixtures("eighty_columns")
def test_the_end_is_in_the_title_and_rings_the_bell() -> None:
    write_samples(3)
    edit_users(send_to_a_stranger)
    with terminal() as shown, streams(out=shown.descriptor, err=shown.descriptor):
        assert call() == 1
    assert shown.screen.titles[0].endswith(f" % {ACTION}")
    assert (shown.screen.bells, shown.screen.titles[-1]) == (1, f"1 row failed - {ACTION}")


@pytest.mark.usefixtures("eighty_columns")
def test_nothing_is_live_on_a_dumb_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    write_samples(3)
    monkeypatch.setenv("TERM", "dumb")
    with terminal() as shown, streams(out=shown.descriptor, err=shown.descriptor):
        assert call() == 0
    assert "\x1b" not in shown.raw
    assert "finished: 3/3 (100.0 %)" in shown.raw


@pytest.mark.usefixtures("eighty_columns")
def test_no_colour_is_shown_to_who_wants_none(monkeypatch: pytest.MonkeyPatch) -> None:
    write_samples(3)
    monkeypatch.setenv("NO_COLOR", "1")
    with terminal() as shown, streams(out=shown.descriptor, err=shown.descriptor):
        assert call() == 0
    assert_two_lines_were_kept(shown)
    assert "\x1b[3" not in shown.raw


@pytest.mark.parametrize("arguments", [["--dry-run"], []])
def test_a_reader_that_has_gone_does_not_end_the_run(arguments: list[str]) -> None:
    write_samples(3)
    reading, writing = os.pipe()
    os.close(reading)
    with streams(out=writing, err=writing):
        code = call(*arguments)
    os.close(writing)
    rows = only("*_plan.jsonl" if arguments else "*_ok.csv").read_text().splitlines()
    assert (code, len(rows)) == ((5, 3) if arguments else (0, 4))
    assert len(list(LOGS.glob("*_report.json"))) == 1


def test_a_screen_shows_what_was_drawn_last() -> None:
    screen = Screen(5)
    screen.feed("\x1b]0;title\x07one\r\ntwo\x1b[1A\r\x1b[2K\x1b[1;32m1\x1b[0m\r\n2\r\nabcdefg")
    assert (screen.lines, screen.tallest) == (["1", "2wo", "abcde", "fg"], 2)
