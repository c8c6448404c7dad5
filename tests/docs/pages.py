"""The pages of docs/ as text, and what tests look for in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

__all__ = ["DOCS", "ROOT", "code_lines", "named", "pages", "section", "tables"]

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

_SNIPPET = re.compile(r'^--8<-- "(.+\.(?:md|py))"$', re.MULTILINE)


def pages() -> dict[str, str]:
    """Return the text of every page by its name, with what it takes from other texts."""
    return {
        path.name: _SNIPPET.sub(lambda match: (ROOT / match[1]).read_text("utf-8"), path.read_text("utf-8"))
        for path in sorted(DOCS.glob("*.md"))
    }


def section(text: str, anchor: str) -> str:
    """Return what stands under the heading with *anchor*."""
    return re.split(r"^## ", text.split(f"{{ #{anchor} }}")[1], maxsplit=1, flags=re.MULTILINE)[0]


def tables(text: str) -> list[list[list[str]]]:
    """Return the tables of *text*: rows of cells, without their heads."""
    found: list[list[list[str]]] = []
    lines = ["", *text.splitlines()]
    for before, line in pairwise(lines):
        if line.startswith("|"):
            if not before.startswith("|"):
                found.append([])
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
    return [rows[2:] for rows in found]


def named(rows: list[list[str]]) -> list[str]:
    """Return what stands in backticks in the first cells."""
    return [name for cells in rows for name in re.findall(r"`([^`]+)`", cells[0])]


def code_lines(text: str) -> Iterator[str]:
    """Yield what is code: lines of fenced and of indented blocks, and code within sentences."""
    fenced = False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            yield line.partition("  #")[0].strip().removeprefix("$ ")
        else:
            yield from re.findall(r"`([^`]+)`", line)
