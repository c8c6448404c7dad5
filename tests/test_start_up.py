"""What a call imports before it has something to do: help and refusals must not wait for the SDK.

Importing wxc_sdk takes a second, which is for a run alone to pay.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click

from odt_async.cli import cli
from odt_async.sandbox import SandboxSettings
from odt_async.sandbox.samples import write_input

ACTION = "usuarios_configurar_desvio_prefijo53"
COMMANDS = cli.list_commands(click.Context(cli))

NETWORK = ("aiohttp", "wxc_sdk")
HEAVY = (*NETWORK, "anyio", "asyncio", "phonenumbers", "pydantic", "rich", "structlog", "textual")
PROBE = """
import json, sys
from odt_async.cli import cli

calls, heavy = json.loads(sys.argv[1])
found = {}
for call in calls:
    before = set(sys.modules)
    try:
        cli(call.split(), prog_name="odt")
    except SystemExit as ended:
        found[call] = [ended.code, [name for name in heavy if name in sys.modules and name not in before]]
print(json.dumps(found), file=open("found.json", "w"))
"""

Found = dict[str, list[object]]


def called(*calls: str, heavy: tuple[str, ...]) -> Found:
    """Return the exit code of each call and what it was the first to import of *heavy*; in one new process."""
    command = [sys.executable, "-c", PROBE, json.dumps([calls, heavy])]
    subprocess.run(command, capture_output=True, check=True)
    found: Found = json.loads(Path("found.json").read_text())
    return found


def test_help_imports_nothing_heavy() -> None:
    calls = ["--version", "--help", *(f"{name} --help" for name in COMMANDS)]
    assert called("nope", *calls, heavy=HEAVY) == {"nope": [2, []], **{call: [0, []] for call in calls}}


def test_the_catalogue_imports_no_network() -> None:
    calls = ("actions", f"actions {ACTION}", "actions --json")
    assert called(*calls, heavy=NETWORK) == {call: [0, []] for call in calls}


def test_a_call_that_is_refused_imports_no_network() -> None:
    write_input(Path("input_data"), 3, SandboxSettings())
    calls = (
        "bulk nope",
        f"bulk {ACTION} --concurrency x",
        f"bulk {ACTION} --concurrency 0",
        f"bulk {ACTION} --set extension",
        f"bulk {ACTION} --set extension=8,03E+07",
        f"bulk {ACTION} --fault 5xx=2%",
        f"bulk {ACTION} --sandbox --fault 5xx",
        f"bulk {ACTION} --sandbox --resume",
    )
    assert called(*calls, heavy=NETWORK) == {call: [2, []] for call in calls}


def test_a_file_that_is_refused_imports_no_network() -> None:
    files = {
        "without_global": {"usuarios.csv": b"email,extension\nana@example.com,8001\n"},
        "empty": {"global.csv": b"country\nES\n", "usuarios.csv": b""},
        "column_twice": {"global.csv": b"country\nES\n", "usuarios.csv": b"email,email\na,b\n"},
        "no_row": {"global.csv": b"country\nES\n", "usuarios.csv": b"email,extension\n"},
        "no_good_row": {"global.csv": b"country\nES\n", "usuarios.csv": b"email,extension\nana,x\n"},
    }
    for folder, contents in files.items():
        Path(folder).mkdir()
        for name, content in contents.items():
            Path(folder, name).write_bytes(content)
    calls = [f"bulk {ACTION} --sandbox --input-dir {folder}" for folder in [*files, "nowhere"]]
    assert called(*calls, heavy=NETWORK) == {call: [2, []] for call in calls}
