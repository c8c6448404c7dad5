"""Which cells of a workbook show an error."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from odt_async.dataset.formula_errors import error_cells
from tests.dataset.workbooks import ERROR, write_workbook

BOOK = Path("book.xlsx")


def test_errors_are_found_by_row_and_column() -> None:
    write_workbook(BOOK, {"a & b": [["x", ERROR], [ERROR]], "c": [[1, "#N/A"]]})
    assert error_cells(BOOK, "a & b") == {(1, 1), (2, 0)}
    assert error_cells(BOOK, "c") == set()


def test_columns_of_two_letters_are_counted() -> None:
    parts = {
        "xl/workbook.xml": '<x:sheets><x:sheet sheetId="1" r:id="r1" name="s"/></x:sheets>',
        "xl/_rels/workbook.xml.rels": "<Relationship Target='/xl/worksheets/s.xml' Id='r1'/>",
        "xl/worksheets/s.xml": "<x:c t='e' r='AB12'><x:v>#N/A</x:v></x:c>",
    }
    with ZipFile(BOOK, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    assert error_cells(BOOK, "s") == {(12, 27)}


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18)], ids=["no zip", "empty zip"])
def test_in_what_is_no_workbook_nothing_is_found(content: bytes) -> None:
    BOOK.write_bytes(content)
    assert error_cells(BOOK, "usuarios") == set()
