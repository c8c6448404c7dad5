"""The rows of a domain: command line over domain file over global.csv, and where each value is from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from odt_async.dataset.profiles import load_profiles
from odt_async.dataset.reader import column_name
from odt_async.dataset.sources import find_sources, folder_of
from odt_async.dataset.table import Table
from odt_async.errors import InputError, Problem
from odt_async.language import written
from odt_async.model import Domain, Layers, Row

__all__ = ["Dataset", "merge_files", "open_dataset", "parse_overrides", "row_problems"]

SHOWN_CHARACTERS = 30  # of a cell in a message


@dataclass(frozen=True, slots=True)
class Dataset:
    """A domain table merged with what lies under and over it; holds no row."""

    table: Table
    layers: Layers
    notices: tuple[str, ...] = field(default=(), kw_only=True)  # for the operator: where it is from

    @property
    def path(self) -> Path:
        """The domain file."""
        return self.table.path

    def rows(self) -> Iterator[Row]:
        """Yield every row, valid or not (`row_problems`), from the start of the table at each call.

        Raises UnreadableCsv as `Table.records` does.
        """
        layers = self.layers
        columns = layers.columns
        under, over = layers.global_values, layers.cli_values
        for index, (line, cells) in enumerate(self.table.records()):
            values = _filled(columns, cells, under)
            if over:
                values.update(over)
            yield Row(index, line, values, cells, layers)


def open_dataset(
    input_dir: Path, domain: Domain, overrides: Mapping[str, str], *, global_optional: bool = False
) -> Dataset:
    """Return the rows of `<domain>.csv` over those of `global.csv`, or of what stands in for them (`sources`).

    input_dir: a folder, or a workbook; file names may be in whatever case.
    overrides: column -> value, over everything (`parse_overrides`).
    global_optional: go on without a global.csv, as the older exports have none.

    Raises MissingInputCsv, UnreadableCsv, and InputError for a global.csv of several rows, a bad override or a
    file in `perfiles/` that is no profile.
    """
    sources = find_sources(input_dir, domain, global_optional=global_optional)
    profiles = load_profiles(folder_of(input_dir))
    dataset = merge_files(sources.domain, sources.shared, overrides, profiles=profiles)
    return replace(dataset, notices=sources.notices)


def merge_files(
    domain: Table,
    shared: Table | None,
    overrides: Mapping[str, str],
    *,
    profiles: Mapping[str, Any] | None = None,
) -> Dataset:
    """Return the rows of *domain* over the row of *shared*; what `open_dataset` does with its tables.

    profiles: of outgoing calls, by name (`load_profiles`).

    Raises InputError for a global.csv of several rows or a bad override.
    """
    line, values = _global_row(shared) if shared else (None, {})
    layers = Layers(
        file=domain.name,
        header=domain.header,
        columns=domain.columns,
        global_file=shared.name if shared else None,
        global_line=line,
        global_values=values,
        cli_values=_overrides(overrides.items()),
        profiles=profiles or {},
        unusable=domain.unusable,
    )
    return Dataset(domain, layers)


def parse_overrides(settings: Iterable[str]) -> dict[str, str]:
    """Return the values of `--set key=value`, by column name.

    Raises InputError for a setting without `=`, key or value, and for a key given twice.
    """
    pairs = []
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise InputError("--set {setting}: has no value: write --set column=value", setting=setting)
        pairs.append((key, value))
    return _overrides(pairs)


def row_problems(row: Row) -> tuple[Problem, ...]:
    """Return what is wrong with the row's shape, whatever its values: cells that no column name covers.

    Such a row must not be used: an unquoted delimiter may have shifted all its cells.
    """
    columns = row.layers.columns
    if len(row.cells) == len(columns) and "" not in columns:
        return ()  # nearly every row
    return _stray_cells(columns, row.cells, f"{row.layers.file} line {row.line}")


def _stray_cells(columns: tuple[str, ...], cells: tuple[str, ...], where: str) -> tuple[Problem, ...]:
    problems = [
        Problem(
            None,
            written(
                "{cell} stands in column {number}, which has no name in the header: name the column or empty "
                "the cell",
                cell=_shown(cell),
                number=number,
            ),
            where,
        )
        for number, (column, cell) in enumerate(zip(columns, cells, strict=False), 1)
        if not column and cell.strip()
    ]
    if len(cells) > len(columns):
        text = written(
            "the row has {count} cells and the header {columns}: quote the cell that contains the "
            "delimiter, or empty those from {cells} on",
            count=len(cells),
            columns=len(columns),
            cells=_shown(cells[len(columns)]),
        )
        problems.append(Problem(None, text, where))
    return tuple(problems)


def _shown(cell: str) -> str:
    text = " ".join(cell.split())  # on one line
    return f"'{text}'" if len(text) <= SHOWN_CHARACTERS else f"'{text[:SHOWN_CHARACTERS]}...'"


def _filled(columns: tuple[str, ...], cells: tuple[str, ...], under: Mapping[str, str]) -> dict[str, str]:
    """Return the trimmed cells that hold something over the values *under* them, by column."""
    values = dict(under)
    # cells too many have no column
    for column, cell in zip(columns, cells, strict=False):
        if cell and column and (text := cell.strip()):  # most cells are empty
            values[column] = text
    return values


def _global_row(table: Table) -> tuple[int | None, dict[str, str]]:
    """Return the line and the values of the one row, (None, {}) when there is none."""
    records = table.records()
    line, cells = next(records, (None, ()))
    second, _ = next(records, (None, ()))
    if second is not None:
        raise InputError(
            "{table} line {second}: a second row, but the values here are for all rows of the other "
            "files: leave one row",
            table=_full_name(table),
            second=second,
        )
    problems = _stray_cells(table.columns, cells, f"{_full_name(table)} line {line}")
    if problems := (*problems, *table.unusable.get(line or 0, ())):
        raise InputError(str(problems[0]))
    return line, _filled(table.columns, cells, {})


def _full_name(table: Table) -> str:
    return str(table.path.with_name(table.name))


def _overrides(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    values: dict[str, str] = {}
    for key, value in pairs:
        column, text = column_name(key), value.strip()
        if not column:
            raise InputError(
                "--set {key}={value}: names no column: write --set column=value", key=key, value=value
            )
        if not text:
            raise InputError(
                "--set {key}={value}: has no value, and blank means 'leave as it is': write --set "
                "{column}=value or leave it out",
                key=key,
                value=value,
                column=column,
            )
        if column in values:
            raise InputError(
                "--set {key}={value}: {column} is set twice: leave one of them out",
                key=key,
                value=value,
                column=column,
            )
        values[column] = text
    return values
