"""What `bulk` takes, and what it refuses before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from odt_async.cli.bulk import bulk
from odt_async.runner.lock import action_lock
from odt_async.settings import Settings
from tests.cli.command_line import ACTION, INPUT, LOGS, edit_users, odt, only, run_of, served, write_samples

IDENTITY = {"access_token", "token_file", "refresh_token", "client_id", "client_secret"}


def settings_of_the_run() -> dict[str, Any]:
    settings: dict[str, Any] = json.loads(only("*_run.json").read_bytes())["settings"]
    return settings


def assert_refused(result: Any, reason: str) -> None:
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr
    assert "Traceback" not in result.stderr
    assert list(LOGS.glob(f"{ACTION}_*")) == []


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nope"], "odt: there is no action 'nope' ("),
        ([ACTION[:-1]], f"; did you mean {ACTION}"),
        ([ACTION, "--concurrency", "x"], "Invalid value for '--concurrency': 'x'"),
        ([ACTION, "--concurrency", "0"], "odt: concurrency: "),
        ([ACTION, "--rate", "-1"], "odt: rate: "),
        ([ACTION, "--rate", "nan"], "odt: rate: "),
        ([ACTION, "--request-timeout", "0"], "odt: request_timeout: "),
        ([ACTION, "--base-url", "ftp://x"], "must be scheme://host:port"),
        ([ACTION, "--set", "extension"], "odt: --set extension: has no value"),
        ([ACTION, "--set", "=1"], "odt: --set =1: names no column"),
        ([ACTION, "--set", "extension="], "odt: --set extension=: has no value"),
        ([ACTION, "--set", "extension=1", "--set", "Extension=2"], "is set twice"),
        ([ACTION, "--set", "extensoin=1"], "--set, column extensoin: not a column of this action"),
        ([ACTION, "--set", "extension=x"], f"odt: {INPUT}/usuarios.csv: none of its rows (3) can be used"),
        ([ACTION, "--fault", "5xx=2%"], "odt: --fault is for the simulated Webex: add --sandbox"),
        ([ACTION, "--sandbox", "--fault", "5xx=2"], "write it like 5xx=2%"),
        ([ACTION, "--sandbox", "--fault", "no-calling=nobody@nowhere.example"], "nobody@nowhere.example"),
        ([ACTION, "--input-dir", "nowhere"], "odt: missing_input_csv: nowhere is not a folder"),
        ([ACTION, "--resume"], f"odt: --resume: there is no earlier run of {ACTION} in logs"),
        ([ACTION, "--resume", "other"], "odt: --resume other: there is no such run"),
        ([ACTION, "--replay", "failed"], "odt: --replay says which rows of an earlier run are taken: add"),
        ([ACTION, "--verify", "some"], "odt: --verify some: write all, none or sample:5%"),
        ([ACTION], "odt: no token: set WEBEX_ACCESS_TOKEN"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: list[str], reason: str) -> None:
    write_samples(3)
    assert_refused(odt("bulk", *arguments), reason)


def remove(name: str) -> Callable[[], object]:
    return (INPUT / name).unlink


def write(name: str, content: bytes) -> Callable[[], object]:
    return lambda: (INPUT / name).write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (remove("usuarios.csv"), f"odt: missing_input_csv: {INPUT}/usuarios.csv does not exist"),
        (remove("global.csv"), f"odt: missing_input_csv: {INPUT}/global.csv does not exist"),
        (write("usuarios.csv", b""), f"odt: {INPUT}/usuarios.csv: is empty"),
        (write("usuarios.csv", b"extension,email\n"), f"odt: {INPUT}/usuarios.csv has no rows"),
        (write("usuarios.csv", b"extension,extension\n1,2\n"), "is there already as column 1"),
        (write("usuarios.csv", b"ana@example.com,8001\n"), "is a value, not a column name"),
        (write("usuarios.csv", b'email,extension\n"ana@example.com,8001\n'), "line 2: a quote"),
        (write("usuarios.csv", b"PK\x03\x04..."), "is an Excel workbook, not a CSV file"),
        (write("global.csv", b"country\nES\nPT\n"), "global.csv line 3: a second row"),
    ],
)
def test_files_that_are_no_good_are_refused(damage: Callable[[], object], reason: str) -> None:
    write_samples(3)
    damage()
    assert_refused(odt("bulk", ACTION, "--sandbox"), reason)


def test_a_required_column_that_nobody_has_is_refused() -> None:
    write_samples(3)
    edit_users(lambda rows: [row.pop("legacy_phone_number") for row in rows])
    result = odt("bulk", "usuarios_anadir_intercom_legacy", "--sandbox")
    assert result.exit_code == 2
    assert result.stderr == (
        "odt: usuarios.csv, column legacy_phone_number: required, but not there: add the column, or give all "
        "rows one value with --set legacy_phone_number=value\n"
    )


def test_of_many_bad_rows_the_first_are_shown() -> None:
    write_samples(20)
    result = odt("bulk", ACTION, "--sandbox", "--set", "extension=8,03E+07")
    lines = result.stderr.splitlines()
    assert len(lines) == 6
    assert [line for line in lines[:5] if not line.startswith("--set, column extension: ")] == []
    assert lines[5].startswith(f"odt: {INPUT}/usuarios.csv: none of its rows (20) can be used; ")


def test_an_action_runs_once_at_a_time() -> None:
    write_samples(3)
    with action_lock(LOGS, ACTION):
        assert_refused(odt("bulk", ACTION, "--sandbox"), f"odt: {ACTION} is running already (pid ")
    assert odt("bulk", ACTION, "--sandbox").exit_code == 0


def test_another_logs_directory_is_another_place_to_run() -> None:
    write_samples(3)
    with action_lock(LOGS, ACTION):
        assert odt("bulk", ACTION, "--sandbox", "--logs-dir", "elsewhere").exit_code == 0


def test_file_names_may_be_in_any_case() -> None:
    write_samples(3)
    (INPUT / "usuarios.csv").rename(INPUT / "Usuarios.CSV")
    assert odt("bulk", ACTION, "--sandbox").exit_code == 0


def test_a_value_of_the_command_line_is_over_all_rows() -> None:
    write_samples(2)
    odt("bulk", ACTION, "--sandbox", "--set", "destination=8123456")
    lines = [json.loads(line) for line in only("*_changes.jsonl").read_bytes().splitlines()]
    written = [
        line["written"]["callForwarding"]["always"]["destination"] for line in lines if "written" in line
    ]
    assert written == ["8123456", "8123456"]


@pytest.mark.parametrize("dash", ["-", "_"])
def test_both_spellings_of_an_option_do_the_same(dash: str) -> None:
    write_samples(2)
    INPUT.rename("elsewhere")
    result = odt(
        "bulk",
        ACTION,
        "--sandbox",
        f"--input{dash}dir=elsewhere",
        f"--logs{dash}dir",
        "mine",
        f"--dry{dash}run",
    )
    assert result.exit_code == 5
    assert len(list(Path("mine").glob("*_plan.jsonl"))) == 1


def test_the_command_line_wins_over_the_environment_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    write_samples(1)
    Path(".env").write_text("ODT_CONCURRENCY=3\nODT_RATE=300\nODT_MAX_RETRIES_PER_CALL=30\n")
    monkeypatch.setenv("ODT_CONCURRENCY", "2")
    monkeypatch.setenv("ODT_RATE", "200")
    assert odt("bulk", ACTION, "--sandbox", "--concurrency", "1").exit_code == 0
    settings = settings_of_the_run()
    assert (settings["concurrency"], settings["rate"], settings["max_retries_per_call"]) == (1, 200, 30)


def test_every_setting_of_a_run_is_an_option_and_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    options = {option.name for option in bulk.params if isinstance(option, click.Option)}
    names = Settings.model_fields.keys() - IDENTITY
    assert names - options == set()

    given = {
        "concurrency": 5,
        "max_retries_per_call": 6,
        "max_sleep_seconds": 7.0,
        "max_elapsed_per_row": 800.0,
        "request_timeout": 9.0,
        "min_interval_ms": 0.5,
        "rate": 1000.0,
        "heartbeat_seconds": 11.0,
        "input_dir": "elsewhere",
        "logs_dir": "logs",
    }
    write_samples(1)
    INPUT.rename("elsewhere")
    for name, value in given.items():
        monkeypatch.setenv(f"ODT_{name.upper()}", str(value))
    assert odt("bulk", ACTION, "--sandbox").exit_code == 0
    settings = settings_of_the_run()
    assert {name: settings[name] for name in given} == given
    assert names - given.keys() <= settings.keys()


def test_a_bad_variable_is_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    write_samples(1)
    monkeypatch.setenv("ODT_CONCURRENCY", "many")
    assert_refused(odt("bulk", ACTION, "--sandbox"), "oncurrency")


def test_where_and_who_may_stand_in_the_file() -> None:
    write_samples(2)
    with served() as sandbox:
        Path(".env").write_text(f"WEBEX_BASE_URL={sandbox.url}/\nWEBEX_ACCESS_TOKEN='{sandbox.token}'\n")
        result = odt("bulk", ACTION)
        writes = sandbox.journal.changed_writes
    assert (result.exit_code, writes) == (0, 2)


def test_the_newest_run_is_resumed_when_none_is_named() -> None:
    write_samples(3)
    first = odt("bulk", ACTION, "--sandbox")
    second = odt("bulk", ACTION, "--sandbox", "--resume")
    assert second.stderr.splitlines()[0] == f"resuming {run_of(first)}: 3 rows done, 0 failed"
    assert ": 0 applied, 0 unchanged, 3 skipped, 0 failed\n" in second.stderr
