"""All files of an input folder, judged for several actions at once: what `check` shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from odt_async import actions
from odt_async.actions import Action
from odt_async.cli.findings import Finding, find_in_header, find_in_rows
from odt_async.dataset import Dataset, domains_in, open_dataset, parse_overrides
from odt_async.dataset.drift import RecordedSchema, load_schema, record_schema
from odt_async.errors import InputError, MissingInputCsv
from odt_async.language import written
from odt_async.model import Domain

__all__ = ["CheckedFile", "Inspection", "inspect"]


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """One domain file whose rows have been looked at."""

    name: str
    rows: int
    invalid: Mapping[str, int]  # rows that cannot be used, by action; 0 where all can


@dataclass(slots=True)
class Inspection:
    """What a look at all files has found."""

    findings: list[Finding] = field(default_factory=list)  # headers of a file before its rows
    files: list[CheckedFile] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)  # where the files are from

    @property
    def errors(self) -> int:
        """Findings that would make a run or a row fail."""
        return sum(finding.severity == "error" for finding in self.findings)


def inspect(
    input_dir: Path,
    names: Sequence[str],
    overrides: Sequence[str],
    *,
    strict: bool,
    record: bool,
    tell: Callable[[str, int], object] | None = None,
) -> Inspection:
    """Return what is wrong with the files of *input_dir* for the actions *names* (all, when there are none).

    overrides: `--set` as given, column=value.
    strict: unknown columns and changed headers are errors.
    record: write the headers as they are to schema.json, instead of comparing them with it.
    tell: hears now and then the name of a file and how many of its rows have been looked at.

    Raises InputError for an unknown action, a bad override, and when there is no file at all.
    """
    values = parse_overrides(overrides)
    chosen = _by_domain(input_dir, names)
    recorded = None if record else load_schema(input_dir)
    result = Inspection()
    datasets: dict[str, Dataset] = {}
    for domain, for_domain in chosen.items():
        try:
            dataset = open_dataset(input_dir, domain, values)
            _look_into(dataset, domain, for_domain, recorded, result, strict=strict, tell=tell)
        except InputError as error:
            _add_broken_file(result, error, tuple(for_domain))
        else:
            datasets[domain] = dataset
    if record and datasets:
        result.notices.append(written("headers recorded in {path}", path=record_schema(input_dir, datasets)))
    return result


def _by_domain(input_dir: Path, names: Sequence[str]) -> dict[Domain, dict[str, Action]]:
    """Return the actions *names* by domain and name; those of the domains that are there when none is named."""
    if not names:
        there = domains_in(input_dir)
        if not there:
            raise MissingInputCsv(
                "missing_input_csv: {input_dir} has none of ubicaciones.csv, usuarios.csv, workspaces.csv",
                input_dir=input_dir,
            )
        names = [name for name in actions.names() if actions.domain_of(name) in there]
    chosen: dict[Domain, dict[str, Action]] = {}
    for name in dict.fromkeys(names):
        action = actions.load(name)
        chosen.setdefault(actions.domain_of(name), {})[name] = action
    return chosen


def _look_into(
    dataset: Dataset,
    domain: Domain,
    chosen: Mapping[str, Action],
    recorded: RecordedSchema | None,
    result: Inspection,
    *,
    strict: bool,
    tell: Callable[[str, int], object] | None,
) -> None:
    """Add to *result* what is to be said of one file. Raises UnreadableCsv."""
    result.notices += dataset.notices
    header = find_in_header(dataset, domain, chosen, recorded=recorded, strict=strict)
    result.findings += header
    lacking = {name for finding in header if finding.kind == "missing_column" for name in finding.actions}
    judged = {name: action for name, action in chosen.items() if name not in lacking}
    found = find_in_rows(dataset, judged, tell)
    if found.rows == 0:
        result.findings.append(
            Finding("error", "file", dataset.layers.file, None, written("has no rows"), tuple(chosen))
        )
    result.findings += found.findings
    result.files.append(CheckedFile(dataset.layers.file, found.rows, found.invalid))


def _add_broken_file(result: Inspection, error: InputError, names: tuple[str, ...]) -> None:
    """Add *error*, which says itself which file is meant; once, when it is global.csv that all share."""
    if not any(finding.text == str(error) for finding in result.findings):
        result.findings.append(Finding("error", "file", "", None, str(error), names))
