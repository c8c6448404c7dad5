"""What a dataset is made of: a table with a header, whatever kind of file it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from odt_async.errors import Problem

__all__ = ["Table"]


class Table(Protocol):
    """A table whose header is known and good: a CSV file, a sheet of a workbook, an older export."""

    @property
    def path(self) -> Path:
        """The file that holds it."""

    @property
    def name(self) -> str:
        """How messages call it: `usuarios.csv`, `night.xlsx[usuarios]`."""

    @property
    def header(self) -> tuple[str, ...]:
        """The column names as written."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The header trimmed and lower-cased; "" for a column without a name."""

    @property
    def header_line(self) -> int:
        """Physical line (or row of the sheet) of the header, from 1."""

    @property
    def line_count(self) -> int:
        """Physical lines: there cannot be more records."""

    @property
    def unusable(self) -> Mapping[int, tuple[Problem, ...]]:
        """By physical line, the cells whose text is not what somebody typed: dates of a spreadsheet."""

    def records(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield line and cells of each record that is not blank, from the start at each call.

        There are at least as many cells as columns.

        Raises UnreadableCsv.
        """
