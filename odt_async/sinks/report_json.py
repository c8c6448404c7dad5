"""`<run>_report.json`: the morning's summary, and one result for every row that was dealt with."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from odt_async.errors import OutputFailed
from odt_async.events import json_line

__all__ = ["write_report"]

_OWNER_ONLY = 0o600


def write_report(path: Path, summary: Mapping[str, Any], results: Iterable[Mapping[str, Any]]) -> None:
    """Write *summary*, with `results` as its last member, one result a line; memory does not grow with them.

    The file appears whole or not at all.

    Raises OutputFailed.
    """
    partial = path.with_name(f"{path.name}.partial")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            head = orjson.dumps(orjson.loads(json_line(summary)), option=orjson.OPT_INDENT_2)
            file.write(head.removesuffix(b"\n}"))
            file.write(b',\n  "results": [')
            for number, result in enumerate(results):
                file.write(b",\n    " if number else b"\n    ")
                file.write(json_line(result).removesuffix(b"\n"))
            file.write(b"\n  ]\n}\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise OutputFailed(f"{path} cannot be written: {error.strerror}") from error
