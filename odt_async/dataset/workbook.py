"""Sheets of an .xlsx workbook as tables: the text that somebody typed, or a refusal where it is lost.

A spreadsheet keeps numbers, not digits: `80000001` is read as the float 80000001.0 and becomes text again
without the `.0`. What it has turned into a date, or rounded after 15 digits, cannot be turned back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from odt_async.dataset.formula_errors import error_cells
from odt_async.dataset.reader import check_header, column_name
from odt_async.errors import Problem, UnreadableCsv
from odt_async.language import written

__all__ = ["Sheet", "find_workbooks", "is_workbook", "open_sheet", "sheet_names"]

_SUFFIXES = {".xlsx", ".xlsm"}
_EXACT = 1e15  # a spreadsheet keeps 15 digits of a number
_IS_ERROR = written("shows an error of its formula, such as #N/A: mend the formula, or clear the cell")
_RETYPE = written("format the column as Text and type the value again")

_Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet, read whole; its lines are the rows that the spreadsheet numbers."""

    path: Path
    name: str
    header: tuple[str, ...]
    columns: tuple[str, ...]
    header_line: int
    rows: tuple[tuple[int, tuple[str, ...]], ...] = field(repr=False)
    unusable: Mapping[int, tuple[Problem, ...]] = field(default_factory=dict, repr=False)

    @property
    def line_count(self) -> int:
        """As many lines as can hold a record."""
        return len(self.rows) + 1

    def records(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield row number and cells of each row that is not blank."""
        return iter(self.rows)


def is_workbook(path: Path) -> bool:
    """Tell whether *path* is a file that is called like a workbook (and not Excel's own lock beside one)."""
    return path.suffix.lower() in _SUFFIXES and not path.name.startswith("~$") and path.is_file()


def find_workbooks(folder: Path) -> list[Path]:
    """Return the workbooks of *folder*, by name."""
    return sorted(filter(is_workbook, folder.iterdir()))


def sheet_names(path: Path) -> dict[str, str]:
    """Return the names of the sheets of *path*: lower case and trimmed -> as written.

    Raises UnreadableCsv when it cannot be read.
    """
    return {name.strip().lower(): name for name in _read(path, None)[0]}


def open_sheet(path: Path, sheet: str) -> Sheet:
    """Return the sheet that is called *sheet* exactly.

    Raises UnreadableCsv when the workbook cannot be read, or the sheet is empty, begins with
    data or has a column twice.
    """
    name = f"{path.name}[{sheet}]"
    rows = [
        (line, cells)
        for line, cells in enumerate(_read(path, sheet)[1], 1)
        if any(cell != "" and not (isinstance(cell, str) and cell.isspace()) for cell in cells)
    ]
    if not rows:
        raise UnreadableCsv("{name}: is empty: its first row must hold the column names", name=name)
    (header_line, first), *body = rows
    header = tuple(map(_text, first))
    columns = tuple(map(column_name, header))
    check_header(name, header_line, header, columns)
    errors = error_cells(path, sheet)
    unusable = {
        line: problems
        for line, cells in body
        if (problems := tuple(_lost(f"{name} line {line}", columns, cells, errors, line)))
    }
    return Sheet(
        path,
        name,
        header,
        columns,
        header_line,
        tuple((line, tuple(map(_text, cells))) for line, cells in body),
        unusable,
    )


def _read(path: Path, sheet: str | None) -> tuple[list[str], list[list[_Cell]]]:
    """Return the names of the sheets, and the cells of one of them from row 1 and column A on."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError  # noqa: PLC0415 - only for workbooks

    try:
        with CalamineWorkbook.from_path(path) as workbook:
            rows = [] if sheet is None else workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            return workbook.sheet_names, rows
    except PasswordError:
        raise UnreadableCsv("{path}: is locked with a password: save it without one", path=path) from None
    except OSError as error:
        raise UnreadableCsv(
            "{path}: cannot be read ({error}): check its permissions", path=path, error=error
        ) from error
    except CalamineError as error:
        raise UnreadableCsv(
            "{path}: is not a workbook that can be read ({error}): save it again", path=path, error=error
        ) from error


def _text(cell: _Cell) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{cell:.15g}"
    return str(cell)


def _lost(
    where: str, columns: tuple[str, ...], cells: list[_Cell], errors: set[tuple[int, int]], line: int
) -> Iterator[Problem]:
    for position, (column, cell) in enumerate(zip(columns, cells, strict=True)):
        text = _IS_ERROR if (line, position) in errors else _why_lost(cell)
        if column and text:
            yield Problem(column, text, where)


def _why_lost(cell: _Cell) -> str | None:
    """Return what is wrong with a cell from which what was typed cannot be had; None for any other."""
    if isinstance(cell, dt.date | dt.time | dt.timedelta):
        return written("is a date or time for the spreadsheet ({cell}): {retype}", cell=cell, retype=_RETYPE)
    if isinstance(cell, float) and abs(cell) >= _EXACT:
        return written("has more digits than a spreadsheet keeps of a number (15): {retype}", retype=_RETYPE)
    return None
