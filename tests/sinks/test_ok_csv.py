from __future__ import annotations

from pathlib import Path

from odt_async.model import Status
from odt_async.sinks.appender import GroupSync
from odt_async.sinks.ok_csv import OkCsv, read_ok
from tests.sinks.outcomes import DIGEST, make_outcome

FILE = Path("run_ok.csv")


def test_a_row_that_is_as_wanted_is_one_line_of_ok_csv(sync: GroupSync) -> None:
    with OkCsv(FILE, sync, action="usuarios_alta") as ok:
        ok.record(make_outcome(attempts=2, elapsed_ms=310, tracking_id="T1"))
        ok.record(make_outcome(Status.UNCHANGED))

    assert FILE.read_text() == (
        "row_index,script_name,entity_id,status,timestamp,payload_hash,attempts,elapsed_ms,tracking_id\n"
        f"3,usuarios_alta,p1,applied,2024-06-01T22:00:00.000Z,{DIGEST},2,310,T1\n"
        f"3,usuarios_alta,p1,unchanged,2024-06-01T22:00:00.000Z,{DIGEST},0,0,\n"
    )


def test_ok_csv_is_read_back_by_column(sync: GroupSync) -> None:
    with OkCsv(FILE, sync, action="usuarios_alta") as ok:
        ok.record(make_outcome())
    (record,) = read_ok(FILE)
    assert (record["row_index"], record["status"], record["payload_hash"]) == ("3", "applied", DIGEST)
