"""How the pages are filled in: commands are called, and what differs from time to time is made steady."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.docs.pages import pages
from tools.docs.hook import filled_in, on_page_markdown
from tools.docs.output import Command, Shell, UnexpectedEnd, commands_of, steady
from tools.docs.tables import TABLES

RUN = "usuarios_configurar_desvio_prefijo53_20251003T081500Z_0a1b"


@pytest.fixture
def shell() -> Iterator[Shell]:
    with Shell.opened() as opened:
        yield opened


def test_a_block_is_read_as_commands() -> None:
    block = "$ odt check\n$ odt plan X --show 0  # exit 5\n$ odt bulk --help  # 12 lines\n$ odt undo X  # exit 2, 3 lines\n"
    assert commands_of(block) == [
        Command("odt check", 0, None),
        Command("odt plan X --show 0", 5, None),
        Command("odt bulk --help", 0, 12),
        Command("odt undo X", 2, 3),
    ]


@pytest.mark.parametrize("line", ["odt check", "$ rm -r logs", "$ odtcheck", ""])
def test_only_our_own_commands_are_called(line: str) -> None:
    with pytest.raises(ValueError, match="not a command of ours"):
        commands_of(f"{line}\n")


def test_runs_are_called_alike_at_any_time() -> None:
    other = RUN.replace("0a1b", "ffff")
    runs: dict[str, str] = {}
    first = steady(f"report: {RUN}\nafter {other}, {RUN} at 2025-10-03T08:15:00.123Z", runs)
    name = "usuarios_configurar_desvio_prefijo53_20261122T2200"
    assert first == (
        f"report: {name}00Z_5eed\nafter {name}01Z_5eee, {name}00Z_5eed at 2026-11-22T22:00:00.000Z"
    )
    assert steady(other, runs) == f"{name}01Z_5eee"


def test_neither_the_machine_nor_its_speed_shows() -> None:
    told = f"2025-10-03T08:15:00.123Z {RUN} running: 0/5\n5 rows in 0:01:07: 5 applied\nodt\n{sys.executable} -m odt_async x"
    assert steady(told, {}) == "5 rows in 0:00:01: 5 applied\nodt\nodt x"


def test_output_follows_its_command(shell: Shell) -> None:
    page = "# A page\n\n```console build\n$ odt --version\n$ odt actions  # 1 lines\n```\n\nAnd on.\n"
    version, first, *_ = filled_in(page, shell).splitlines()[4:]
    assert version.startswith("odt, version ")
    assert first == "$ odt actions"
    assert filled_in(page, shell).endswith("...\n```\n\nAnd on.\n")


def test_a_command_that_ends_otherwise_than_said_ends_the_build(shell: Shell) -> None:
    with pytest.raises(UnexpectedEnd, match="odt actions nothing: 2"):
        filled_in("```console build\n$ odt actions nothing\n```\n", shell)


@pytest.mark.parametrize("name", [name for name in TABLES if name not in {"commands", "program"}])
def test_every_table_has_rows(name: str, shell: Shell) -> None:
    assert len(filled_in(f"<!-- build: {name} -->", shell).splitlines()) > 3


def test_every_table_is_on_a_page() -> None:
    text = "\n".join(pages().values())
    assert [name for name in TABLES if f"\n<!-- build: {name} -->\n" not in text] == []


def test_a_page_without_anything_to_fill_in_stays_as_it_is() -> None:
    assert on_page_markdown("# A page\n", page=None) == "# A page\n"
