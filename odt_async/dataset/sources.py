"""Which tables a dataset is read from: CSV files, sheets of a workbook, or the older exports.

For each of `<domain>` and `global` the first wins that is there: the CSV file of that name, the sheet of that
name in the one workbook of the folder, and for a domain the older export, in the folder or in the
`.artifacts/exports` below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from odt_async.dataset.legacy import (
    EXPORTS_FOLDER,
    LEGACY_NAMES,
    LegacyTable,
    as_legacy,
    is_legacy_workspaces,
)
from odt_async.dataset.reader import find_csv, missing_csv, open_csv
from odt_async.dataset.table import Table
from odt_async.dataset.workbook import find_workbooks, is_workbook, open_sheet, sheet_names
from odt_async.errors import InputError, MissingInputCsv, UnreadableCsv
from odt_async.model import Domain

__all__ = ["Sources", "domains_in", "find_sources", "folder_of"]


@dataclass(frozen=True, slots=True)
class Sources:
    """The tables of one dataset."""

    domain: Table
    shared: Table | None  # global; None where there is none
    notices: tuple[str, ...]  # what the operator should know about where they are from


def folder_of(input_dir: Path) -> Path:
    """Return the folder of what `--input-dir` names: itself, or that of the workbook."""
    return input_dir.parent if is_workbook(input_dir) else input_dir


def domains_in(input_dir: Path) -> list[Domain]:
    """Return the domains that *input_dir* has a table of, readable or not.

    Raises MissingInputCsv when there is no such folder, InputError when two files might be meant.
    """
    return [domain for domain in LEGACY_NAMES if _is_there(input_dir, domain)]


def find_sources(input_dir: Path, domain: Domain, *, global_optional: bool = False) -> Sources:
    """Return the tables of *domain* and of `global`, which an older export may do without.

    Raises MissingInputCsv, UnreadableCsv, and InputError when two files might be meant.
    """
    found = _find(input_dir, domain)
    if found is None:
        raise _missing(input_dir, domain)
    table, notices = found
    shared = _find_global(input_dir, table)
    if shared is None and not global_optional and not isinstance(table, LegacyTable):
        raise _missing(input_dir, "global")
    return Sources(table, shared, notices)


def _is_there(input_dir: Path, domain: Domain) -> bool:
    try:
        return _find(input_dir, domain) is not None
    except UnreadableCsv:
        return True


def _find(input_dir: Path, domain: Domain) -> tuple[Table, tuple[str, ...]] | None:
    if is_workbook(input_dir):
        return _find_sheet([input_dir], domain)
    if path := find_csv(input_dir, f"{domain}.csv"):
        return _as_today(open_csv(path), domain)
    if found := _find_sheet(find_workbooks(input_dir), domain):
        return found
    for folder in (input_dir, input_dir / EXPORTS_FOLDER):
        if folder.is_dir() and (path := find_csv(folder, f"{LEGACY_NAMES[domain]}.csv")):
            return _legacy(open_csv(path), domain)
    return None


def _find_sheet(workbooks: list[Path], domain: Domain) -> tuple[Table, tuple[str, ...]] | None:
    for name in (domain, LEGACY_NAMES[domain]):
        table = _sheet(workbooks, name)
        if table is not None:
            return _as_today(table, domain) if name == domain else _legacy(table, domain)
    return None


def _find_global(input_dir: Path, domain: Table) -> Table | None:
    if is_workbook(input_dir):
        return _sheet([input_dir], "global")
    for folder in dict.fromkeys((input_dir, domain.path.parent)):
        if path := find_csv(folder, "global.csv"):
            return open_csv(path)
    return _sheet(find_workbooks(input_dir), "global")


def _sheet(workbooks: list[Path], name: str) -> Table | None:
    found = [(path, sheet) for path in workbooks if (sheet := sheet_names(path).get(name))]
    if len(found) > 1:
        paths = " and ".join(str(path) for path, _ in found)
        raise InputError(
            "{paths} both have a sheet '{name}': name the one that is meant with --input-dir",
            paths=paths,
            name=name,
        )
    return open_sheet(*found[0]) if found else None


def _as_today(table: Table, domain: Domain) -> tuple[Table, tuple[str, ...]]:
    if domain == "workspaces" and is_legacy_workspaces(table):
        return _legacy(table, domain)
    return table, ()


def _legacy(table: Table, domain: Domain) -> tuple[Table, tuple[str, ...]]:
    legacy, notice = as_legacy(table, domain)
    return legacy, (notice,)


def _missing(input_dir: Path, name: str) -> MissingInputCsv:
    if is_workbook(input_dir):
        return MissingInputCsv(
            "missing_input_csv: {input_dir} has no sheet '{name}': add it or name one so",
            input_dir=input_dir,
            name=name,
        )
    return missing_csv(input_dir / f"{name}.csv")
