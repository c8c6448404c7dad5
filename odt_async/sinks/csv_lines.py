"""CSV records to and from bytes, one record at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import cast

__all__ = ["csv_line", "read_records"]


class _Echo:
    """A file that hands back what the csv writer wrote into it."""

    def write(self, text: str) -> str:
        return text


_END = "\r\n"  # not what ends our lines: a cell with one of its characters is quoted, as readers expect
_WRITER = csv.writer(_Echo(), lineterminator=_END)


def csv_line(cells: Sequence[str | int]) -> bytes:
    """Return *cells* as one CSV record in UTF-8, newline included; line breaks within a cell stay.

    What is no text for UTF-8, and NUL, becomes question marks: a record is never lost for what it holds.
    """
    joined = ",".join(map(str, cells))
    if joined and joined.count(",") < len(cells) and '"' not in joined and joined.isprintable():
        return f"{joined}\n".encode()  # no cell is to be quoted: the csv writer would only take longer
    record = cast("str", _WRITER.writerow(cells)).removesuffix(_END)
    return record.replace("\0", "?").encode(errors="replace") + b"\n"


def read_records(path: Path, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield the records of a CSV file of ours by column; the header and what was torn are left out."""
    with path.open("rb") as file:
        for cells in csv.reader(record.decode(errors="replace") for record in _whole_records(file)):
            if len(cells) == len(columns) and cells[0] != columns[0]:
                yield dict(zip(columns, cells, strict=True))


def _whole_records(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Join the lines of a record: it ends with the first one by which every quote is closed.

    A torn one is left out: after a kill it is the last, and ends with no line break or within quotes; a power cut
    may also leave NUL bytes where content was, with whole lines behind them.
    """
    record = b""
    for line in lines:
        record += line
        if b"\0" in line:
            record = b""
        elif record.count(b'"') % 2 == 0 and record.endswith(b"\n"):
            yield record
            record = b""
