"""The older exports (`people.csv`, `locations.csv`, `workspaces.csv`) under today's names.

They say what is there, not what is wanted: columns such as `licenses` are kept out of the reach of actions
that would read them as orders.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from odt_async.dataset.table import Table
from odt_async.errors import Problem
from odt_async.language import written
from odt_async.model import Domain

__all__ = ["EXPORTS_FOLDER", "LEGACY_NAMES", "LegacyTable", "as_legacy", "is_legacy_workspaces"]

EXPORTS_FOLDER = Path(".artifacts", "exports")
LEGACY_NAMES: Mapping[Domain, str] = {
    "ubicaciones": "locations",
    "usuarios": "people",
    "workspaces": "workspaces",
}
_RENAMED: Mapping[Domain, Mapping[str, str]] = {
    "ubicaciones": {"address_1": "address1", "language": "preferred_language", "timezone": "time_zone"},
    "usuarios": {"licenses": "current_licenses"},
    "workspaces": {"name": "display_name"},
}
_OWN_COLUMN = "webex_calling_enabled"  # tells an older workspaces.csv from one of today


@dataclass(frozen=True, slots=True)
class LegacyTable:
    """An older export with the columns of *domain*; what is left over of it (rejected.csv) has them too."""

    table: Table
    header: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def path(self) -> Path:
        """The file as it is called."""
        return self.table.path

    @property
    def name(self) -> str:
        """Its own name: the operator looks for that."""
        return self.table.name

    @property
    def header_line(self) -> int:
        """As in the file."""
        return self.table.header_line

    @property
    def line_count(self) -> int:
        """As in the file."""
        return self.table.line_count

    @property
    def unusable(self) -> Mapping[int, tuple[Problem, ...]]:
        """As in the file, under the new column names."""
        names = dict(zip(self.table.columns, self.columns, strict=True))
        return {
            line: tuple(replace(problem, column=names.get(problem.column or "")) for problem in problems)
            for line, problems in self.table.unusable.items()
        }

    def records(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield line and cells, as in the file."""
        return self.table.records()


def as_legacy(table: Table, domain: Domain) -> tuple[LegacyTable, str]:
    """Return *table* with the column names of *domain*, and the notice that says so.

    A column stays as it is called where its new name is taken.
    """
    new_names = _RENAMED[domain]
    renamed = {
        column: new_names[column]
        for column in table.columns
        if column in new_names and new_names[column] not in table.columns
    }
    columns = tuple(renamed.get(column, column) for column in table.columns)
    header = tuple(
        renamed.get(column, written) for column, written in zip(table.columns, table.header, strict=True)
    )
    notice = written("{path}: an older export, read as {domain}.csv", path=table.path, domain=domain)
    if renamed:
        notice += f" ({', '.join(f'{old} is {new}' for old, new in renamed.items())})"
    return LegacyTable(table, header, columns), notice


def is_legacy_workspaces(table: Table) -> bool:
    """Tell whether a table called `workspaces` is an older export, which has the same name as today's."""
    return _OWN_COLUMN in table.columns
