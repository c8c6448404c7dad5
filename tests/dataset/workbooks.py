"""Workbooks for tests, written part by part as Excel does (ECMA-376), so that no cell is other than meant."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZipFile

__all__ = ["ERROR", "Cell", "write_locked_workbook", "write_workbook"]

ERROR = object()  # a cell that shows #N/A
Cell = object

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_STYLES = (
    f"<styleSheet {_MAIN}><fonts><font/></fonts><fills><fill/></fills><borders><border/></borders>"
    '<cellStyleXfs><xf/></cellStyleXfs><cellXfs><xf numFmtId="0"/>'
    '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
)
_EPOCH = dt.date(1899, 12, 30)


def write_workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[Cell]]]) -> Path:
    """Write *sheets*, rows of cells by name, to *path* and return it; None leaves a cell out."""
    numbers = {name: number for number, name in enumerate(sheets, 1)}
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for name, number in numbers.items()
    )
    related = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in numbers.values()
    )
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for number in numbers.values()
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}'
        f'<Relationship Id="rId0" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
    }
    for name, rows in sheets.items():
        parts[f"xl/worksheets/sheet{numbers[name]}.xml"] = _worksheet(rows)
    with ZipFile(path, "w") as package:
        for part, content in parts.items():
            package.writestr(part, f'<?xml version="1.0" encoding="UTF-8"?>\n{content}')
    return path


def _worksheet(rows: Sequence[Sequence[Cell]]) -> str:
    lines = "".join(
        f'<row r="{line}">{"".join(_cell(f"{chr(65 + i)}{line}", cell) for i, cell in enumerate(cells))}</row>'
        for line, cells in enumerate(rows, 1)
        if cells
    )
    return f"<worksheet {_MAIN}><sheetData>{lines}</sheetData></worksheet>"


def _cell(place: str, cell: Cell) -> str:
    if cell is None:
        return ""
    if cell is ERROR:
        return f'<c r="{place}" t="e"><f>NA()</f><v>#N/A</v></c>'
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{cell:d}</v></c>'
    if isinstance(cell, dt.date):
        return f'<c r="{place}" s="1"><v>{(cell - _EPOCH).days}</v></c>'
    if isinstance(cell, int | float):
        return f'<c r="{place}"><v>{cell}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(str(cell))}</t></is></c>'


def write_locked_workbook(path: Path) -> Path:
    """Write what Excel leaves of a workbook with a password: a compound file (MS-CFB) with one stream."""
    free, end, fat_sector = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0, 0) + struct.pack(
        "<108I", *[free] * 108
    )
    table = struct.pack("<128I", fat_sector, end, *[free] * 126)
    entries = b"".join(
        _directory_entry(name, kind) for name, kind in (("Root Entry", 5), ("EncryptedPackage", 2))
    )
    path.write_bytes(header + table + entries.ljust(512, b"\0"))
    return path


def _directory_entry(name: str, kind: int) -> bytes:
    text = f"{name}\0".encode("utf-16-le")
    return struct.pack("<64sHBB12x16xI16xIQ", text, len(text), kind, 1, 0, 0xFFFFFFFE, 0)
