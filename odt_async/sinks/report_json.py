"""`<run>_report.json`: the morning's summary, and one result for every row that was dealt with.

`launch_<time>_report.json` is the same for several runs, and by entity too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from odt_async.events import json_line
from odt_async.sinks.whole_file import whole_file

__all__ = ["read_report_head", "write_launch_report", "write_report"]

_RESULTS = b',\n  "results": ['  # no string has a line break, and nothing else is indented so
_BLOCK = 16_384  # bytes; a head has a few thousand


def write_report(path: Path, summary: Mapping[str, Any], results: Iterable[Mapping[str, Any]]) -> None:
    """Write *summary*, with `results` as its last member, one result a line; memory does not grow with them.

    The file appears whole or not at all.

    Raises OutputFailed.
    """
    with whole_file(path) as file:
        file.write(_left_open(summary))
        file.write(_RESULTS)
        _write_items(file, map(json_line, results))
        file.write(b"\n  ]\n}\n")


def read_report_head(path: Path) -> dict[str, Any]:
    """Return the report without its `results`, which are not read; empty when it is gone, or is no report."""
    head = b""
    try:
        with path.open("rb") as file:
            while _RESULTS not in head and (block := file.read(_BLOCK)):
                head += block
        record = orjson.loads(head.partition(_RESULTS)[0] + b"\n}")
    except (FileNotFoundError, orjson.JSONDecodeError):
        return {}
    return record if isinstance(record, dict) else {}


def write_launch_report(
    path: Path,
    head: Mapping[str, Any],
    actions: Iterable[tuple[Mapping[str, Any], Iterable[Mapping[str, Any]]]],
    entities: Iterable[Mapping[str, Any]],
) -> None:
    """Write *head*, with `actions` and `entities` as its last members; neither is held in memory.

    actions: the head of each, and its `results`; all of them are read before the first of *entities*.

    The file appears whole or not at all.

    Raises OutputFailed.
    """
    with whole_file(path) as file:
        file.write(_left_open(head))
        file.write(b',\n  "actions": [')
        for number, (summary, results) in enumerate(actions):
            file.write(b",\n    " if number else b"\n    ")
            file.write(json_line(summary).removesuffix(b"}\n"))
            file.write(b',"results":[')
            _write_items(file, map(json_line, results))
            file.write(b"\n    ]}")
        file.write(b'\n  ],\n  "entities": [')
        _write_items(file, map(json_line, entities))
        file.write(b"\n  ]\n}\n")


def _left_open(members: Mapping[str, Any]) -> bytes:
    """Return an indented object to which a member is still to be added."""
    return orjson.dumps(orjson.loads(json_line(members)), option=orjson.OPT_INDENT_2).removesuffix(b"\n}")


def _write_items(file: BinaryIO, lines: Iterable[bytes]) -> None:
    for number, line in enumerate(lines):
        file.write(b",\n    " if number else b"\n    ")
        file.write(line.removesuffix(b"\n"))
