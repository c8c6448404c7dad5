"""`<run>_run.json`: what a run is, written once when it starts; what resume and later readers go by."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from odt_async.errors import OutputFailed
from odt_async.events import json_line
from odt_async.sinks.whole_file import whole_file

__all__ = ["read_manifest", "write_manifest"]


def write_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    """Write *manifest* to a new file, which is on the disk then, whole.

    Raises OutputFailed, also when the file is there.
    """
    if path.exists():
        raise OutputFailed("{path} cannot be written: File exists", path=path)
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    with whole_file(path) as file:
        file.write(orjson.dumps(orjson.loads(json_line(manifest)), option=option))


def read_manifest(path: Path) -> dict[str, Any]:
    """Return a run's manifest; empty when it is gone, or torn as only other programs leave it."""
    try:
        manifest = orjson.loads(path.read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return {}
    return manifest if isinstance(manifest, dict) else {}
