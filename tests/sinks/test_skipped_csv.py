from __future__ import annotations

from pathlib import Path

from odt_async.model import Status
from odt_async.sinks.appender import GroupSync
from odt_async.sinks.skipped_csv import SkippedCsv, read_skipped
from tests.sinks.outcomes import DIGEST, make_outcome

FILE = Path("run_skipped.csv")


def test_a_skipped_row_is_one_line_with_the_reason(sync: GroupSync) -> None:
    with SkippedCsv(FILE, sync) as skipped:
        skipped.record(make_outcome(Status.SKIPPED, reason="duplicate of row 1"))

    assert FILE.read_text() == f"row_index,payload_hash,reason\n3,{DIGEST},duplicate of row 1\n"
    assert list(read_skipped(FILE)) == [
        {"row_index": "3", "payload_hash": DIGEST, "reason": "duplicate of row 1"}
    ]
