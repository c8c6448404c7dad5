"""`<run>_run.json`: what a run is, written once when it starts; what resume and later readers go by."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from odt_async.errors import OutputFailed
from odt_async.events import json_line

__all__ = ["read_manifest", "write_manifest"]

_OWNER_ONLY = 0o600


def write_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    """Write *manifest* to a new file. Raises OutputFailed."""
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    content = orjson.dumps(orjson.loads(json_line(manifest)), option=option)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputFailed(f"{path} cannot be written: {error.strerror}") from error


def read_manifest(path: Path) -> dict[str, Any]:
    """Return a run's manifest; empty when it is gone or a kill has torn it."""
    try:
        manifest = orjson.loads(path.read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return {}
    return manifest if isinstance(manifest, dict) else {}
