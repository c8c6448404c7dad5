"""CSV records to and from bytes, one record at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

__all__ = ["csv_line", "read_records"]


class _Echo:
    """A file that hands back what the csv writer wrote into it."""

    def write(self, text: str) -> str:
        return text


_WRITER = csv.writer(_Echo(), lineterminator="\n")


def csv_line(cells: Iterable[Any]) -> bytes:
    """Return *cells* as one CSV record in UTF-8, newline included."""
    return cast("str", _WRITER.writerow(cells)).encode()


def read_records(path: Path, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield the records of a CSV file of ours by column; the header and what a kill has torn are left out."""
    with path.open(encoding="utf-8", newline="") as file:
        for cells in csv.reader(line for line in file if line.endswith("\n")):
            if len(cells) == len(columns) and cells[0] != columns[0]:
                yield dict(zip(columns, cells, strict=True))
