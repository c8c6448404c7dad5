"""JSON lines to and from bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

__all__ = ["json_line", "read_json_lines"]


def json_line(record: Mapping[str, Any]) -> bytes:
    """Return *record* as one line of JSON, newline included."""
    option = orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS
    return orjson.dumps(record, default=str, option=option)


def read_json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the byte offset and the content of each line; one that a kill has torn is left out."""
    offset = 0
    with path.open("rb") as file:
        for line in file:
            try:
                record = orjson.loads(line)
            except orjson.JSONDecodeError:
                record = None
            if isinstance(record, dict):
                yield offset, record
            offset += len(line)
