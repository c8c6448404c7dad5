"""One CSV as a stream of records: delimiter, header, physical line numbers, and clear refusals.

Quirks that operators' spreadsheets are known for are taken as they come: a BOM, a `sep=;` line, blank lines,
rows of nothing but delimiters, rows that end early. What would put a value under the wrong name is refused.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TextIO

from odt_async.dataset.encoding import detect_encoding
from odt_async.errors import InputError, MissingInputCsv, Problem, UnreadableCsv

__all__ = ["CsvFile", "check_header", "column_name", "find_csv", "missing_csv", "open_csv"]

DELIMITERS = (",", ";", "\t")  # the first wins where the header has as many of another
_DECLARED = re.compile(r'"?sep=([,;\t])"?\s*')  # Excel's own way to name the delimiter
_QUOTED = re.compile('"[^"]*"')
_DATA = re.compile(
    r"[^@\s]+@[^@\s]+\.\w+"  # e-mail
    r"|y2lzy29zcgfyazov\S*"  # Webex id: base64 of ciscospark:/
    r"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|\+?\d[\d .-]{4,}"  # extension, telephone number, date
    r"|true|false"
)


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A CSV file whose encoding, delimiter and header are known and good."""

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]  # as read
    columns: tuple[str, ...]  # the header trimmed and lower-cased; "" for a column without a name
    header_line: int  # physical line, from 1
    line_count: int  # physical lines of the file: it cannot hold more records

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def unusable(self) -> Mapping[int, tuple[Problem, ...]]:
        """None: a CSV file has the text that somebody wrote."""
        return {}

    def records(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield the physical number of each record's first line, and its cells; from the start at each call.

        Cells are as read, at least as many as the header has; there are more only when one that is too
        many holds something. Records of nothing but blank cells are left out.

        Raises UnreadableCsv for a quote that is never closed, and when the file changed underneath.
        """
        width = len(self.columns)
        records = _parse(self.path, self.encoding, self.delimiter)
        for line, cells in records:
            if line == self.header_line and tuple(cells) == self.header:
                break
            if line >= self.header_line:
                raise _changed(self.path)
        else:
            raise _changed(self.path)
        for line, cells in records:
            yield line, tuple(cells if len(cells) == width else _fitted(cells, width))


def column_name(text: str) -> str:
    """Return *text* as a column is known by: trimmed and lower-cased, without stray byte-order marks."""
    return text.replace("\ufeff", "").strip().lower()


def find_csv(folder: Path, name: str) -> Path | None:
    """Return the file of *folder* that is called *name* in whatever case; None when there is none.

    Raises MissingInputCsv when there is no such folder, InputError when two files differ only in case.
    """
    if not folder.is_dir():
        raise MissingInputCsv(
            "missing_input_csv: {folder} is not a folder: name the one with the CSV files with --input-dir",
            folder=folder,
        )
    found = sorted(path for path in folder.iterdir() if path.name.lower() == name.lower())
    if len(found) > 1:
        names = " and ".join(path.name for path in found)
        raise InputError(
            "{folder}: {names} differ only in case: delete or rename all but one", folder=folder, names=names
        )
    return found[0] if found else None


def missing_csv(path: Path) -> MissingInputCsv:
    """Return the error for a file that is not there."""
    return MissingInputCsv(
        "missing_input_csv: {path} does not exist: put it there or name another folder with --input-dir",
        path=path,
    )


def open_csv(path: Path) -> CsvFile:
    """Return *path* with its encoding, delimiter and header detected; the whole file is decoded once.

    Raises MissingInputCsv when it is not there; UnreadableCsv when it is empty, not text, has no header or
    has a column twice.
    """
    if path.exists() and not path.is_file():
        raise UnreadableCsv("{path}: is not a file: put a CSV file there", path=path)
    try:
        text = detect_encoding(path)
    except OSError as error:
        raise _unopened(path, error) from error
    line, delimiter, header = _read_header(path, text.encoding)
    columns = tuple(map(column_name, header))
    check_header(path, line, header, columns)
    return CsvFile(path, text.encoding, delimiter, header, columns, line, text.lines)


def _open(path: Path, encoding: str) -> TextIO:
    try:
        return path.open(encoding=encoding, newline="")  # csv needs the line ends as they are
    except OSError as error:
        raise _unopened(path, error) from error


def _unopened(path: Path, error: OSError) -> InputError:
    if isinstance(error, FileNotFoundError):
        return missing_csv(path)
    return UnreadableCsv(
        "{path}: cannot be read ({reason}): check its permissions", path=path, reason=error.strerror
    )


def _changed(path: Path) -> UnreadableCsv:
    return UnreadableCsv("{path}: changed while it was in use: leave it alone and run again", path=path)


def _parse(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the first line's number and the cells of every record that is not blank, header included."""
    with _open(path, encoding) as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        line = 1
        try:
            for cells in reader:
                # most rows have something in their first cell
                if (cells and cells[0].strip()) or any(map(str.strip, cells)):
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise _misquoted(path, line, error) from error
        except UnicodeDecodeError as error:
            raise _changed(path) from error


def _fitted(cells: list[str], width: int) -> list[str]:
    """Return *cells* with blank ones added or taken away to make *width*; a cell that is filled stays."""
    if any(map(str.strip, cells[width:])):
        return cells
    return cells[:width] + [""] * (width - len(cells))


def _misquoted(path: Path, line: int, error: csv.Error) -> UnreadableCsv:
    return UnreadableCsv(
        '{path} line {line}: a quote (") is not closed where the cell ends ({error}): close it, and '
        'write a quote inside a quoted cell twice ("")',
        path=path,
        line=line,
        error=error,
    )


def _read_header(path: Path, encoding: str) -> tuple[int, str, tuple[str, ...]]:
    """Return line, delimiter and cells of the first record that is not blank."""
    declared = None
    with _open(path, encoding) as file:
        for line, text in _quoted_whole(file):
            if line == 1 and (match := _DECLARED.fullmatch(text)):
                declared = match[1]
                continue
            delimiter = declared or _likely_delimiter(text)
            try:
                cells = next(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True))
            except csv.Error as error:
                raise _misquoted(path, line, error) from error
            if any(map(column_name, cells)):
                return line, delimiter, tuple(cells)
    raise UnreadableCsv("{path}: is empty: its first line must hold the column names", path=path)


def _quoted_whole(file: TextIO) -> Iterator[tuple[int, str]]:
    """Yield the file in pieces of whole lines in which every quote is closed, each with its first line."""
    longest = csv.field_size_limit()  # what csv refuses need not be gathered
    start, piece, length, quotes = 1, [], 0, 0
    for number, line in enumerate(file, 1):
        piece.append(line)
        length += len(line)
        quotes += line.count('"')
        if quotes % 2 == 0 or length > longest:
            yield start, "".join(piece)
            start, piece, length, quotes = number + 1, [], 0, 0
    if piece:
        yield start, "".join(piece)


def _likely_delimiter(header: str) -> str:
    return max(DELIMITERS, key=_QUOTED.sub("", header).count)


def check_header(table: Path | str, line: int, header: tuple[str, ...], columns: tuple[str, ...]) -> None:
    """Raise UnreadableCsv when the first record of *table* is data, or names a column twice."""
    named = [name for name in columns if name]
    data = [name for name in named if _DATA.fullmatch(name)]
    if not data and all(map(str.isdecimal, named)):
        data = named
    if data:
        position = columns.index(data[0])
        raise UnreadableCsv(
            "{table} line {line}, column {position}: '{strip}' is a value, not a column name: put a line "
            "with the column names first",
            table=table,
            line=line,
            position=position + 1,
            strip=header[position].strip(),
        )
    for position, name in enumerate(columns):
        first = columns.index(name)
        if name and first != position:
            raise UnreadableCsv(
                "{table} line {line}, column {position}: '{strip}' is there already as column {first}: "
                "rename or delete one of them",
                table=table,
                line=line,
                position=position + 1,
                strip=header[position].strip(),
                first=first + 1,
            )
