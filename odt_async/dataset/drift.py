"""The headers that were good once, recorded in `schema.json` beside the files, against those of today.

`check --record-schema` writes it. A column that is gone or renamed since is then noticed, although no action
requires it. Where global.csv has a column `schema_version`, its value is recorded and compared too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from odt_async.dataset.merge import Dataset
from odt_async.dataset.sources import folder_of
from odt_async.errors import InputError, Problem
from odt_async.language import written

__all__ = ["RecordedSchema", "drift", "load_schema", "record_schema"]

_FILE = "schema.json"
_VERSION_COLUMN = "schema_version"  # of global.csv


@dataclass(frozen=True, slots=True)
class RecordedSchema:
    """The columns of each domain file, and the version that global.csv named."""

    columns: Mapping[str, tuple[str, ...]]  # by domain
    version: str | None = None


def load_schema(input_dir: Path) -> RecordedSchema | None:
    """Return what is recorded beside the files of *input_dir*; None when nothing is.

    Raises InputError for a schema.json that `record_schema` has not written.
    """
    path = folder_of(input_dir) / _FILE
    try:
        content = json.loads(path.read_text("utf-8-sig"))
        columns = {str(domain): tuple(map(str, names)) for domain, names in content["columns"].items()}
        return RecordedSchema(columns, content.get(_VERSION_COLUMN))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError("{path} cannot be read: {reason}", path=path, reason=error.strerror) from error
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(
            "{path} is no recorded schema: delete it, or write it anew with --record-schema", path=path
        ) from None


def record_schema(input_dir: Path, datasets: Mapping[str, Dataset]) -> Path:
    """Write the headers of *datasets*, by domain, over what was recorded of them; return the file.

    Raises InputError when it cannot be written.
    """
    path = folder_of(input_dir) / _FILE
    earlier = load_schema(input_dir) if path.exists() else None
    columns = dict(earlier.columns) if earlier else {}
    version = earlier.version if earlier else None
    for domain, dataset in datasets.items():
        columns[domain] = tuple(filter(None, dataset.layers.columns))
        version = dataset.layers.global_values.get(_VERSION_COLUMN, version)
    content = {_VERSION_COLUMN: version, "columns": columns}
    try:
        path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")
    except OSError as error:
        raise InputError("{path} cannot be written: {reason}", path=path, reason=error.strerror) from error
    return path


def drift(recorded: RecordedSchema, domain: str, dataset: Dataset) -> list[Problem]:
    """Return how the header of *dataset* differs from the recorded one; order and letter case do not count."""
    layers = dataset.layers
    problems = []
    version = layers.global_values.get(_VERSION_COLUMN)
    if version != recorded.version and None not in {version, recorded.version}:
        text = written(
            "is {version}, and {recorded} in {file}", version=version, recorded=recorded.version, file=_FILE
        )
        problems.append(Problem(_VERSION_COLUMN, text, f"{layers.global_file} line {layers.global_line}"))
    before = recorded.columns.get(domain)
    if before is not None:
        where = f"{layers.file} line {dataset.table.header_line}"
        problems += _header_drift(before, [name for name in layers.columns if name], where)
    return problems


def _header_drift(before: Sequence[str], now: Sequence[str], where: str) -> list[Problem]:
    added = [name for name in now if name not in before]
    problems = []
    for name in before:
        if name not in now:
            near = get_close_matches(name, added, n=1)
            if near:
                added.remove(near[0])
            became = written(": is it {near} now?", near=near[0]) if near else ""
            problems.append(
                Problem(
                    name,
                    written("is gone since {file} was recorded{became}", file=_FILE, became=became),
                    where,
                )
            )
    problems += [
        Problem(name, written("is new since {file} was recorded", file=_FILE), where) for name in added
    ]
    return problems
