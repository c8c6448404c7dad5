"""JSON lines read back; `events.json_line` makes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

__all__ = ["read_json_lines"]


def read_json_lines(path: Path, *, having: bytes = b"") -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the byte offset and the content of each line; one that a kill has torn is left out.

    having: what is nowhere in a line that need not be parsed.
    """
    offset = 0
    with path.open("rb") as file:
        for line in file:
            try:
                record = orjson.loads(line) if having in line else None
            except orjson.JSONDecodeError:
                record = None
            if isinstance(record, dict):
                yield offset, record
            offset += len(line)
