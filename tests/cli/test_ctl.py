"""`ctl` from another terminal: which run it finds, what it says, what it does to it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest
from anyio.from_thread import start_blocking_portal

from odt_async.runner.control_socket import control_socket, serve, socket_path
from tests.cli.command_line import ACTION, LOGS, counts_of, odt, write_samples
from tests.cli.test_interruption import ROWS, await_line, end_of, report, running, runs

pytestmark = pytest.mark.real_time

OTHER = "usuarios_alta_people"


@contextmanager
def listening(*names: str) -> Iterator[list[str]]:
    """Let runs of these names take orders; yields what they are told."""
    told: list[str] = []
    LOGS.mkdir(exist_ok=True)

    async def listen() -> None:
        async with anyio.create_task_group() as group:
            for name in names:
                group.start_soon(attend, name)

    async def attend(name: str) -> None:
        def answer(line: bytes, _by: str) -> dict[str, object]:
            told.append(f"{name} {line.decode()}")
            return STATUS | {"run": name}

        with control_socket(socket_path(LOGS, name)) as at:
            await serve(at, answer)

    with start_blocking_portal() as portal:
        future = portal.start_task_soon(listen)
        while not all(socket_path(LOGS, name).exists() for name in names):
            portal.call(anyio.sleep, 0.01)
        try:
            yield told
        finally:
            future.cancel()


RUN = f"{ACTION}_20240601T220000Z_ab12"
ANOTHER = f"{OTHER}_20240601T220000Z_cd34"
STATUS = {
    "run": RUN,
    "pid": 7,
    "state": "paused",
    "reason": "no token",
    "total_rows": 10,
    "done": 4,
    "by_status": {"applied": 3, "error": 1, "skipped": 0},
    "rows_per_s": 2.04,
    "left_s": 61,
    "concurrency": 8,
    "in_flight": 0,
    "rate": 2.5,
}


def test_a_run_is_paused_sped_up_and_stopped_from_another_terminal() -> None:
    write_samples(ROWS)
    with running(ODT_RATE="40") as (process, said):
        paused = odt("ctl", "pause")
        await_line(process, said, " paused (operator): ")
        status = json.loads(odt("ctl", ACTION, "status", "--json").stdout)
        resumed = odt("ctl", "resume")
        changed = odt("ctl", "set", "concurrency=6", "rate=none")
        stopped = odt("ctl", status["run"], "stop")
        returncode, _out, err = end_of(process, said)
    answers = [paused, resumed, changed, stopped]
    assert [answer.exit_code for answer in answers] == [0, 0, 0, 0], [answer.output for answer in answers]
    assert (status["state"], status["rate"], status["concurrency"]) == ("paused (operator)", 40.0, 4)
    assert "concurrency 6, in flight " in changed.stdout
    assert changed.stdout.endswith(", no ceiling\n")
    assert " draining: " in stopped.stdout
    assert (returncode, "\nstopped by the operator (ctl, pid " in err) == (3, True)
    counts = counts_of(runs().pop())
    assert counts == {"ok.csv": counts["ok.csv"], "pending.csv": ROWS - counts["ok.csv"]}
    told = [change["what"] for change in report()["control"]]
    assert told == ["pause", "resume", "concurrency", "rate", "stop"]
    gone = odt("ctl", ACTION, "status")
    assert (gone.exit_code, gone.stderr) == (2, f"odt: {ACTION} is not running in logs\n")


def test_a_killed_run_is_said_not_to_run() -> None:
    write_samples(ROWS)
    with running(ODT_RATE="1") as (process, _said):
        process.kill()
        process.wait()
        (run,) = runs()
        by_name, by_action, alone = (
            odt("ctl", run, "status"),
            odt("ctl", ACTION, "pause"),
            odt("ctl", "pause"),
        )
    killed = f"{run} is not running: its process was killed; --resume takes up what it has left"
    assert [by_name.exit_code, by_action.exit_code, alone.exit_code] == [2, 2, 2]
    assert by_name.stderr == f"odt: {killed}\n"
    assert by_action.stderr == f"odt: {ACTION} is not running in logs\n"
    assert alone.stderr == "odt: no run is under way in logs\n"


def test_the_state_is_told_in_words_and_as_json() -> None:
    with listening(RUN):
        words, record = odt("ctl", "status"), odt("ctl", "status", "--json")
    assert words.stdout.splitlines() == [
        f"{RUN} (pid 7) paused: 4/10 rows",
        "3 applied, 1 failed",
        "2.0 rows/s, ETA 0:01:01",
        "concurrency 8, in flight 0, at most 2.5 requests/s",
        "paused: no token",
    ]
    assert json.loads(record.stdout) == STATUS


def test_the_run_is_found_by_its_name_or_its_action_s_and_must_be_named_among_several() -> None:
    with listening(RUN, ANOTHER) as told:
        odt("ctl", RUN, "pause")
        odt("ctl", OTHER, "set", "rate=none", "concurrency=2")
        unclear = odt("ctl", "stop")
    assert told == [
        f'{RUN} {{"command":"pause"}}',
        f'{ANOTHER} {{"command":"set","rate":null,"concurrency":2}}',
    ]
    assert (unclear.exit_code, unclear.stderr) == (2, f"odt: which one? {ANOTHER}, {RUN}\n")


@pytest.mark.parametrize("part", [RUN[:-1], RUN[-4:]])
def test_a_run_may_be_named_by_the_part_of_its_name_that_no_other_has(part: str) -> None:
    with listening(RUN, ANOTHER) as told:
        odt("ctl", part, "pause")
    assert told == [f'{RUN} {{"command":"pause"}}']


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["status"], "no run is under way in logs"),
        ([RUN, "status"], f"{RUN} is not running in logs"),
        ([RUN], "say what to do: status, pause, resume, stop, set"),
        ([RUN, "kill"], "say what to do: status, pause, resume, stop, set"),
        (["stop", "now"], "stop takes nothing else: now"),
        (["set", "speed=3"], "set speed=3: write concurrency=4, rate=10 or rate=none"),
        (["set", "rate"], "set rate: write concurrency=4, rate=10 or rate=none"),
        (["set", "concurrency=4.5"], "set concurrency=4.5: '4.5' is not a number"),
        (["set", "rate=nan"], "set rate=nan: 'nan' is not a number"),
        (["set", "rate=inf"], "set rate=inf: 'inf' is not a number"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(words: list[str], said: str) -> None:
    result = odt("ctl", *words)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"odt: {said}\n")


def test_something_else_of_that_name_is_not_taken_for_a_run() -> None:
    LOGS.mkdir()
    Path(LOGS, f"{RUN}.sock").write_text("not a socket")
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(socket_path(LOGS, ANOTHER)))
        assert odt("ctl", "status").stderr == "odt: no run is under way in logs\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--tz", "Europe/Madrid"], "--tz says where the clock of --window is: add --window"),
        (["--window", "22-6"], "--window 22-6: write it as 22:00-06:00"),
        (
            ["--window", "22:00-06:00", "--tz", "Madrid"],
            "--tz Madrid: there is no such time zone; write it as Europe/Madrid",
        ),
    ],
)
def test_hours_that_are_none_are_refused_before_anything_is_sent(arguments: list[str], said: str) -> None:
    write_samples(3)
    result = odt("bulk", ACTION, "--sandbox", *arguments)
    assert (result.exit_code, result.stderr, LOGS.exists()) == (2, f"odt: {said}\n", False)
