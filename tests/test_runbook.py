"""The runbook's commands, carried out in its order on one simulated organisation."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from anyio.from_thread import start_blocking_portal

from odt_async.cli import EXIT_CODES
from odt_async.language import choose_language
from odt_async.sandbox import Sandbox, SandboxSettings
from tests.cli.command_line import LOGS, odt

DOCS = Path(__file__).parent.parent / "docs"
TEXT = (DOCS / "runbook.md").read_text("utf-8")
HARMLESS = {"sed"}  # what may be called beside odt, in the folder of the test


class Step(NamedTuple):
    """A command, how it ends, and what is to be seen of its output."""

    command: str
    code: int
    seen: list[str]


def steps() -> Iterator[Step]:
    """Yield the commands of the ```console blocks; the lines under one are what it prints."""
    for block in re.findall(r"^```console\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL):
        for piece in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            first, *seen = piece.splitlines()
            command, _, comment = first.partition("  # código ")
            yield Step(command, int(comment or 0), seen)


def options_of(words: list[str]) -> dict[str, str]:
    return {name.lstrip("-"): value for name, value in pairwise(words)}


def newest(pattern: str) -> Path:
    """Return the newest file of logs/ that is called like *pattern* and says anything."""
    said = [path for path in LOGS.glob(pattern) if path.stat().st_size]
    return max(said, key=lambda path: path.stat().st_mtime_ns)


def filled_in(command: str) -> list[str]:
    """Return the words of *command*, with the names that an operator would fill in."""
    if "<RUN>" in command:
        command = command.replace("<RUN>", newest("*_changes.jsonl").name.removesuffix("_changes.jsonl"))
    if "<PLAN>" in command:
        command = command.replace("<PLAN>", str(newest("*_plan.jsonl")))
    return shlex.split(command)


def carry_out(step: Step) -> None:
    words = filled_in(step.command)
    if words[0] == "odt":
        result = odt(*words[1:])
        code, output = result.exit_code, result.output
    else:
        assert words[0] in HARMLESS
        code, output = subprocess.run(words, check=False).returncode, ""
    assert code == step.code, f"{step.command}: {code}\n{output}"
    assert [line for line in step.seen if line not in output] == [], f"{step.command}\n{output}"


def is_another_terminal(step: Step) -> bool:
    return step.command.startswith("odt sandbox ") and "--write-input" not in step.command


@pytest.fixture
def own_language() -> Iterator[None]:
    """Let the next test be spoken to as before, whatever this one has chosen."""
    yield
    choose_language(None)


@pytest.mark.usefixtures("own_language")
def test_every_command_does_what_the_runbook_says(monkeypatch: pytest.MonkeyPatch) -> None:
    serving, *rest = steps()
    assert is_another_terminal(serving)
    sizes = {
        name: int(value) for name, value in options_of(serving.command.split()[2:]).items() if value.isdigit()
    }
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Sandbox(SandboxSettings(**sizes))) as sandbox,
    ):
        for step in rest:
            if step.command == "export ODT_LANG=es":
                monkeypatch.setenv("ODT_LANG", "es")
            elif step.command.startswith("export "):
                assert set(re.findall(r"(\w+)=", step.command)) == {"WEBEX_BASE_URL", "WEBEX_ACCESS_TOKEN"}
                monkeypatch.setenv("WEBEX_BASE_URL", sandbox.url)
                monkeypatch.setenv("WEBEX_ACCESS_TOKEN", sandbox.token)
            else:
                carry_out(step)


def test_every_chapter_of_a_night_is_there() -> None:
    chapters = re.findall(r"^## \d\. (\w+)", TEXT, re.MULTILINE)
    assert chapters == ["Preparar", "Ensayar", "Ejecutar", "Vigilar", "Reparar", "Reanudar", "Deshacer"]


def test_every_link_leads_to_a_file() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", TEXT) if "://" not in link]
    assert [link for link in links if not (DOCS / link).is_file()] == []


def test_the_exit_codes_are_those_of_the_help() -> None:
    told = set(re.findall(r"^ +(\d+) ", EXIT_CODES, re.MULTILINE)) | {"143"}
    assert set(re.findall(r"\b\d+\b", TEXT.partition("## Códigos de salida")[2])) == told
