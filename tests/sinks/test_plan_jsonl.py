from __future__ import annotations

from pathlib import Path

from odt_async.model import Status
from odt_async.sinks.appender import GroupSync
from odt_async.sinks.plan_jsonl import PlanJsonl, read_plan
from tests.sinks.outcomes import DIGEST, make_outcome

FILE = Path("run_plan.jsonl")


def test_a_row_that_would_be_written_is_one_line_with_before_and_after(sync: GroupSync) -> None:
    planned = make_outcome(
        Status.PLANNED, before={"a": 1, "b": 2}, change={"a": 3, "b": 2}, diff={"a": (1, 3)}
    )
    with PlanJsonl(FILE, sync) as plan:
        plan.record(planned)

    assert list(read_plan(FILE)) == [
        {
            "row_index": 3,
            "payload_hash": DIGEST,
            "entity_id": "p1",
            "timestamp": "2024-06-01T22:00:00.000Z",
            "diff": {"a": [1, 3]},
            "before": {"a": 1, "b": 2},
            "change": {"a": 3, "b": 2},
        }
    ]
