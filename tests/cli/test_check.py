"""What `check` finds before the night, and what `bulk` makes of the same findings."""

from __future__ import annotations

import datetime as dt
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from odt_async.cli.check import check
from tests.cli.command_line import ACTION, INPUT, LOGS, Rows, edit_users, odt, spoil_extension, write_samples
from tests.cli.terminal import terminal
from tests.dataset.workbooks import write_workbook
from tests.test_start_up import NETWORK, called

if TYPE_CHECKING:
    from click.testing import Result

EXTENSION_IS_LOST = (
    "a spreadsheet shortened the number to '8,03E+07' and its digits are lost: "
    "format the column as text and type the number again"
)
DESTINATON = "usuarios.csv line 1, column destinaton: not a column of any action: did you mean destination?"
OTHER = "usuarios_anadir_intercom_legacy"


def found_in(result: Result) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = json.loads(result.stdout)["findings"]
    return findings


def rename(rows: Rows, old: str, new: str) -> None:
    for row in rows:
        row[new] = row.pop(old)


def write_users(*lines: str, global_csv: str = "country\nES\n") -> None:
    INPUT.mkdir(exist_ok=True)
    (INPUT / "global.csv").write_text(global_csv)
    (INPUT / "usuarios.csv").write_text("\n".join(lines) + "\n")


def test_samples_are_without_fault_for_every_action() -> None:
    write_samples(5)
    result = odt("check")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        "ubicaciones.csv: 5 rows, all usable\nusuarios.csv: 5 rows, all usable\n"
        "workspaces.csv: 5 rows, all usable\n0 errors, 0 warnings\n"
    )
    assert not LOGS.exists()


def test_every_problem_of_every_row_is_a_line() -> None:
    write_users(
        "email,extension",
        "ana@example.com,8001",
        "luis@,8002",
        "eva@example.com,x,y",
        "sol@,8,03E+07",
        'paz@example.com,"8,03E+07"',
    )
    result = odt("check", ACTION)
    assert result.exit_code == 2
    lines = result.stdout.splitlines()
    assert [line.partition(": ")[2].partition(":")[0] for line in lines] == [
        "usuarios.csv line 3, column email",
        "usuarios.csv line 4",
        "usuarios.csv line 5",
        "usuarios.csv line 6, column extension",
    ]
    assert lines[3] == f"error: usuarios.csv line 6, column extension: {EXTENSION_IS_LOST} ({ACTION})"
    assert result.stderr == (
        f"usuarios.csv: 5 rows\n  {ACTION}: 4 of them cannot be used\n4 errors, 0 warnings\n"
    )


def test_a_problem_that_several_actions_have_is_told_once() -> None:
    write_users("email,extension,legacy_phone_number", "ana@,8001,+34910000000")
    (finding,) = found_in(odt("check", ACTION, OTHER, ACTION, "--json"))
    assert finding["actions"] == [ACTION, OTHER]


def test_the_json_holds_everything() -> None:
    write_users(
        "email,extension,extensoin", "ana@example.com,x,1", "eva@example.com,8,2", "eva@example.com,8,2"
    )
    result = odt("check", ACTION, "--json")
    assert result.exit_code == 2
    report = json.loads(result.stdout)
    text = report["findings"][1].pop("text")
    assert text.startswith("'x' ")
    assert report == {
        "ok": False,
        "errors": 1,
        "warnings": 2,
        "files": [{"file": "usuarios.csv", "rows": 3, "invalid_rows": {ACTION: 1}}],
        "findings": [
            {
                "severity": "warning",
                "kind": "unknown_column",
                "where": "usuarios.csv line 1",
                "column": "extensoin",
                "text": "not a column of any action: it is not used",
                "actions": [],
            },
            {
                "severity": "error",
                "kind": "row",
                "where": "usuarios.csv line 2",
                "column": "extension",
                "actions": [ACTION],
            },
            {
                "severity": "warning",
                "kind": "duplicate",
                "where": "usuarios.csv line 4",
                "column": None,
                "text": "asks for the same as line 3: it would be skipped",
                "actions": [ACTION],
            },
        ],
    }


def test_rows_that_differ_only_where_an_action_does_not_look_are_the_same_for_it() -> None:
    write_users(
        "email,extension,legacy_phone_number",
        "ana@example.com,8001,+34910000000",
        "ANA@example.com ,8001,+34910000001",
    )
    (finding,) = found_in(odt("check", ACTION, OTHER, "--json"))
    assert (finding["where"], finding["actions"]) == ("usuarios.csv line 3", [ACTION])


def test_a_column_that_looks_like_one_that_is_missing_is_asked_about() -> None:
    write_samples(2)
    edit_users(lambda rows: rename(rows, "destination", "destinaton"))
    result = odt("check", ACTION, OTHER)
    assert (result.exit_code, result.stdout) == (
        0,
        f"warning: {DESTINATON}\n",
    )
    assert odt("check", ACTION, "--strict-schema").exit_code == 2


def test_columns_for_other_actions_of_the_file_are_known() -> None:
    write_users("email,extension,legacy_phone_number,first_name,group_id,error", "a@example.com,1,,Ana,,")
    assert odt("check", ACTION, "--strict-schema").stdout == ""


def test_a_missing_column_is_an_error_of_the_actions_that_need_it() -> None:
    write_users("email,extension", "ana@example.com,8001")
    (finding,) = found_in(odt("check", ACTION, OTHER, "--json"))
    assert (finding["severity"], finding["kind"], finding["column"], finding["actions"]) == (
        "error",
        "missing_column",
        "legacy_phone_number",
        [OTHER],
    )
    assert odt("check", OTHER, "--set", "legacy_phone_number=+34910000000").exit_code == 0


def test_a_value_of_the_command_line_that_no_action_reads_is_an_error() -> None:
    write_samples(1)
    result = odt("check", ACTION, "--set", "extensoin=1")
    assert result.exit_code == 2
    assert result.stdout.startswith("error: --set, column extensoin: not a column of this action: ")


def test_a_changed_header_is_told_until_it_is_recorded_again() -> None:
    write_samples(1)
    assert odt("check", "--record-schema").stderr.startswith(f"headers recorded in {INPUT}/schema.json\n")
    edit_users(lambda rows: rename(rows, "group_id", "department"))
    arguments = ("check", ACTION)

    changed = odt(*arguments)
    assert changed.exit_code == 0
    assert changed.stdout.splitlines() == [
        "warning: usuarios.csv line 1, column group_id: is gone since schema.json was recorded",
        "warning: usuarios.csv line 1, column department: is new since schema.json was recorded",
    ]
    assert "record-schema" in changed.stderr
    assert odt(*arguments, "--strict-schema").exit_code == 2
    odt(*arguments, "--record-schema")
    assert odt(*arguments).stdout == ""


def test_a_file_that_cannot_be_read_does_not_hide_the_others() -> None:
    write_samples(2)
    (INPUT / "workspaces.csv").write_bytes(b"")
    edit_users(spoil_extension)
    result = odt("check", "--json")
    assert result.exit_code == 2
    assert [finding["kind"] for finding in found_in(result)] == ["row", "file"]
    assert found_in(result)[1]["text"].startswith(f"{INPUT}/workspaces.csv: is empty")


def test_a_global_file_that_is_no_good_is_told_once() -> None:
    write_samples(2)
    (INPUT / "global.csv").write_text("country\nES\nPT\n")
    result = odt("check")
    assert result.stdout.splitlines()[0].startswith(f"error: {INPUT}/global.csv line 3: a second row")
    assert len(result.stdout.splitlines()) == 1


def test_a_file_without_rows_is_an_error() -> None:
    write_users("email,extension")
    assert odt("check", ACTION).stdout == f"error: usuarios.csv: has no rows ({ACTION})\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nope"], "odt: there is no action 'nope'"),
        (["--set", "x"], "odt: --set x: has no value"),
        (["--input-dir", "nowhere"], "odt: missing_input_csv: nowhere is not a folder"),
        (
            ["--input_dir", "empty"],
            "odt: missing_input_csv: empty has none of ubicaciones.csv, usuarios.csv,",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: list[str], reason: str) -> None:
    Path("empty").mkdir()
    result = odt("check", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(reason)


def test_nothing_is_imported_that_knows_the_network() -> None:
    write_samples(3)
    calls = {f"check {ACTION}": 0, "check --set extension=x": 2, "check nope": 2}
    assert called(*calls, heavy=NETWORK) == {call: [code, []] for call, code in calls.items()}


def on_a_terminal(*arguments: str) -> list[str]:
    with terminal() as shown, open(shown.descriptor, "w", closefd=False) as stdout, redirect_stdout(stdout):
        assert sys.stdout.isatty()
        with pytest.raises(SystemExit):
            check(arguments, standalone_mode=False)
    return [line for line in shown.screen.lines if line]


def test_on_a_terminal_like_problems_are_one_line_of_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    write_users("email,extension,notess", *["ana@example.com,x"] * 30, "luis@,8001")
    lines = on_a_terminal(ACTION)
    assert max(map(len, lines)) <= 80
    assert lines[0].split() == ["where", "column", "what", "to", "mend"]
    assert lines[1].startswith("error    usuarios.csv line 2")
    assert lines[2].split()[:3] == ["and", "29", "more"]
    assert [line.split()[0] for line in lines if line.startswith(("error", "warning"))] == [
        "error",
        "error",
        "warning",
    ]


def test_on_a_terminal_the_kinds_that_do_not_fit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    write_users("email,extension", *[f"nobody{number}@,8001" for number in range(12)])
    lines = on_a_terminal(ACTION)
    assert lines[-1] == "... and 4 more of 4 kinds: with `| less` all are shown"


def test_a_terminal_shows_that_a_long_check_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    write_users("email,extension", *[f"nobody{number}@example.com,8001" for number in range(1000)])
    with (
        terminal() as shown,
        open(shown.descriptor, "w", closefd=False) as stderr,
        redirect_stderr(stderr),
        pytest.raises(SystemExit),
    ):
        check((ACTION, "--json"), standalone_mode=False)
    assert "checking usuarios.csv: 1000 rows" in shown.raw
    assert shown.screen.lines[-2:] == ["0 errors, 0 warnings", ""]


def test_bulk_says_the_same_of_the_header_before_it_begins() -> None:
    write_samples(2)
    edit_users(lambda rows: rename(rows, "destination", "destinaton"))
    arguments = ("bulk", ACTION, "--sandbox")
    begun = odt(*arguments)
    assert (begun.exit_code, begun.stderr.splitlines()[0]) == (0, DESTINATON)
    refused = odt(*arguments, "--strict-schema")
    assert (refused.exit_code, refused.stderr) == (2, f"odt: {DESTINATON}\n")


def test_an_older_export_can_be_run() -> None:
    write_samples(2)
    exports = Path("old/.artifacts/exports")
    exports.mkdir(parents=True)
    people = (INPUT / "usuarios.csv").read_text("utf-8-sig").splitlines()
    columns = people[0].split(",")
    wanted = [columns.index(name) for name in ("person_id", "email", "display_name")]
    lines = [",".join(line.split(",")[place] for place in wanted) for line in people]
    lines = [f"{line},{extra}" for line, extra in zip(lines, ("status", "active", "active"), strict=True)]
    (exports / "people.csv").write_text("\n".join(lines) + "\n")
    for folder in ("old", str(exports)):
        result = odt("bulk", ACTION, "--sandbox", "--input-dir", folder, "--set", "destination=8001")
        assert result.exit_code == 0
        assert result.stderr.startswith(f"{exports}/people.csv: an older export, read as usuarios.csv\n")


def test_a_workbook_can_be_checked_and_run() -> None:
    write_samples(3)
    text = (INPUT / "usuarios.csv").read_text("utf-8-sig")
    rows: list[list[object]] = [list(line.split(",")) for line in text.splitlines()]
    place = rows[0].index("extension")
    for row in rows[1:]:
        row[place] = int(str(row[place]))
    rows[3][place] = dt.date(2026, 12, 8)
    book = write_workbook(Path("night.xlsx"), {"usuarios": rows, "global": [["country"], ["ES"]]})

    found = odt("check", ACTION, "--input-dir", str(book))
    assert found.exit_code == 2
    assert found.stdout == (
        "error: night.xlsx[usuarios] line 4, column extension: is a date or time for the spreadsheet "
        f"(2026-12-08): format the column as Text and type the value again ({ACTION})\n"
    )
    run = odt("bulk", ACTION, "--input-dir", str(book), "--sandbox")
    assert (run.exit_code, "2 applied, 0 unchanged, 1 failed" in run.stderr) == (1, True)
    cured = odt("check", ACTION, "--input-dir", str(book), "--set", "extension=8001")
    assert cured.exit_code == 0


def test_a_date_that_the_action_does_not_read_harms_nothing() -> None:
    rows: list[list[object]] = [
        ["email", "extension", "noted"],
        ["ana@example.com", 8001, dt.date(2026, 12, 8)],
    ]
    book = write_workbook(Path("night.xlsx"), {"usuarios": rows, "global": [["country"]]})
    assert odt("check", ACTION, "--input-dir", str(book)).exit_code == 0
