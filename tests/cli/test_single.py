"""`single`: which row it takes, what it refuses, and what it leaves behind."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from odt_async.cli.run_options import run_options
from odt_async.cli.single import single
from tests.cli.command_line import (
    ACTION,
    INPUT,
    LOGS,
    closing_words,
    edit_users,
    follow_up,
    odt,
    only,
    send_to_a_stranger,
    served,
    write_samples,
)


def row_taken() -> dict[str, Any]:
    """Return the report's one result, and where the row's values came from."""
    report = json.loads(only("*_report.json").read_bytes())
    (result,) = report["results"]
    return {
        "bulk_mode": report["bulk_mode"],
        "total_rows": report["total_rows"],
        "row_index": result["row_index"],
        "status": result["status"],
        "sources": report["source_map"],
    }


def users() -> list[dict[str, str]]:
    with (INPUT / "usuarios.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


SOURCES = {
    "person_id": "domain",
    "email": "domain",
    "org_id": "global",
    "destination": "default",
    "extension": "domain",
    "enabled": "default",
    "destination_voicemail_enabled": "default",
    "ring_reminder_enabled": "default",
}


def test_the_first_row_is_taken() -> None:
    write_samples(3)
    result = odt("single", ACTION, "--sandbox")
    assert result.exit_code == 0
    assert row_taken() == {
        "bulk_mode": False,
        "total_rows": 1,
        "row_index": 0,
        "status": "applied",
        "sources": SOURCES,
    }
    assert json.loads(only("*_run.json").read_bytes())["bulk_mode"] is False


def test_a_row_is_chosen_by_its_place_and_the_command_line_is_over_it() -> None:
    write_samples(3)
    assert odt("single", ACTION, "--sandbox", "--row-index", "2", "--set", "destination=900").exit_code == 0
    taken = row_taken()
    assert (taken["row_index"], taken["sources"]) == (2, SOURCES | {"destination": "cli"})


def test_a_row_is_chosen_by_its_cells() -> None:
    write_samples(3)
    email = users()[1]["email"].upper()
    assert odt("single", ACTION, "--sandbox", "--match", f"email={email}").exit_code == 0
    assert row_taken()["row_index"] == 1


def test_what_is_taken_is_shown_before_it_is_sent() -> None:
    write_samples(1)
    shown = odt("single", ACTION, "--sandbox", "--set", "destination=900").stderr.splitlines()
    assert shown[0] == f"row 0 of {INPUT}/usuarios.csv (line 2)"
    assert "  destination  cli     900" in shown
    assert "  extension    domain  80000000" in shown


def test_flags_that_make_a_whole_row_need_no_file() -> None:
    write_samples(1)
    email = users()[0]["email"]
    result = odt(
        "single",
        ACTION,
        "--sandbox",
        "--input-dir",
        "nowhere",
        "--set",
        f"email={email}",
        "--set",
        "extension=1",
    )
    assert (result.exit_code, result.stderr.splitlines()[0]) == (
        0,
        "one row, of the command line alone; no CSV file is read",
    )
    sources = row_taken()["sources"]
    assert {column for column, kind in sources.items() if kind == "cli"} == {"email", "extension"}
    assert set(sources.values()) == {"cli", "default"}


def test_a_name_of_a_column_wins_over_another_name_in_the_file() -> None:
    write_samples(1)
    rooms = INPUT / "workspaces.csv"
    rooms.write_text("workspace_id,display_name\n,Sala 000000\n", encoding="utf-8")
    action = "workspaces_validar_estado_permisos"
    result = odt("single", action, "--sandbox", "--row-index", "0", "--set", "name=Sala 000001")
    assert "  display_name  cli     Sala 000001" in result.stderr.splitlines()


def test_the_older_exports_are_taken_with_a_notice() -> None:
    write_samples(2)
    (INPUT / "usuarios.csv").rename(INPUT / "people.csv")
    result = odt("single", ACTION, "--sandbox", "--row-index", "1")
    assert (result.exit_code, "people.csv" in result.stderr.splitlines()[0]) == (0, True)
    assert row_taken()["row_index"] == 1


def test_a_dry_run_writes_nothing() -> None:
    write_samples(1)
    result = odt("single", ACTION, "--sandbox", "--dry-run")
    assert result.exit_code == 5
    assert "callForwarding.always.enabled: false -> true" in result.stdout


def test_of_a_failed_row_the_same_command_is_the_follow_up() -> None:
    write_samples(1)
    edit_users(send_to_a_stranger)
    result = odt("single", ACTION, "--sandbox")
    assert result.exit_code == 1
    assert follow_up("\n".join(closing_words(result)))[-3:] == ["single", ACTION, "--sandbox"]


def test_it_is_carried_out_for_real_with_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    write_samples(2)
    with served() as sandbox:
        monkeypatch.setenv("WEBEX_ACCESS_TOKEN", sandbox.token)
        result = odt("single", ACTION, "--base-url", sandbox.url)
        assert (result.exit_code, sandbox.journal.changed_writes) == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nope"], "there is no action 'nope'"),
        ([ACTION], "no token: set WEBEX_ACCESS_TOKEN"),
        ([ACTION, "--row-index", "3"], "has 3 rows, numbered from 0: the last is 2"),
        ([ACTION, "--row-index", "0", "--match", "email=x"], "both choose the row"),
        ([ACTION, "--match", "email=nobody@x.es"], "no row of"),
        ([ACTION, "--match", "enabled="], "3 rows of"),
        ([ACTION, "--match", "email"], "write --match column=value"),
        ([ACTION, "--match", "email=a", "--match", "Email=b"], "asked for twice"),
        ([ACTION, "--set", "extensoin=1"], "column extensoin: not a column of this action"),
        ([ACTION, "--row-index", "0", "--set", "extensoin=1"], "column extensoin: not a column"),
        ([ACTION, "--set", "email=nobody@x.es"], "--set email: names whom it is about"),
        ([ACTION, "--set", "destination=x!"], "row 0 cannot be used; nothing was sent"),
        ([ACTION, "--input-dir", "nowhere"], "missing_input_csv"),
        ([ACTION, "--fault", "5xx=2%"], "--fault is for the simulated Webex"),
        ([ACTION, "--row-index", "1", "--set", "email=a@x.es"], "the person_id of row 1 would win over it"),
        (["workspaces_alta", "--set", "display_name=a", "--set", "workspace_name=b"], "leave one out"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: list[str], reason: str) -> None:
    write_samples(3)
    result = odt("single", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr
    assert list(Path(LOGS).glob("*_ok.csv")) == []


def test_the_options_of_a_run_are_those_of_bulk() -> None:
    assert [option for option in run_options() if option not in single.params] == []
