from __future__ import annotations

from pathlib import Path
from unittest.mock import ANY

from odt_async.sinks.appender import GroupSync
from odt_async.sinks.changes_jsonl import ChangesJsonl, read_changes
from tests.sinks.outcomes import DIGEST

FILE = Path("run_changes.jsonl")


def test_an_intent_goes_ahead_of_what_was_done(sync: GroupSync) -> None:
    with ChangesJsonl(FILE, sync) as changes:
        changes.intent(row_index=3, payload_hash=DIGEST, entity_id="p1", before={"a": 1}, change={"a": 2})
        intended = FILE.read_bytes()
        changes.done(row_index=3, payload_hash=DIGEST, entity_id="p1", written={"a": 2}, tracking_id="T1")

    row = {"row_index": 3, "payload_hash": DIGEST, "entity_id": "p1", "timestamp": ANY}
    assert list(read_changes(FILE)) == [
        (0, {"event": "intent", **row, "before": {"a": 1}, "change": {"a": 2}}),
        (len(intended), {"event": "done", **row, "written": {"a": 2}, "tracking_id": "T1"}),
    ]
