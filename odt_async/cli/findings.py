"""What is wrong with the files for the actions chosen: headers, rows, duplicates; no network, no SDK."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from odt_async import actions
from odt_async.actions import Action
from odt_async.dataset import Dataset, Duplicates, check_columns
from odt_async.dataset.drift import RecordedSchema, drift
from odt_async.dataset.duplicates import Suspicions
from odt_async.dataset.fingerprints import FingerprintSet
from odt_async.dataset.schema import UNUSED_COLUMNS, UnknownColumn, accepted_columns
from odt_async.errors import InvalidRow, Problem
from odt_async.language import written
from odt_async.model import Domain, Row
from odt_async.runner.identity import identify

__all__ = ["Finding", "Kind", "RowFindings", "Severity", "find_in_header", "find_in_rows"]

_TELL_EVERY = 1000  # rows

Severity = Literal["error", "warning"]
Kind = Literal["file", "drift", "missing_column", "unknown_column", "row", "duplicate"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend, or to know; once, however many actions it concerns."""

    severity: Severity  # an error would fail: a run, or the row
    kind: Kind
    where: str  # "usuarios.csv line 7", "usuarios.csv", "--set"
    column: str | None
    text: str
    actions: tuple[str, ...] = ()  # that it concerns

    def __str__(self) -> str:
        return str(Problem(self.column, self.text, self.where)) if self.where else self.text


@dataclass(slots=True)
class RowFindings:
    """What one pass over the rows of a dataset has found."""

    rows: int = 0
    invalid: dict[str, int] = field(default_factory=dict)  # rows that cannot be used, by action
    findings: list[Finding] = field(default_factory=list)  # in the order of the lines


def find_in_header(
    dataset: Dataset,
    domain: Domain,
    chosen: Mapping[str, Action],
    *,
    recorded: RecordedSchema | None,
    strict: bool,
) -> list[Finding]:
    """Return what is to be said of the columns, for *chosen* actions (by name) of *domain*.

    A column is unknown when no action of the domain knows it (of global.csv: no action at all), as the files
    serve all of them; when it is the command line's, no chosen one.

    strict: unknown columns and a header that has changed are errors.
    """
    severity: Severity = "error" if strict else "warning"
    findings = []
    if recorded:
        findings += [
            Finding(severity, "drift", problem.where, problem.column, problem.text)
            for problem in drift(recorded, domain, dataset)
        ]
    missing: dict[str, tuple[Finding, list[str]]] = {}
    unknown: dict[str, list[UnknownColumn]] = {}
    for name, action in chosen.items():
        columns = check_columns(dataset, action.Params)
        for column in columns.missing:
            finding = Finding("error", "missing_column", column.file, column.names, column.cure)
            missing.setdefault(column.column, (finding, []))[1].append(name)
        for stranger in columns.unknown:
            unknown.setdefault(stranger.column, []).append(stranger)
    findings += [_concerning(finding, names) for finding, names in missing.values()]
    strangers = [
        next((one for one in found if one.suggestion), found[0])
        for found in unknown.values()
        if len(found) == len(chosen)
    ]
    findings += [_unknown(one, severity) for one in _without_columns_of_others(strangers, domain)]
    return findings


def _unknown(stranger: UnknownColumn, severity: Severity) -> Finding:
    where = str(stranger.source)
    if stranger.source.kind == "cli":
        text = written("not a column of this action: {cure}", cure=stranger.cure)
        return Finding("error", "unknown_column", where, stranger.column, text)
    return Finding(
        severity,
        "unknown_column",
        where,
        stranger.column,
        written("not a column of any action: {cure}", cure=stranger.cure),
    )


def _without_columns_of_others(strangers: Iterable[UnknownColumn], domain: Domain) -> list[UnknownColumn]:
    """Return those of *strangers* that no action, chosen or not, could have use for.

    Actions are imported until one is found for every column, so files with no stray column cost little.
    """
    left = [one for one in strangers if one.column not in UNUSED_COLUMNS]
    for name in sorted(actions.names(), key=lambda name: actions.domain_of(name) != domain):
        if all(one.source.kind == "cli" for one in left):
            break
        known = {column for names in accepted_columns(actions.load(name).Params).values() for column in names}
        of_domain = actions.domain_of(name) == domain
        left = [
            one
            for one in left
            if one.column not in known
            or not (one.source.kind == "global" or (one.source.kind == "domain" and of_domain))
        ]
    return left


def find_in_rows(
    dataset: Dataset, chosen: Mapping[str, Action], tell: Callable[[str, int], object] | None = None
) -> RowFindings:
    """Return what is wrong with the rows for *chosen* actions, and which rows ask for the same again.

    tell: hears now and then the name of the file and how many rows have been looked at.

    Raises UnreadableCsv.
    """
    result = RowFindings(invalid=dict.fromkeys(chosen, 0))
    # sparse, so that a second pass is rarely made in vain
    suspicions = {name: Suspicions(dataset.table.line_count, sparse=True) for name in chosen}
    for row in dataset.rows():
        result.rows += 1
        if tell and result.rows % _TELL_EVERY == 0:
            tell(dataset.layers.file, result.rows)
        if found := _judge(row, chosen, result.invalid, suspicions):
            result.findings += _merged(found)
    suspects = {name: noted.suspects() for name, noted in suspicions.items()}
    del suspicions
    if any(suspects.values()):
        result.findings += _duplicates(dataset, chosen, suspects)
    return result


def _judge(
    row: Row,
    chosen: Mapping[str, Action],
    invalid: dict[str, int],
    suspicions: Mapping[str, Suspicions],
) -> list[tuple[Problem, str]]:
    """Return each problem of *row* with the action that has it; count, and note what may come twice."""
    found: list[tuple[Problem, str]] = []
    for name, action in chosen.items():
        try:
            digest = _digest(name, action, row)
        except InvalidRow as error:
            invalid[name] += 1
            found += ((problem, name) for problem in error.problems)
        else:
            suspicions[name].note(digest)
    return found


def _digest(name: str, action: Action, row: Row) -> bytes:
    return bytes.fromhex(identify(name, action, row)[1])


def _merged(found: Iterable[tuple[Problem, str]]) -> list[Finding]:
    names: dict[Problem, list[str]] = {}
    for problem, name in found:
        names.setdefault(problem, []).append(name)
    return [
        Finding("error", "row", problem.where, problem.column, problem.text, tuple(dict.fromkeys(concerned)))
        for problem, concerned in names.items()
    ]


def _duplicates(
    dataset: Dataset, chosen: Mapping[str, Action], suspects: Mapping[str, FingerprintSet]
) -> Iterator[Finding]:
    accounts = {name: Duplicates(found) for name, found in suspects.items() if found}
    for row in dataset.rows():
        again: dict[int, list[str]] = {}
        for name, account in accounts.items():
            try:
                first = account.first_of(_digest(name, chosen[name], row), row.line)
            except InvalidRow:
                continue  # said already
            if first is not None:
                again.setdefault(first, []).append(name)
        for line, names in again.items():
            text = written("asks for the same as line {line}: it would be skipped", line=line)
            yield Finding(
                "warning",
                "duplicate",
                written("{file} line {line}", file=dataset.layers.file, line=row.line),
                None,
                text,
                tuple(names),
            )


def _concerning(finding: Finding, names: list[str]) -> Finding:
    return Finding(finding.severity, finding.kind, finding.where, finding.column, finding.text, tuple(names))
