"""One row instead of a file of them: by its place, by its cells, or made of the command line alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from odt_async.dataset.merge import Dataset
from odt_async.dataset.reader import CsvFile
from odt_async.errors import InputError
from odt_async.language import written
from odt_async.model import Layers, Row

__all__ = ["SingleRow", "matching_row", "row_at", "row_of_values"]

_SHOWN_MATCHES = 10
_NO_FILE = "command line"


@dataclass(frozen=True, slots=True)
class SingleRow(Dataset):
    """A dataset of which one row is wanted; its index and line are those of the file."""

    row: Row

    def rows(self) -> Iterator[Row]:
        """Yield the row."""
        yield self.row


def row_at(dataset: Dataset, index: int) -> SingleRow:
    """Return the data row number *index*, from 0. Raises InputError when the file has fewer."""
    rows = 0
    for row in dataset.rows():
        if row.index == index:
            return SingleRow(dataset.table, dataset.layers, row, notices=dataset.notices)
        rows += 1
    if rows == 0:
        raise InputError("{path} has no rows", path=dataset.path)
    raise InputError(
        "--row-index {index}: {path} has {rows} rows, numbered from 0: the last is {last}",
        index=index,
        path=dataset.path,
        rows=rows,
        last=rows - 1,
    )


def matching_row(dataset: Dataset, wanted: Mapping[str, str]) -> SingleRow:
    """Return the one row whose cells are as *wanted*, by column; letter case does not count.

    The file's own cells are compared, whatever the command line sets.

    Raises InputError for a column that the file does not have, and when no row matches or several do.
    """
    columns = dataset.layers.columns
    for column in wanted:
        if column not in columns:
            near = get_close_matches(column, [name for name in columns if name], n=1)
            sentence = (
                written("--match {column}: {path} has no such column: did you mean {near}?")
                if near
                else written("--match {column}: {path} has no such column: it has {columns}")
            )
            raise InputError(
                sentence,
                column=column,
                path=dataset.path,
                near="".join(near),
                columns=", ".join(filter(None, columns)),
            )
    places = {columns.index(column): text.strip().casefold() for column, text in wanted.items()}
    found: list[Row] = []
    count = 0
    for row in dataset.rows():
        if all(row.cells[place].strip().casefold() == text for place, text in places.items()):
            count += 1
            found += [row] if count <= _SHOWN_MATCHES else []
    asked = " ".join(f"--match {column}={text}" for column, text in wanted.items())
    if not found:
        raise InputError("{asked}: no row of {path} is so", asked=asked, path=dataset.path)
    if count > 1:
        more = ", ..." if count > len(found) else ""
        listed = ", ".join(written("{index} (line {line})", index=row.index, line=row.line) for row in found)
        raise InputError(
            "{asked}: {count} rows of {path} are so: {listed}{more}; add another --match, or name one "
            "with --row-index",
            asked=asked,
            count=count,
            path=dataset.path,
            listed=listed,
            more=more,
        )
    return SingleRow(dataset.table, dataset.layers, found[0], notices=dataset.notices)


def row_of_values(values: Mapping[str, str], *, profiles: Mapping[str, Any] | None = None) -> SingleRow:
    """Return a row of *values* alone, for which no CSV file is needed.

    profiles: of outgoing calls, by name (`load_profiles`).
    """
    columns = tuple(values)
    layers = Layers(
        file=_NO_FILE,
        header=columns,
        columns=columns,
        cli_values=dict(values),
        profiles=profiles or {},
    )
    csv = CsvFile(Path(_NO_FILE), "utf-8", ",", columns, columns, header_line=0, line_count=1)
    return SingleRow(csv, layers, Row(0, 0, dict(values), tuple(values.values()), layers))
