"""What a sheet's cells become as text, and which of them cannot be trusted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odt_async.dataset import open_dataset
from odt_async.dataset.workbook import find_workbooks, open_sheet, sheet_names
from odt_async.errors import InputError, MissingInputCsv, Problem, UnreadableCsv
from odt_async.model import Source
from tests.dataset.workbooks import ERROR, Cell, write_locked_workbook, write_workbook

BOOK = Path("night.xlsx")
RETYPE = "format the column as Text and type the value again"
IS_ERROR = "shows an error of its formula, such as #N/A: mend the formula, or clear the cell"


def text_of(cell: Cell) -> str:
    write_workbook(BOOK, {"usuarios": [["email", "cell"], ["ana@example.com", cell]]})
    ((_, (_, text)),) = open_sheet(BOOK, "usuarios").records()
    return text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (80000001, "80000001"),
        (34930000000, "34930000000"),
        (-1, "-1"),
        (0.5, "0.5"),
        (0.1 + 0.2, "0.3"),
        (True, "TRUE"),
        (False, "FALSE"),
        ("00123", "00123"),
        (" a & b ", " a & b "),
        (None, ""),
    ],
)
def test_cells_keep_what_the_spreadsheet_shows(cell: Cell, text: str) -> None:
    assert text_of(cell) == text


@settings(max_examples=50)
@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_every_number_that_a_spreadsheet_keeps_whole_is_its_digits(number: int) -> None:
    assert text_of(number) == str(number)


@settings(max_examples=50)
@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cc", "Cn", "Co", "Cs"]), min_size=1))
def test_text_is_kept_as_it_was_typed(text: str) -> None:
    assert text_of(text) == text


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        (dt.date(2026, 12, 8), f"is a date or time for the spreadsheet (2026-12-08): {RETYPE}"),
        (
            1234567890123456789,
            f"has more digits than a spreadsheet keeps of a number (15): {RETYPE}",
        ),
        (ERROR, IS_ERROR),
    ],
)
def test_a_cell_that_is_not_what_was_typed_is_unusable(cell: Cell, problem: str) -> None:
    write_workbook(BOOK, {"hoja": [["x"], ["y"]], "usuarios": [["email", "cell"], ["a@b.example", cell]]})
    where = "night.xlsx[usuarios] line 2"
    assert open_sheet(BOOK, "usuarios").unusable == {2: (Problem("cell", problem, where),)}


def test_a_line_is_the_row_that_the_spreadsheet_numbers() -> None:
    rows: list[list[Cell]] = [[], [None, "Email", "Extension"], [], [None, "ana@example.com", 8001], ["  "]]
    write_workbook(BOOK, {"usuarios": rows})
    sheet = open_sheet(BOOK, "usuarios")
    assert (sheet.header_line, sheet.columns, sheet.header) == (
        2,
        ("", "email", "extension"),
        ("", "Email", "Extension"),
    )
    assert list(sheet.records()) == [(4, ("", "ana@example.com", "8001"))]
    assert list(sheet.records()) == list(sheet.records())
    assert sheet.line_count >= 1


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "night.xlsx[usuarios]: is empty: its first row must hold the column names"),
        ([["email", "email"]], "'email' is there already as column 1"),
        ([["ana@example.com", 8001]], "is a value, not a column name"),
    ],
)
def test_a_sheet_without_a_good_header_is_refused(rows: list[list[Cell]], reason: str) -> None:
    write_workbook(BOOK, {"usuarios": rows})
    with pytest.raises(UnreadableCsv) as refusal:
        open_sheet(BOOK, "usuarios")
    assert reason in str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", b"email,extension\n"])
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    BOOK.write_bytes(content)
    with pytest.raises(UnreadableCsv, match=r"night\.xlsx: is not a workbook that can be read"):
        sheet_names(BOOK)


def test_what_may_not_be_read_is_refused() -> None:
    with pytest.raises(
        UnreadableCsv, match=r"gone\.xlsx: cannot be read \(No such file .+\): check its permi"
    ):
        sheet_names(Path("gone.xlsx"))
    with pytest.raises(UnreadableCsv, match=r"night\.xlsx: is locked with a password: save it without one"):
        sheet_names(write_locked_workbook(BOOK))


def test_excels_lock_beside_an_open_workbook_is_none() -> None:
    for name in ("~$b.xlsx", "b.xlsx", "a.XLSM", "c.csv", "d.xls"):
        Path(name).write_bytes(b"")
    Path("folder.xlsx").mkdir()
    assert find_workbooks(Path()) == [Path("a.XLSM"), Path("b.xlsx")]


def test_a_workbook_is_an_input_folder_of_its_own() -> None:
    write_workbook(
        BOOK,
        {" Global ": [["country"], ["ES"]], "Usuarios": [["email", "extension"], ["ana@example.com", 8001]]},
    )
    dataset = open_dataset(BOOK, "usuarios", {})
    (row,) = dataset.rows()
    assert (dataset.path, dict(row.values)) == (
        BOOK,
        {"country": "ES", "email": "ana@example.com", "extension": "8001"},
    )
    assert row.source_of("extension") == Source("domain", "night.xlsx[Usuarios]", 2)
    assert row.source_of("country") == Source("global", "night.xlsx[ Global ]", 2)


def test_a_workbook_inside_the_folder_stands_in_for_the_files_that_are_not_there() -> None:
    folder = Path("in")
    folder.mkdir()
    write_workbook(folder / BOOK, {"usuarios": [["email"], ["sheet@example.com"]], "global": [["country"]]})
    assert open_dataset(folder, "usuarios", {}).path == folder / BOOK

    (folder / "usuarios.csv").write_text("email\ncsv@example.com\n")
    assert open_dataset(folder, "usuarios", {}).path == folder / "usuarios.csv"


def test_of_two_workbooks_with_the_sheet_none_is_guessed() -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(Path(name), {"usuarios": [["email"]], "global": [["country"]]})
    with pytest.raises(InputError, match=r"a\.xlsx and b\.xlsx both have a sheet 'usuarios'"):
        open_dataset(Path(), "usuarios", {})


def test_a_missing_sheet_is_a_missing_file() -> None:
    write_workbook(BOOK, {"usuarios": [["email"], ["ana@example.com"]]})
    with pytest.raises(MissingInputCsv, match=r"missing_input_csv: night\.xlsx has no sheet 'workspaces'"):
        open_dataset(BOOK, "workspaces", {})
    with pytest.raises(MissingInputCsv, match=r"missing_input_csv: night\.xlsx has no sheet 'global'"):
        open_dataset(BOOK, "usuarios", {})


def test_a_lost_value_for_all_rows_is_refused() -> None:
    write_workbook(
        BOOK, {"usuarios": [["email"]], "global": [["country", "location_name"], ["ES", dt.date(2026, 3, 4)]]}
    )
    with pytest.raises(InputError, match=r"night\.xlsx\[global\] line 2, column location_name: is a date"):
        open_dataset(BOOK, "usuarios", {})
