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

__all__ = ["write_launch_report", "write_report"]


def write_report(path: Path, summary: Mapping[str, Any], results: Iterable[Mapping[str, Any]]) -> None:
    """Write *summary*, with `results` as its last member, one result a line; memory does not grow with them.

    The file appears whole or not at all.

    Raises OutputFailed.
    """
    with whole_file(path) as file:
        file.write(_left_open(summary))
        file.write(b',\n  "results": [')
        _write_items(file, map(json_line, results))
        file.write(b"\n  ]\n}\n")


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
