from __future__ import annotations

from odt_async.model import Failure, Status
from odt_async.runner.failure_groups import failure_groups
from odt_async.runner.tally import Tally
from tests.runner.building import make_outcome
from tests.runner.running import run_on, sandbox, write_rows

LICENCE = Failure("AsRestError", "HTTP 404: Ana", cause="there is no licence", hint="assign one")


def test_a_group_has_its_cause_and_cure_and_the_words_of_its_last_row() -> None:
    tally = Tally(9, lambda: 0.0)
    for index, failure in enumerate([LICENCE, Failure("RowError", "it is there"), LICENCE]):
        tally.count(make_outcome(Status.ERROR, index, failure=failure))
    licence = {
        "type": "AsRestError",
        "cause": "there is no licence",
        "text": "HTTP 404: Ana",
        "hint": "assign one",
        "count": 2,
        "last_row_index": 2,
    }
    other = {
        "type": "RowError",
        "cause": None,
        "text": "it is there",
        "hint": None,
        "count": 1,
        "last_row_index": 1,
    }
    assert failure_groups(tally) == [licence, other]
    assert failure_groups(tally, most=1) == [licence]


def test_those_without_a_group_of_their_own_have_no_cause_in_common() -> None:
    tally = Tally(99, lambda: 0.0)
    for index in range(60):
        failure = Failure("RowError", f"row {index}", hint="mend it")
        tally.count(make_outcome(Status.ERROR, index, failure=failure))
    assert failure_groups(tally)[0] == {
        "type": "others",
        "cause": None,
        "text": "row 59",
        "hint": None,
        "count": 10,
        "last_row_index": 59,
    }


async def test_the_report_tells_why_rows_failed_and_how_long_requests_took() -> None:
    write_rows(60)
    async with sandbox("no-calling=50%", "latency=40ms") as served:
        left = await run_on(served)
    report = left.report
    (group,) = report["failure_groups"]
    assert (group["cause"], group["count"]) == (
        "the person or workspace has no Webex Calling licence",
        report["errors"],
    )
    (family,) = report["requests_by_family"]
    assert (family["family"], family["sent"]) == ("people/features", report["requests"]["total"])
    assert family["by_verdict"] == {k: n for k, n in report["requests"]["by_verdict"].items() if n}
    assert report["latency_ms"] == family["latency_ms"]
    assert 30 <= report["latency_ms"]["p50"] <= 50
