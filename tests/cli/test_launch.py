"""`launch`: what is asked, what runs, what is skipped, and the report over it all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result

from odt_async import actions
from odt_async.cli import cli
from odt_async.cli.launching import worst
from odt_async.runner.lock import action_lock
from tests.cli.command_line import (
    ACTION,
    INPUT,
    LOGS,
    PROGRAM,
    edit_users,
    odt,
    only,
    send_to_a_stranger,
    served,
    spoil_extension,
    write_samples,
)
from tests.cli.terminal import terminal
from tests.cli.test_interruption import await_line, end_of

INTERCOM = "usuarios_anadir_intercom_legacy"
PSTN = "ubicacion_configurar_pstn"
QUESTION = "¿Ejecutar {} en modo BULK con todas las filas del CSV de dominio? [y/N] "


def launch(*arguments: str, names: tuple[str, ...] = (ACTION, INTERCOM), answers: str = "") -> Result:
    words = ["launch", *(word for name in names for word in ("--script-name", name)), *arguments]
    with (
        patch.object(sys, "argv", ["__main__.py", *words]),
        patch.object(sys, "orig_argv", ["python", "-m", "odt_async", *words]),
    ):
        return CliRunner().invoke(cli, words, input=answers, prog_name="odt", catch_exceptions=False)


def report() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(only("launch_*_report.json").read_bytes())
    return read


def told(*fields: str) -> list[tuple[Any, ...]]:
    """Return those fields of every action in the report."""
    return [tuple(action[field] for field in fields) for action in report()["actions"]]


def drop(column: str) -> Callable[[], object]:
    return lambda: edit_users(lambda rows: [row.pop(column) for row in rows])


def test_actions_run_in_the_order_given() -> None:
    write_samples(3)
    assert launch("--sandbox", "--bulk-all", names=(INTERCOM, PSTN, ACTION)).exit_code == 0
    assert told("script_name", "bulk_mode", "total_rows", "executed", "status") == [
        (INTERCOM, True, 3, 3, "finished"),
        (PSTN, True, 3, 3, "finished"),
        (ACTION, True, 3, 3, "finished"),
    ]
    starts = sorted((json.loads(path.read_bytes())["started"], path.name) for path in LOGS.glob("*_run.json"))
    assert [
        name.startswith(action) for (_, name), action in zip(starts, (INTERCOM, PSTN, ACTION), strict=True)
    ] == [True] * 3


def test_the_report_has_the_results_of_every_run() -> None:
    write_samples(2)
    launch("--sandbox", "--bulk-all")
    for action in report()["actions"]:
        of_the_run = json.loads((LOGS / f"{action['run']}_report.json").read_bytes())
        same = ("script_name", "bulk_mode", "total_rows", "executed", "skipped", "errors", "results")
        assert {name: action[name] for name in same} == {name: of_the_run[name] for name in same}


def test_the_report_has_a_view_by_entity() -> None:
    write_samples(2)
    launch("--sandbox", "--bulk-all")
    entities = report()["entities"]
    assert [
        [(outcome["script_name"], outcome["row_index"], outcome["status"]) for outcome in entity["outcomes"]]
        for entity in sorted(entities, key=lambda entity: entity["outcomes"][0]["row_index"])
    ] == [[(ACTION, row, "applied"), (INTERCOM, row, "applied")] for row in (0, 1)]
    assert {entity["domain"] for entity in entities} == {"usuarios"}


def test_every_action_is_asked_about_and_no_means_the_first_row() -> None:
    write_samples(3)
    result = launch("--sandbox", answers="sí\n\n")
    assert result.exit_code == 0
    assert [QUESTION.format(name) in result.stderr for name in (ACTION, INTERCOM)] == [True, True]
    assert told("script_name", "bulk_mode", "total_rows") == [(ACTION, True, 3), (INTERCOM, False, 1)]


@pytest.mark.parametrize(
    ("flags", "rows"),
    [
        (["--bulk-all"], 3),
        (["--no-bulk-all"], 1),
        (["--auto-confirm"], 3),
        (["--auto-confirm", "--no-bulk-all"], 1),
        (["--no_bulk_all"], 1),
    ],
)
def test_flags_answer_for_everybody(flags: list[str], rows: int) -> None:
    write_samples(3)
    result = launch("--sandbox", *flags)
    assert (result.exit_code, "¿Ejecutar" in result.stderr) == (0, False)
    assert told("bulk_mode", "total_rows") == [(rows == 3, rows)] * 2


def test_the_files_and_their_rows_are_told_before_the_first_question() -> None:
    write_samples(3)
    before = launch("--sandbox", names=(ACTION, PSTN), answers="n\nn\n").stderr.partition("¿Ejecutar")[0]
    assert [line.split(maxsplit=1) for line in before.partition("Resumen:\n")[2].splitlines()[:2]] == [
        [ACTION, f"{INPUT}/usuarios.csv: 3 filas"],
        [PSTN, f"{INPUT}/ubicaciones.csv: 3 filas"],
    ]


@pytest.mark.parametrize(
    ("damage", "missing", "reason"),
    [
        (drop("legacy_phone_number"), ["legacy_phone_number"], "required, but not there"),
        (
            lambda: edit_users(lambda rows: [row.update(legacy_phone_number="") for row in rows]),
            ["legacy_phone_number"],
            "none of its rows (3) can be used",
        ),
    ],
)
def test_an_action_that_cannot_run_is_skipped_and_the_others_go_on(
    damage: Callable[[], object], missing: list[str], reason: str
) -> None:
    write_samples(3)
    damage()
    result = launch("--sandbox", "--bulk-all", names=(INTERCOM, ACTION))
    assert result.exit_code == 1
    assert told("status", "missing_dependencies", "executed", "run") == [
        ("skipped", missing, 0, None),
        ("finished", [], 3, only(f"{ACTION}_*_run.json").name.removesuffix("_run.json")),
    ]
    assert reason in report()["actions"][0]["reason"]
    assert f"se omite (faltan: {missing[0]})" in result.stderr


def test_without_its_file_an_action_is_skipped() -> None:
    write_samples(3)
    (INPUT / "ubicaciones.csv").unlink()
    assert launch("--sandbox", "--bulk-all", names=(PSTN, ACTION)).exit_code == 1
    skipped, done = report()["actions"]
    assert (skipped["status"], skipped["missing_dependencies"], done["status"]) == ("skipped", [], "finished")
    assert skipped["reason"].startswith("missing_input_csv: ")


def test_a_first_row_that_is_no_good_is_no_try() -> None:
    write_samples(3)
    edit_users(spoil_extension)
    assert launch("--sandbox", "--no-bulk-all").exit_code == 1
    assert told("status", "bulk_mode", "missing_dependencies") == [
        ("skipped", False, ["extension"]),
        ("finished", False, []),
    ]


def test_when_nothing_can_run_nothing_is_sent() -> None:
    write_samples(3)
    (INPUT / "usuarios.csv").unlink()
    assert launch("--sandbox", "--bulk-all").exit_code == 2
    assert told("status") == [("skipped",), ("skipped",)]


def test_what_cannot_run_is_not_asked_about() -> None:
    write_samples(3)
    (INPUT / "usuarios.csv").unlink()
    result = launch("--sandbox")
    assert (result.exit_code, "¿Ejecutar" in result.stderr) == (2, False)


def test_an_action_that_runs_elsewhere_is_skipped() -> None:
    write_samples(3)
    with action_lock(LOGS, ACTION):
        assert launch("--sandbox", "--bulk-all").exit_code == 1
    assert told("status") == [("skipped",), ("finished",)]
    assert "is running already" in report()["actions"][0]["reason"]


def test_the_worst_run_gives_the_exit_code() -> None:
    write_samples(3)
    edit_users(send_to_a_stranger)
    result = launch("--sandbox", "--bulk-all")
    assert (result.exit_code, [code for (code,) in told("exit_code")]) == (1, [1, 1])
    assert report()["errors"] == 2
    (stranger,) = (entity for entity in report()["entities"] if entity["outcomes"][0]["error"])
    assert [outcome["status"] for outcome in stranger["outcomes"]] == ["error", "error"]


def test_the_follow_up_is_of_the_one_run() -> None:
    write_samples(3)
    edit_users(send_to_a_stranger)
    stderr = launch("--sandbox", "--bulk-all", "--set", "destination=900", names=(ACTION, INTERCOM)).stderr
    words = [line.split() for line in stderr.splitlines() if line.startswith("to go on: ")]
    runs = [run for (run,) in told("run")]
    assert [line[line.index("bulk") :] for line in words] == [
        ["bulk", ACTION, "--set", "destination=900", "--sandbox", "--resume", runs[0]],
        ["bulk", INTERCOM, "--sandbox", "--resume", runs[1]],
    ]


def test_with_fail_fast_the_first_failed_row_ends_it_all() -> None:
    write_samples(3)
    edit_users(send_to_a_stranger)
    result = launch("--sandbox", "--bulk-all", "--fail-fast", "--concurrency", "1")
    assert result.exit_code == 3
    assert told("status") == [("stopped",), ("not_started",)]
    assert report()["actions"][1]["reason"].startswith(f"{ACTION}: --fail-fast: row 0 failed")


def test_a_signal_ends_it_all() -> None:
    write_samples(200)
    slow = {"ODT_HEARTBEAT_SECONDS": "0.05", "ODT_MIN_INTERVAL_MS": "20"}
    names = ("--script-name", ACTION, "--script-name", INTERCOM)
    with subprocess.Popen(
        [*PROGRAM, "launch", "--sandbox", "--bulk-all", *names],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **slow},
    ) as process:
        said: list[str] = []
        await_line(process, said, " running: ")
        await_line(process, said, " running: ")  # the second is said by the run under way
        process.send_signal(signal.SIGINT)
        code, _out, _err = end_of(process, said)
    assert code == 130
    assert told("status", "reason") == [("stopped", "SIGINT"), ("not_started", f"{ACTION}: SIGINT")]


def test_a_strict_schema_keeps_an_action_from_running() -> None:
    write_samples(2)
    edit_users(lambda rows: [row.update(surprise="1") for row in rows])
    assert launch("--sandbox", "--bulk-all", "--strict-schema", names=(ACTION, PSTN)).exit_code == 1
    assert told("status") == [("skipped",), ("finished",)]
    assert "column surprise" in report()["actions"][0]["reason"]


def test_a_dry_run_changes_nothing_and_says_so() -> None:
    write_samples(2)
    result = launch("--sandbox", "--bulk-all", "--dry-run")
    assert (result.exit_code, report()["dry_run"]) == (5, True)
    assert told("by_status")[0][0]["planned"] == 2
    assert list(LOGS.glob("*_changes.jsonl")) == []


def test_all_actions_meet_the_same_sandbox() -> None:
    """A workspace that the first action makes is there for the second."""
    write_samples(1)
    rooms = INPUT / "workspaces.csv"
    rooms.write_text("display_name,location_name,extension\nNueva,OF00001 Barcelona,7777\n", encoding="utf-8")
    names = ("workspaces_alta", "workspaces_configurar_desvio_prefijo53")
    assert launch("--sandbox", "--bulk-all", names=names).exit_code == 0
    assert [status["applied"] for (status,) in told("by_status")] == [1, 1]


def test_with_a_token_it_is_for_real(monkeypatch: pytest.MonkeyPatch) -> None:
    write_samples(2)
    with served() as sandbox:
        monkeypatch.setenv("WEBEX_ACCESS_TOKEN", sandbox.token)
        assert launch("--base-url", sandbox.url, "--auto-confirm").exit_code == 0
        assert sandbox.journal.changed_writes == 4


def test_a_token_that_is_refused_ends_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    write_samples(2)
    with served() as sandbox:
        monkeypatch.setenv("WEBEX_ACCESS_TOKEN", "nobody")
        result = launch("--base-url", sandbox.url, "--auto-confirm", "--heartbeat-seconds", "9")
    assert result.exit_code == 4
    assert told("status")[1] == ("not_started",)


@pytest.mark.parametrize(
    ("names", "arguments", "reason"),
    [
        ((), [], "which actions? name each with --script-name"),
        (("nope",), [], "there is no action 'nope'"),
        ((ACTION, ACTION), [], "an action is named twice"),
        ((ACTION,), ["--sandbox"], "nobody answers: say --bulk-all"),
        ((ACTION,), ["--bulk-all"], "no token: set WEBEX_ACCESS_TOKEN"),
        ((ACTION,), ["--set", "legacy_phone_number=1"], "not a column of any of these actions"),
        ((ACTION,), ["--fault", "5xx=2%"], "--fault is for the simulated Webex"),
    ],
)
def test_what_cannot_be_meant_is_refused(names: tuple[str, ...], arguments: list[str], reason: str) -> None:
    write_samples(3)
    result = launch(*arguments, names=names)
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr
    assert list(LOGS.glob("launch_*")) == []


def test_on_a_terminal_there_is_a_menu() -> None:
    write_samples(2)
    with terminal(columns=120) as screen:
        called = subprocess.Popen(
            [*PROGRAM, "launch", "--sandbox"],
            stdin=screen.descriptor,
            stdout=screen.descriptor,
            stderr=screen.descriptor,
        )
        screen.type("nl\ny\nno\n")
        assert called.wait(60) == 0
    lines = screen.screen.lines
    names = sorted(actions.names(), key=lambda name: (actions.load(name).ORDER, name))
    letters = [line.split()[:2] for line in lines if line.startswith("  ") and ")  " in line[:6]]
    assert letters == [[f"{letter})", name] for letter, name in zip("abcdefghijklmnopqr", names, strict=True)]
    assert told("script_name", "bulk_mode") == [(ACTION, True), (INTERCOM, False)]


def test_on_a_terminal_the_organisation_is_confirmed_once_for_all() -> None:
    write_samples(2)
    with served() as sandbox, terminal(columns=200) as screen:
        called = subprocess.Popen(
            [*PROGRAM, "launch", "--bulk-all", "--script-name", ACTION, "--script-name", INTERCOM],
            stdin=screen.descriptor,
            stdout=screen.descriptor,
            stderr=screen.descriptor,
            env={**os.environ, "WEBEX_BASE_URL": sandbox.url, "WEBEX_ACCESS_TOKEN": sandbox.token},
        )
        screen.type("s\n")
        assert called.wait(60) == 0
        assert sandbox.journal.changed_writes == 4
    asked = [line for line in screen.screen.lines if "¿Continuar? [y/N]" in line]
    assert len(asked) == 1
    assert f"2 filas, {ACTION}; 2 filas, {INTERCOM}." in asked[0]


def test_the_recording_is_of_this_menu() -> None:
    recording = Path(__file__).parents[2] / "docs" / "pantallas" / "launch.txt"
    text = recording.read_text("utf-8")
    assert [name for name in actions.names() if f")  {name} " not in text] == []
    assert QUESTION.format(PSTN).strip() in text


@pytest.mark.parametrize(
    ("codes", "code"),
    [([0], 0), ([0, 5], 5), ([5, 1], 1), ([1, 3], 3), ([4, 3], 4), ([1, 130, 0], 130), ([143, 4], 143)],
)
def test_the_worst_code_is_the_one_that_asks_for_most(codes: list[int], code: int) -> None:
    assert worst(codes) == code


def test_its_options_stand_in_the_help() -> None:
    text = odt("launch", "--help").stdout
    wanted = ("--script-name", "--bulk-all / --no-bulk-all", "--auto-confirm", "--dry-run", "--fail-fast")
    assert [flag for flag in (*wanted, "--strict-schema") if flag not in text] == []
