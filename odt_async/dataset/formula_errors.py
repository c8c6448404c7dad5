"""The cells of a workbook that show an error (`#N/A`), which the reader of workbooks takes for blank.

Blank means "leave as it is", so such a cell must not pass for one. An .xlsx is a zip of XML parts (ECMA-376):
`xl/workbook.xml` names the sheets, its relationships say in which part each is, and a cell of type `e` is
an error.
"""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from posixpath import join, normpath
from zipfile import BadZipFile, ZipFile

__all__ = ["error_cells"]

_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_RELATIONSHIP = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(r"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ERROR_CELL = re.compile(rb"<(?:\w+:)?c\s(?=[^>]*\bt=[\"']e[\"'])[^>]*\br=[\"']([A-Z]+)(\d+)[\"']")


def error_cells(path: Path, sheet: str) -> set[tuple[int, int]]:
    """Return (row from 1, column from 0) of each cell of *sheet* that shows an error.

    Nothing is found in a file that is not built like a workbook: to refuse it is for who reads the cells.
    """
    try:
        with ZipFile(path) as parts:
            content = parts.read(_part_of(parts, sheet))
    except (BadZipFile, KeyError, OSError):
        return set()
    return {(int(row), _column(letters)) for letters, row in _ERROR_CELL.findall(content)}


def _part_of(parts: ZipFile, sheet: str) -> str:
    """Return the name of the part that holds *sheet*. Raises KeyError."""
    names = {}
    for tag in _SHEET.findall(parts.read("xl/workbook.xml").decode()):
        attributes = _attributes(tag)
        relationship = next(value for key, value in attributes.items() if key.endswith(":id"))
        names[attributes["name"]] = relationship
    targets = {}
    for tag in _RELATIONSHIP.findall(parts.read("xl/_rels/workbook.xml.rels").decode()):
        attributes = _attributes(tag)
        targets[attributes["Id"]] = attributes["Target"]
    return normpath(join("/xl", targets[names[sheet]])).lstrip("/")


def _attributes(tag: str) -> dict[str, str]:
    return {key: unescape(double or single) for key, double, single in _ATTRIBUTE.findall(tag)}


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
