"""The failed rows of a run by cause, read back from `<run>_error.jsonl`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from odt_async.sinks.error_jsonl import read_errors

__all__ = ["ErrorGroup", "error_groups"]

_MOST_GROUPS = 50  # beyond that, texts that are never the same would fill the memory


@dataclass(slots=True)
class ErrorGroup:
    """Rows that failed alike: from one cause that is known or, where none is, with one text."""

    type: str
    text: str  # of the first
    cause: str | None
    hint: str | None
    count: int = 0
    last_row_index: int = 0


def error_groups(path: Path) -> list[ErrorGroup]:
    """Return the groups, the largest first; what has no room in the first 50 is counted together, last."""
    groups: dict[tuple[str, str], ErrorGroup] = {}
    others = ErrorGroup("others", "", None, None)
    for record in read_errors(path):
        cause, hint = record.get("cause"), record.get("hint")  # older versions knew of no causes
        key = record["error_type"], cause or hint or record["error"]
        group = groups.get(key)
        if group is None and len(groups) < _MOST_GROUPS:
            group = groups[key] = ErrorGroup(record["error_type"], record["error"], cause, hint)
        group = group or others
        group.count += 1
        group.last_row_index = record["row_index"]
    largest_first = sorted(groups.values(), key=lambda group: -group.count)
    return largest_first + ([others] if others.count else [])
