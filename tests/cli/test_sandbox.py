from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from odt_async.cli.sandbox import sandbox
from odt_async.errors import InputError


def run(*arguments: str) -> Result:
    return CliRunner().invoke(sandbox, arguments)


def test_help_explains_every_fault_line_by_line() -> None:
    lines = run("--help").output.splitlines()
    assert [line for line in lines if line in {"  5xx=2%", "  stall=0.2%", "  token-ttl=60s"}] == [
        "  5xx=2%",
        "  stall=0.2%",
        "  token-ttl=60s",
    ]


def test_nothing_heavy_is_imported_for_help() -> None:
    code = (
        "import sys, odt_async.cli.sandbox;"
        "print(sorted({'aiohttp', 'asyncio', 'orjson', 'pydantic', 'wxc_sdk'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_sample_files_are_written_and_nothing_is_served(tmp_path: Path) -> None:
    result = run("--write-input", str(tmp_path), "--rows", "3", "--without-ids")
    lines = (tmp_path / "usuarios.csv").read_text("utf-8-sig").splitlines()
    assert (result.exit_code, len(lines), lines[1][0]) == (0, 4, ",")
    assert result.stderr.splitlines() == [
        f"written {tmp_path / name}"
        for name in (
            "global.csv",
            "ubicaciones.csv",
            "usuarios.csv",
            "workspaces.csv",
            "perfiles/nacional.json",
            "perfiles/bloqueo_premium.json",
            "perfiles/solo_internas.json",
        )
    ]


def test_overwriting_takes_force(tmp_path: Path) -> None:
    arguments = ("--write-input", str(tmp_path), "--rows", "3")
    results = [run(*arguments), run(*arguments), run(*arguments, "--force")]
    assert [type(result.exception) for result in results] == [type(None), InputError, type(None)]


@pytest.mark.parametrize("arguments", [("--fault", "5xx=2"), ("--people", "0"), ("--seed", "-1")])
def test_a_bad_option_is_an_input_error(arguments: tuple[str, str]) -> None:
    assert isinstance(run(*arguments).exception, InputError)


def test_a_port_in_use_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        error = run("--port", str(port)).exception
    assert isinstance(error, InputError)
    assert str(error).startswith(f"cannot listen on port {port}: ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_told_to_stop_and_then_says_what_happened(number: signal.Signals) -> None:
    code = "from odt_async.cli.sandbox import sandbox; sandbox()"
    command = [sys.executable, "-c", code, "--port", "0", "--people", "5"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        first, export = process.stderr.readline(), process.stderr.readline()
        variables = dict(word.split("=", 1) for word in export.split()[1:])
        server = HTTPConnection(variables["WEBEX_BASE_URL"].removeprefix("http://"))
        token = variables["WEBEX_ACCESS_TOKEN"]
        server.request("GET", "/v1/people", headers={"Authorization": f"Bearer {token}"})
        people = json.load(server.getresponse())["items"]
        server.close()
        process.send_signal(number)
        summary = process.stderr.read().splitlines()
    assert (process.returncode, len(people)) == (0, 5)
    assert variables["WEBEX_BASE_URL"] in first
    assert summary == [
        "1 request",
        "          1  GET /v1/people  200",
        (
            "writes: 0 changed something, 0 changed nothing, 0 got no answer; "
            "requests inside an announced Retry-After: 0"
        ),
    ]
