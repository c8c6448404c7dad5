"""The cells and line numbers of any table that a spreadsheet can write, and the refusals word by word."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.dataset.reader import CsvFile, find_csv, open_csv
from odt_async.errors import InputError, MissingInputCsv, UnreadableCsv

Records = list[tuple[int, tuple[str, ...]]]
LATIN = "abcXYZ 0189áéíóñü@.-'\",;\t\r\n"


def write(text: str, encoding: str = "utf-8") -> Path:
    path = Path("usuarios.csv")
    path.write_bytes(text.encode(encoding))
    return path


def refusal(text: str) -> str:
    with pytest.raises(UnreadableCsv) as caught:
        list(open_csv(write(text)).records())
    return str(caught.value)


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, list[list[str]]]:
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    alphabet = (
        st.sampled_from(LATIN)
        if encoding == "cp1252"
        else st.characters(codec="utf-8", exclude_characters="\0")
    )
    width = draw(st.integers(1, 5))
    header = [f"Col {number}" for number in range(width)]
    row = st.lists(st.text(alphabet, max_size=8), min_size=1, max_size=width)
    return encoding, [header, *draw(st.lists(row, max_size=8))]


def expected_records(table: list[list[str]], written: list[str]) -> Records:
    """Return the records, less the blank ones, at the line where each was written."""
    records, line = [], 1
    for cells, text in zip(table, written, strict=True):
        if "".join(cells).strip():
            records.append((line, tuple(cells + [""] * (len(table[0]) - len(cells)))))
        line += len(re.findall("\r\n|\r|\n", text))
    return records[1:]


@given(tables(), st.sampled_from(",;\t"), st.sampled_from(["\r\n", "\n", "\r"]), st.booleans())
def test_any_table_comes_back_as_it_was_written(
    table_in: tuple[str, list[list[str]]], delimiter: str, line_end: str, quote_all: bool
) -> None:
    encoding, table = table_in
    # csv.writer before Python 3.13 leaves a \r or \n bare that is not in its line end
    quote_all = quote_all or line_end != "\r\n"
    if len(table[0]) == 1:
        quote_all, delimiter = True, ","  # one column shows no delimiter
    quoting: Literal[0, 1] = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    written = []
    for cells in table:
        buffer = io.StringIO(newline="")
        csv.writer(buffer, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerow(cells)
        written.append(buffer.getvalue())

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "usuarios.csv")
        path.write_bytes("".join(written).encode(encoding))
        file = open_csv(path)

        assert (file.delimiter, file.header) == (delimiter, tuple(table[0]))
        assert list(file.records()) == expected_records(table, written)
        assert list(file.records()) == expected_records(table, written)  # from the start again


def test_what_was_detected_is_told() -> None:
    path = write("\r\n;;\r\n Person_ID ;EXTENSION;\r\na;1;\r\n", "utf-8-sig")
    assert open_csv(path) == CsvFile(
        path=path,
        encoding="utf-8-sig",
        delimiter=";",
        header=(" Person_ID ", "EXTENSION", ""),
        columns=("person_id", "extension", ""),
        header_line=3,
        line_count=4,
    )


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("a;b\n", []),
        ("a;b\n1;2", [(2, ("1", "2"))]),
        ("a;b\n\n1;2\n;\n \t ;\n\n3;4\n", [(3, ("1", "2")), (7, ("3", "4"))]),
        ("a;b\n1\n", [(2, ("1", ""))]),
        ("a;b\n1;2;;\n", [(2, ("1", "2"))]),
        ("a;b\n1;2; ;3\n4;5\n", [(2, ("1", "2", " ", "3")), (3, ("4", "5"))]),
        ('a;"b\n;,,,,"\n"1\r\n\r\n";2\n3;4\n', [(3, ("1\r\n\r\n", "2")), (6, ("3", "4"))]),
        ('a;b\n5" x;"say ""hi"""\n', [(2, ('5" x', 'say "hi"'))]),
        ("sep=;\r\na;b,c,d\r\n1;2\r\n", [(3, ("1", "2"))]),
        ('"sep=\t"\na\tb;c;d\n1\t2\n', [(3, ("1", "2"))]),
        ("name\nJosé\n", [(2, ("José",))]),
        ("\ufeff\ufeffa,b\n1,2\n", [(2, ("1", "2"))]),
        ("a;b\r\r\n1;2\r\r\n", [(3, ("1", "2"))]),
        ('""\na,b\n1,2\n', [(3, ("1", "2"))]),
        ("a,b\n" + "x" * 100_000 + ",2\n", [(2, ("x" * 100_000, "2"))]),
    ],
)
def test_quirks_are_taken_as_they_come(text: str, records: Records) -> None:
    assert list(open_csv(write(text)).records()) == records


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [
        ("a", ","),
        ("a,b;c,d", ","),
        ("a;b,c;d", ";"),
        ("a\tb", "\t"),
        ('"a,b,c";d', ";"),
        ("a,b;c", ","),
    ],
)
def test_delimiter_is_the_commonest_outside_quotes(header: str, delimiter: str) -> None:
    assert open_csv(write(header)).delimiter == delimiter


@pytest.mark.parametrize("text", ["", "\r\n\r\n", ";;;\n;;;\n", "sep=;\n", '""\n', "\ufeff"])
def test_empty_file_is_refused(text: str) -> None:
    assert refusal(text) == "usuarios.csv: is empty: its first line must hold the column names"


@pytest.mark.parametrize(
    ("text", "line", "column", "cell"),
    [
        (";José;García;jose@acme.es;80310001\n", 1, 4, "jose@acme.es"),
        ("\nY2lzY29zcGFyazovL3VzL1BFT1BMRS8x;Ana\n", 2, 1, "Y2lzY29zcGFyazovL3VzL1BFT1BMRS8x"),
        ("1F2E3D4C-0000-4000-8000-0123456789ab,Ana\n", 1, 1, "1F2E3D4C-0000-4000-8000-0123456789ab"),
        ("Ana, 80310001\n", 1, 2, "80310001"),
        ("Ana,+34 911 234 567\n", 1, 2, "+34 911 234 567"),
        ("HQ1,Madrid,TRUE\n", 1, 3, "TRUE"),
        ("0,1,2\n", 1, 1, "0"),
    ],
)
def test_data_in_place_of_a_header_is_refused(text: str, line: int, column: int, cell: str) -> None:
    assert refusal(text) == (
        f"usuarios.csv line {line}, column {column}: '{cell}' is a value, not a column name: "
        "put a line with the column names first"
    )


def test_number_among_names_is_a_name() -> None:
    assert open_csv(write("extension,2024\n")).columns == ("extension", "2024")


def test_column_that_is_there_twice_is_refused() -> None:
    assert refusal("extension; name;;EXTENSION ;\n") == (
        "usuarios.csv line 1, column 4: 'EXTENSION' is there already as column 1: rename or delete one of them"
    )


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('a,b\n1,2\n3,"4\n5,6\n', 3, "unexpected end of data"),
        ('a,b\n1,"2" x\n', 2, "',' expected after '\"'"),
        ('a,b\n1,"2\n' + "3,4\n" * 50_000, 2, "field larger than field limit (131072)"),
        ('a,"b\n1,2\n', 1, "unexpected end of data"),
        ('a,"b\n' + "3,4\n" * 50_000, 1, "unexpected end of data"),
    ],
)
def test_quote_that_is_not_closed_is_refused(text: str, line: int, reason: str) -> None:
    assert refusal(text) == (
        f'usuarios.csv line {line}: a quote (") is not closed where the cell ends ({reason}): '
        'close it, and write a quote inside a quoted cell twice ("")'
    )


@pytest.mark.parametrize("content", [b"b,a\n1,2\n", b"", b"\n\na,b\n", b"a,b\n\xff\n"])
def test_file_that_changes_underneath_is_refused(content: bytes) -> None:
    file = open_csv(write("a,b\n1,2\n"))
    file.path.write_bytes(content)
    with pytest.raises(UnreadableCsv) as caught:
        list(file.records())
    assert str(caught.value) == ("usuarios.csv: changed while it was in use: leave it alone and run again")


def test_missing_file_is_told_with_its_path() -> None:
    with pytest.raises(MissingInputCsv) as caught:
        open_csv(Path("in/usuarios.csv"))
    assert str(caught.value) == (
        "missing_input_csv: in/usuarios.csv does not exist: put it there or name another folder with --input-dir"
    )


def test_file_that_vanishes_is_missing() -> None:
    file = open_csv(write("a,b\n"))
    file.path.unlink()
    with pytest.raises(MissingInputCsv):
        list(file.records())


def test_folder_in_place_of_the_file_is_refused() -> None:
    Path("usuarios.csv").mkdir()
    with pytest.raises(UnreadableCsv) as caught:
        open_csv(Path("usuarios.csv"))
    assert str(caught.value) == "usuarios.csv: is not a file: put a CSV file there"


def test_file_that_may_not_be_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a,b\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # chmod does not stop root
    with pytest.raises(UnreadableCsv) as caught:
        open_csv(path)
    assert str(caught.value) == ("usuarios.csv: cannot be read (Permission denied): check its permissions")


@pytest.mark.parametrize("name", ["usuarios.csv", "Usuarios.csv", "USUARIOS.CSV"])
def test_file_is_found_in_whatever_case(name: str) -> None:
    Path(name).touch()
    Path("usuarios.csv.bak").touch()
    assert find_csv(Path(), "usuarios.csv") == Path(name)


def test_file_that_is_not_there_is_not_found() -> None:
    assert find_csv(Path(), "usuarios.csv") is None


def test_two_files_that_differ_in_case_are_refused() -> None:
    Path("in").mkdir()
    Path("in/usuarios.csv").touch()
    Path("in/Usuarios.csv").touch()
    with pytest.raises(InputError) as caught:
        find_csv(Path("in"), "usuarios.csv")
    assert str(caught.value) == (
        "in: Usuarios.csv and usuarios.csv differ only in case: delete or rename all but one"
    )


def test_missing_folder_is_told() -> None:
    with pytest.raises(MissingInputCsv) as caught:
        find_csv(Path("in"), "usuarios.csv")
    assert str(caught.value) == (
        "missing_input_csv: in is not a folder: name the one with the CSV files with --input-dir"
    )
