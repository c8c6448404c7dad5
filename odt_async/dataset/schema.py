"""The columns that a dataset has against those that an action eats: known, unknown, missing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING

from pydantic import AliasChoices, AliasPath, BaseModel

from odt_async.dataset.merge import Dataset
from odt_async.errors import Problem
from odt_async.language import written
from odt_async.model import Row, Source

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

__all__ = [
    "UNUSED_COLUMNS",
    "ColumnCheck",
    "MissingColumn",
    "UnknownColumn",
    "accepted_columns",
    "by_precedence",
    "check_columns",
    "lost_cells",
]

# in files that operators have had for years, or that we write ourselves: no action reads them, none is a slip
UNUSED_COLUMNS = frozenset(
    {
        *("calling_data", "schema_version"),  # of global.csv
        *("entity_id", "group_id", "primary"),  # of usuarios.csv
        *("current_licenses", "roles", "status", "webex_calling_enabled"),  # of the older exports
        *("error", "error_type"),  # of rejected.csv
    }
)

LEAST_LIKENESS = 0.8  # of difflib: `extensions` is like `extension`, `first_name` is not like `last_name`


@dataclass(frozen=True, slots=True)
class UnknownColumn:
    """A column that the action does not know; it may be meant for another action."""

    column: str
    source: Source
    suggestion: str | None  # a column that the action knows, that is missing and that looks much like it

    @property
    def cure(self) -> str:
        """What to do about it."""
        return (
            written("did you mean {suggestion}?", suggestion=self.suggestion)
            if self.suggestion
            else written("it is not used")
        )

    def __str__(self) -> str:
        return written(
            "{source}, column {column}: not a column of this action: {cure}",
            source=self.source,
            column=self.column,
            cure=self.cure,
        )


@dataclass(frozen=True, slots=True)
class MissingColumn:
    """A required column that neither file nor the command line has."""

    column: str
    accepted: tuple[str, ...]  # all its names, `column` the first of them
    file: str  # the domain file

    @property
    def names(self) -> str:
        """All its names in one text."""
        others = ", ".join(self.accepted[1:])
        return (
            written("{column} (or {aliases})", column=self.column, aliases=others) if others else self.column
        )

    @property
    def cure(self) -> str:
        """What to do about it."""
        return written(
            "required, but not there: add the column, or give all rows one value with --set {column}=value",
            column=self.column,
        )

    def __str__(self) -> str:
        return f"{self.file}, column {self.names}: {self.cure}"


@dataclass(frozen=True, slots=True)
class ColumnCheck:
    """The columns of all layers, judged for one action."""

    known: tuple[str, ...]
    unknown: tuple[UnknownColumn, ...]
    missing: tuple[MissingColumn, ...]


def check_columns(dataset: Dataset, params: type[BaseModel]) -> ColumnCheck:
    """Return how the columns of *dataset* meet the fields of *params*.

    Whether cells are filled is for each row to say: a column that is there counts as there. Of global.csv
    only the columns with a value count.
    """
    accepted = accepted_columns(params)
    names = {name for choices in accepted.values() for name in choices}
    sources = _sources(dataset)
    unmet = {field: choices for field, choices in accepted.items() if sources.keys().isdisjoint(choices)}
    wanted = [name for choices in unmet.values() for name in choices]
    unknown = tuple(
        UnknownColumn(column, source, _nearest(column, wanted))
        for column, source in sources.items()
        if column not in names
    )
    missing = tuple(
        MissingColumn(choices[0], choices, dataset.layers.file)
        for field, choices in unmet.items()
        if params.model_fields[field].is_required()
    )
    return ColumnCheck(tuple(column for column in sources if column in names), unknown, missing)


def accepted_columns(params: type[BaseModel]) -> dict[str, tuple[str, ...]]:
    """Return, for each field of *params*, the column names that pydantic fills it from, best first."""
    config = params.model_config
    by_name = bool(config.get("validate_by_name") or config.get("populate_by_name"))
    by_alias = config.get("validate_by_alias", True)
    return {
        name: _names(name, field, by_name=by_name, by_alias=by_alias)
        for name, field in params.model_fields.items()
    }


def by_precedence(row: Row, params: type[BaseModel]) -> Row:
    """Return *row* without the values that another name of the same column overrules from a higher layer.

    pydantic takes the first of a column's names that it finds, whatever layer that one is from.
    """
    overruled = [
        name
        for names in _choices(params)
        if len(present := [name for name in names if name in row.values]) > 1
        for name in present
        if _rank(row, name) > min(_rank(row, other) for other in present)
    ]
    if not overruled:
        return row  # nearly every row
    return replace(row, values={name: text for name, text in row.values.items() if name not in overruled})


_LAYERS = ("cli", "domain", "global")  # the highest first


def _rank(row: Row, column: str) -> int:
    return _LAYERS.index(row.source_of(column).kind)


@cache
def _choices(params: type[BaseModel]) -> tuple[tuple[str, ...], ...]:
    """Return the names of each column that has several, but for those that are a name of two columns."""
    accepted = [names for names in accepted_columns(params).values() if len(names) > 1]
    count = Counter(name for names in accepted_columns(params).values() for name in names)
    return tuple(tuple(name for name in names if count[name] == 1) for names in accepted)


def lost_cells(row: Row, params: type[BaseModel]) -> tuple[Problem, ...]:
    """Return the cells of *row* that *params* would read and that are not what somebody typed (`Table.unusable`)."""
    lost = row.layers.unusable.get(row.line)
    if not lost:
        return ()  # nearly every row
    used = {name for choices in accepted_columns(params).values() for name in choices}
    return tuple(
        problem for problem in lost if problem.column in used and row.source_of(problem.column).kind != "cli"
    )


def _names(name: str, field: FieldInfo, *, by_name: bool, by_alias: bool) -> tuple[str, ...]:
    alias = field.validation_alias
    if alias is None or not by_alias:
        return (name,)
    choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
    aliases = [str(choice.path[0]) if isinstance(choice, AliasPath) else choice for choice in choices]
    return tuple(dict.fromkeys([*aliases, name] if by_name else aliases))


def _sources(dataset: Dataset) -> dict[str, Source]:
    """Return every named column and the layer that has the last word on it."""
    layers = dataset.layers
    sources = dict.fromkeys(
        filter(None, layers.columns), Source("domain", layers.file, dataset.table.header_line)
    )
    for name in layers.global_values:
        sources.setdefault(name, Source("global", layers.global_file, layers.global_line))
    return sources | dict.fromkeys(layers.cli_values, Source("cli"))


def _nearest(column: str, wanted: list[str]) -> str | None:
    return next(iter(get_close_matches(column, wanted, n=1, cutoff=LEAST_LIKENESS)), None)
