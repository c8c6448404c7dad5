"""The frozen types everybody shares: what a row is, and what became of it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from odt_async.errors import Problem

__all__ = [
    "ActionParams",
    "Domain",
    "EntityKind",
    "Failure",
    "Layers",
    "Lookup",
    "Outcome",
    "Row",
    "Source",
    "Status",
    "Verdict",
    "VerdictKind",
]


Domain = Literal["ubicaciones", "usuarios", "workspaces"]  # the stem of the CSV file


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value came from."""

    kind: Literal["cli", "domain", "global"]
    file: str | None = None  # name of the CSV file; None for the command line
    line: int | None = None  # physical line, from 1; a record with line breaks counts from its first

    def __str__(self) -> str:
        return f"{self.file} line {self.line}" if self.file else "--set"


@dataclass(frozen=True, slots=True)
class Layers:
    """What every row of one dataset shares: its columns, the values under them and those over them."""

    file: str  # name of the domain file
    header: tuple[str, ...]  # as read
    columns: tuple[str, ...]  # the header trimmed and lower-cased
    global_file: str | None = None  # None where there is no global.csv
    global_line: int | None = None
    global_values: Mapping[str, str] = field(default_factory=dict)  # no blank value
    cli_values: Mapping[str, str] = field(default_factory=dict)
    profiles: Mapping[str, Any] = field(
        default_factory=dict
    )  # perfiles/<name>.json by lower-case name, parsed
    unusable: Mapping[int, tuple[Problem, ...]] = field(
        default_factory=dict
    )  # by line: cells that a spreadsheet has made into something else


@dataclass(frozen=True, slots=True)
class Row:
    """One domain row merged over the global row and under the command line.

    values holds no blank cell: blank means "leave as it is", so a blank domain cell lets the global
    value through. Its keys are trimmed, lower-cased header names.
    """

    index: int  # data rows from 0
    line: int  # physical line of the domain file, from 1
    values: Mapping[str, str]
    cells: tuple[str, ...]  # as read, in the order of the header: for rejected.csv and pending.csv
    layers: Layers

    def source_of(self, column: str) -> Source:
        """Return where the value of *column* comes from; the domain row itself when it has none."""
        layers = self.layers
        if column in layers.cli_values:
            return Source("cli")
        if column in layers.columns and self.cells[layers.columns.index(column)].strip():
            return Source("domain", layers.file, self.line)
        if column in layers.global_values:
            return Source("global", layers.global_file, layers.global_line)
        return Source("domain", layers.file, self.line)


EntityKind = Literal["person", "location", "workspace", "license", "route_group", "trunk"]


@dataclass(frozen=True, slots=True)
class Lookup:
    """An id that a row leaves blank, and the name to find it by."""

    field: str  # of the Params; where it holds a tuple, the item that equals *name* is replaced
    kind: EntityKind
    name: str  # a person's is the e-mail
    org_id: str | None = None
    location_id: str | None = None  # narrows a workspace's name down


class ActionParams(BaseModel):
    """The columns one action eats: typed, normalised, validated, never changed afterwards."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True, populate_by_name=True)

    @property
    @abstractmethod
    def entity_id(self) -> str:
        """The Webex id (or, before it is known, the natural key) of what the row changes."""

    def lookups(self) -> tuple[Lookup, ...]:
        """Return the ids to be found before `read`; those that depend on another one come after it."""
        return ()


class Status(StrEnum):
    """What became of a row."""

    __hash__ = str.__hash__  # Enum's own is written in Python, and every row is counted by it

    APPLIED = "applied"  # written
    UNCHANGED = "unchanged"  # already as wanted, nothing sent but reads
    PLANNED = "planned"  # dry run: would be written
    SKIPPED = "skipped"  # not for this run: resumed, duplicate, filtered
    ERROR = "error"
    PENDING = "pending"  # not attempted: the run ended first


class VerdictKind(StrEnum):
    """What an answer (or its absence) asks of us next."""

    __hash__ = str.__hash__  # as above

    OK = "ok"
    THROTTLED = "throttled"  # not processed: hold the family, then again
    TRANSIENT = "transient"  # again after a backoff
    AMBIGUOUS = "ambiguous_write"  # perhaps processed: read before writing again
    AUTH = "auth"  # renew the token, then again
    PERMANENT = "permanent"  # the row fails


@dataclass(frozen=True, slots=True)
class Verdict:
    """The meaning of one answer; made in `webex/errors.py` and nowhere else."""

    kind: VerdictKind
    reason: str = ""  # "HTTP 503", "ServerDisconnectedError"
    retry_after_s: float | None = None  # as the server asked; None when it did not
    sent: bool = True  # False: no connection came about, so it has nothing to do with what was asked


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a row failed, with all that triage needs."""

    type: str  # class name of the exception: the key that errors are grouped by
    text: str
    cause: str | None = None  # what is behind it, in a sentence that many rows may share
    hint: str | None = None  # what to do about it
    traceback: str | None = None  # None for an expected error
    remote: Mapping[str, Any] | None = None  # the answer: status, headers, body, url, method
    refused: str | None = (
        None  # "HTTP 403, code 4003": what rows that Webex refuses alike share; None: no such row
    )
    problems: tuple[Mapping[str, str | None], ...] = ()  # of an invalid row: where, column, text


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row; every sink is fed these."""

    row: Row
    status: Status
    payload_hash: str  # of the action and its normalised parameters: the row's identity
    timestamp: str  # ISO 8601, UTC
    entity_id: str = ""
    params: Mapping[str, Any] | None = None  # normalised; None when they could not be made
    attempts: int = 0  # HTTP requests sent for this row
    elapsed_ms: int = 0
    tracking_id: str = ""  # of the last answer: what Cisco support asks for
    before: Any = None  # JSON of the state read
    change: Any = None  # JSON of what was (or would be) written
    diff: Mapping[str, tuple[Any, Any]] | None = None  # dotted path -> before, after; of a planned row
    failure: Failure | None = None
    reason: str = ""  # of a skipped row
