"""The log: one JSON line for each event, and all its fields."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from multidict import CIMultiDict, istr

from odt_async import events
from odt_async.events import json_line, open_logger, timestamp
from odt_async.redaction import Redactor


def test_an_event_is_one_line_with_all_its_fields() -> None:
    lines: list[bytes] = []
    log = open_logger(lines.append, Redactor(), run="r1")

    log.bind(action="usuarios_alta").info(events.ROW_APPLIED, row_index=3, elapsed_ms=1.5, error=None)
    log.warning(events.RUN_PAUSED, reason="two\nlines")

    first, second = (orjson.loads(line) for line in lines)
    assert [line.count(b"\n") for line in lines] == [1, 1]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first.pop("at"))
    assert first == {
        "level": "info",
        "event": "row.applied",
        "run": "r1",
        "action": "usuarios_alta",
        "row_index": 3,
        "elapsed_ms": 1.5,
        "error": None,
    }
    assert {"level": "warning", "event": "run.paused", "reason": "two\nlines"}.items() <= second.items()


def test_what_is_for_developers_is_not_logged() -> None:
    lines: list[bytes] = []
    open_logger(lines.append, Redactor()).debug("row.detail")
    assert lines == []


def test_runs_side_by_side_keep_their_logs_and_secrets_apart() -> None:
    logs: dict[str, list[bytes]] = {"a": [], "b": []}
    loggers = {
        name: open_logger(lines.append, Redactor([f"secret-{name}"]), run=name)
        for name, lines in logs.items()
    }
    for logger in loggers.values():
        logger.info("event", text="secret-a secret-b")

    seen = {name: [orjson.loads(line) for line in lines] for name, lines in logs.items()}
    assert {name: [(line["run"], line["text"]) for line in lines] for name, lines in seen.items()} == {
        "a": [("a", "*** secret-b")],
        "b": [("b", "secret-a ***")],
    }


def test_the_names_of_events_are_listed_once_each() -> None:
    names = [value for name, value in vars(events).items() if name.startswith(("HTTP_", "ROW_", "RUN_"))]
    assert len(set(names)) == len(names) > 0
    assert all(re.fullmatch(r"(http|row|run)\.[a-z_]+", name) for name in names)


def test_a_timestamp_is_utc_with_milliseconds() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", timestamp())


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({istr("trackingId"): "T1"}, {"trackingId": "T1"}),
        (dict(CIMultiDict({"Date": "now"})), {"Date": "now"}),
        ({3: "a", None: "b"}, {"3": "a", "null": "b"}),
        (Path("logs/a.csv"), "logs/a.csv"),
        (ValueError("why"), "why"),
        (math.nan, None),
        ("a\udcf1o", "a?o"),
        ({"\udcf1": [Path("a"), "\udcf1"]}, {"?": ["a", "?"]}),
        (2**70, float(2**70)),
    ],
    ids=repr,
)
def test_whatever_a_record_holds_its_line_is_written(value: Any, written: Any) -> None:
    line = json_line({"value": value})
    assert line.endswith(b"}\n")
    assert orjson.loads(line) == {"value": written}
