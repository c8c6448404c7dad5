"""The files of an export: complete or not there, their owner's alone, and fit to be given back."""

from __future__ import annotations

import csv
import json
import os
import resource
import signal
import stat
import subprocess
import time
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal

from odt_async.cli.export import LISTS
from odt_async.sandbox import Sandbox, SandboxSettings
from odt_async.webex.inventory import INVENTORIES
from tests.cli.command_line import PROGRAM, odt, served
from tests.cli.terminal import terminal

OUT = Path(".artifacts/exports")
SMALL = ("locations", "licenses", "route-groups", "trunks")
STALE = "stale-token-of-a-test-0123456789"


def rows_in(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_command_knows_every_list() -> None:
    assert tuple(INVENTORIES) == LISTS


def test_each_list_is_a_file_of_its_own_with_the_columns_of_the_older_exports() -> None:
    result = odt("export", *SMALL, "--sandbox", "--json")
    summary = json.loads(result.stdout)
    written = {path.name: list(rows_in(path)[0]) for path in OUT.iterdir()}
    assert result.exit_code == 0
    assert written == {f"{name.replace('-', '_')}.csv": list(INVENTORIES[name].columns) for name in SMALL}
    assert [(one["list"], one["file"], one["rows"], one["error"]) for one in summary["lists"]] == [
        ("locations", f"{OUT}/locations.csv", 100, None),
        ("licenses", f"{OUT}/licenses.csv", 10, None),
        ("route-groups", f"{OUT}/route_groups.csv", 12, None),
        ("trunks", f"{OUT}/trunks.csv", 24, None),
    ]
    assert result.stderr.startswith(f"written {OUT}/locations.csv: 100 rows in ")


def test_only_the_owner_can_read_a_file_and_nothing_else_is_left() -> None:
    odt("export", "licenses", "--sandbox", "--output-dir", "out")
    odt("export", "licenses", "--sandbox", "--output-dir", "out")
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in Path("out").iterdir()} == {
        "licenses.csv": 0o600
    }


def test_a_list_that_webex_refuses_is_1_and_the_others_are_written() -> None:
    result = odt("export", "locations", "licenses", "--org-id", "nobody", "--sandbox", "--json")
    assert result.exit_code == 1
    assert [one["file"] for one in json.loads(result.stdout)["lists"]] == [None, None]
    assert result.stderr.splitlines() == [
        "locations: nothing written, HTTP 403: The token has no access to this organization.",
        "licenses: nothing written, HTTP 403: The token has no access to this organization.",
    ]
    assert list(OUT.iterdir()) == []


def test_a_throttled_export_is_complete() -> None:
    result = odt(
        "export", "workspaces", "--sandbox", "--fault", "throttle=60/s", "--json", "--output-dir", "out"
    )
    assert (result.exit_code, len(rows_in(Path("out/workspaces.csv")))) == (0, 100_000)


def test_a_folder_that_cannot_be_written_is_3() -> None:
    Path("out").mkdir()
    Path("out/licenses.csv").mkdir()
    result = odt("export", "licenses", "--sandbox", "--output-dir", "out")
    assert (result.exit_code, result.stderr) == (
        3,
        "odt: out/licenses.csv cannot be written: Is a directory\n",
    )
    assert [path.name for path in Path("out").iterdir()] == ["licenses.csv"]


def test_a_disk_that_is_full_is_3_and_the_earlier_file_stays() -> None:
    odt("export", "trunks", "--sandbox", "--output-dir", "out")
    before = Path("out/trunks.csv").read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
    try:
        result = odt("export", "trunks", "--sandbox", "--output-dir", "out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (result.exit_code, result.stderr) == (3, "odt: out/trunks.csv cannot be written: File too large\n")
    assert {path.name: path.read_bytes() for path in Path("out").iterdir()} == {"trunks.csv": before}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_export_that_is_ended_leaves_no_file_that_looks_whole(number: signal.Signals) -> None:
    command = [*PROGRAM, "export", "people", "--sandbox", "--fault", "latency=50ms", "--output-dir", "out"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as exporting:
        give_up = time.monotonic() + 30
        while not list(Path("out").glob("people.csv.*.partial")):
            assert time.monotonic() < give_up
            time.sleep(0.05)  # another process: its time is not ours to turn
        exporting.send_signal(number)
    left = {path.suffix for path in Path("out").iterdir()}
    assert exporting.returncode == (130 if number is signal.SIGINT else -signal.SIGKILL)
    assert left == (set() if number is signal.SIGINT else {".partial"})


def test_a_refused_token_is_4(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBEX_ACCESS_TOKEN", STALE)
    with served() as sandbox:
        result = odt("export", "licenses", "--base-url", sandbox.url)
    assert result.exit_code == 4
    assert STALE not in result.output
    assert list(OUT.iterdir()) == []


def test_a_terminal_shows_the_list_at_work_and_keeps_what_was_written() -> None:
    with terminal(columns=100) as shown:
        done = subprocess.run(
            [*PROGRAM, "export", "locations", "workspaces", "--sandbox"],
            stdin=shown.descriptor,
            stdout=shown.descriptor,
            stderr=shown.descriptor,
            env={**os.environ, "TERM": "xterm-256color"},
            check=False,
        )
    lines = [line for line in shown.screen.lines if line]
    assert done.returncode == 0
    assert "workspaces" in shown.raw.replace("workspaces.csv", "")
    assert [line.partition(" rows")[0] for line in lines if line.startswith("written")] == [
        f"written {OUT}/locations.csv: 100",
        f"written {OUT}/workspaces.csv: 100000",
    ]


def test_an_export_can_be_given_back_as_input(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = SandboxSettings(people=30, locations=3, workspaces=20)
    licence = ("--set", "add_license_ids=Webex Attendant Console")
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Sandbox(settings)) as sandbox,
    ):
        monkeypatch.setenv("WEBEX_ACCESS_TOKEN", sandbox.token)
        monkeypatch.setenv("WEBEX_BASE_URL", sandbox.url)
        exported = odt("export")
        checked = odt("check", "workspaces_validar_estado_permisos", "--input-dir", str(OUT))
        applied = odt("bulk", "usuarios_modificar_licencias", "--input-dir", str(OUT), *licence)
    assert [result.exit_code for result in (exported, checked, applied)] == [0, 0, 0], applied.output
    assert "30 applied" in applied.stderr


def test_faults_are_for_the_sandbox() -> None:
    result = odt("export", "--fault", "5xx=2%")
    assert (result.exit_code, result.stderr) == (
        2,
        "odt: --fault is for the simulated Webex: add --sandbox\n",
    )
