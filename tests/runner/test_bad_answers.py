"""Whatever comes back, the row ends well: a read is repeated, a write is looked at, nothing is applied twice."""

from __future__ import annotations

import asyncio
import socket
import time
import tracemalloc
from itertools import cycle
from typing import Any

import pytest

from odt_async.sandbox import Sandbox
from odt_async.sandbox.injection import Strike
from odt_async.sandbox.samples import write_input
from odt_async.webex.wire import MAX_BODY
from tests.runner import running
from tests.runner.running import check_that_the_files_add_up, run_on, sandbox, write_rows

FORWARDING = "/v1/people/{personId}/features/callForwarding"

# Every request of the method is struck four times at most (so does `sandbox --fault`): fault -> (reads, writes)
# that one row took when its reads were struck, and when its writes were. Four struck reads are five reads; a write
# that took effect is one write and one read more; one that did not is tried again after a read.
REPEATED, LOOKED_AT, TRIED_AGAIN, BELIEVED = (5, 1), (2, 1), (5, 5), (1, 1)
HALF_PROCESSED = (3, 2)  # this row's write: not processed once, then processed
FATES = {
    "5xx": (REPEATED, TRIED_AGAIN),
    "html-502": (REPEATED, TRIED_AGAIN),
    "reset-before": (REPEATED, TRIED_AGAIN),
    "reset-after": (REPEATED, LOOKED_AT),
    "stall": (REPEATED, HALF_PROCESSED),
    "truncated": (REPEATED, LOOKED_AT),
    "cut-body": (REPEATED, LOOKED_AT),
    "empty-body": (REPEATED, BELIEVED),
    "misfit": (
        None,
        BELIEVED,
    ),  # a read that fits no model is the row's failure; this write's answer is not read
    "wrong-charset": (REPEATED, LOOKED_AT),
    "wrong-type": (REPEATED, LOOKED_AT),
    "html-200": (REPEATED, TRIED_AGAIN),
    "error-200": (REPEATED, HALF_PROCESSED),
    "redirect": (REPEATED, TRIED_AGAIN),
    "redirect-same": (REPEATED, TRIED_AGAIN),
    "next-elsewhere": (BELIEVED, BELIEVED),  # neither is a list
    "huge-body": (REPEATED, LOOKED_AT),
    "gzip-bomb": (REPEATED, LOOKED_AT),
    "trickle": (REPEATED, LOOKED_AT),
    "junk-headers": (REPEATED, BELIEVED),  # where the next page is must be legible
    "early-hints": (BELIEVED, BELIEVED),
    "204-body": (REPEATED, LOOKED_AT),
}
STRUCK = [(fault, method) for fault in FATES for method in ("GET", "PUT")]


def test_every_fault_is_in_the_table() -> None:
    of_a_time = {Strike.OUTAGE_503, Strike.OUTAGE_DROP, Strike.FORGOTTEN}
    names = {strike.removesuffix("-before").removesuffix("-after") for strike in {*Strike} - of_a_time}
    assert {fault.removesuffix("-before").removesuffix("-after") for fault in FATES} == names


@pytest.mark.parametrize(("fault", "method"), STRUCK)
async def test_a_row_is_applied_once_whatever_its_reads_or_its_writes_meet(fault: str, method: str) -> None:
    expected = FATES[fault][method == "PUT"]
    write_rows(1)
    async with sandbox(f"{fault}=99.999%,{method}") as served:
        left = await run_on(served)
    journal = served.journal
    calls = (journal.count(method="GET", route=FORWARDING), journal.count(method="PUT", route=FORWARDING))
    effect = journal.changed_writes, journal.double_applies
    check_that_the_files_add_up(left)
    if expected is None:
        assert (left.counts, calls, effect) == ({"error": 1}, (1, 0), (0, 0))
    else:
        assert (left.counts, calls, effect) == ({"applied": 1}, expected, (1, 0))


@pytest.mark.parametrize(
    "fault",
    ["truncated", "cut-body", "empty-body", "error-200", "wrong-type", "html-200", "huge-body", "204-body"],
)
async def test_people_are_created_once_whatever_their_creation_is_answered(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "ACTION", "usuarios_alta_people")
    write_input(running.INPUT, 3, running.SMALL, newcomers=True, force=True)
    async with sandbox(f"{fault}=99.999%,POST") as served:
        left = await run_on(served)
        people = served.organisation.people.count - running.SMALL.people
    assert (left.counts, people, served.journal.double_applies) == ({"applied": 3}, 3, 0)


async def test_an_answer_that_fits_no_model_names_the_field() -> None:
    write_rows(1)
    async with sandbox("misfit=100%,GET") as served:
        left = await run_on(served)
    line = left.lines("error.jsonl")[0]
    assert line["error_type"] == "ValidationError"
    assert line["error"].startswith(
        "not as the SDK describes PersonForwardingSetting: callForwarding: Input should be a valid dictionary"
    )


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("truncated", "HTTP 200, JSON that is cut or garbled"),
        ("huge-body", "HTTP 200, a body of more than 16 MiB"),
        ("error-200", "HTTP 200, an error inside; HTTP 200"),
        ("html-200", "HTTP 200, text/html in place of JSON"),
        ("empty-body", "HTTP 200, an empty body"),
        ("trickle", "TimeoutError"),
    ],
)
async def test_what_never_gets_better_is_a_clear_failure(fault: str, reason: str) -> None:
    write_rows(1)
    async with sandbox(f"{fault}=100%,GET") as served:
        left = await run_on(served, max_retries_per_call=2)
    line = left.lines("error.jsonl")[0]
    sent = served.journal.count(route=FORWARDING)
    assert (left.counts, line["error_type"], sent) == ({"error": 1}, "RetriesExhausted", 3)
    assert f"was sent 3 times; the last answer: {reason}" in line["error"]
    assert "--resume" in line["hint"]


async def test_many_rows_under_all_faults_at_once_are_applied_once_each() -> None:
    write_rows(300)
    faults = [f"{fault}=1%" for fault in FATES if fault not in {"misfit", "huge-body", "gzip-bomb"}]
    async with sandbox(*faults, "misfit=5%,PUT", "huge-body=0.3%", "gzip-bomb=0.3%") as served:
        left = await run_on(served)
    check_that_the_files_add_up(left)
    assert (left.counts, served.journal.changed_writes, served.journal.double_applies) == (
        {"applied": 300},
        300,
        0,
    )


@pytest.mark.parametrize("fault", ["huge-body", "gzip-bomb"])
async def test_memory_does_not_grow_with_the_body(fault: str) -> None:
    write_rows(1)
    async with sandbox(f"{fault}=99.999%,GET") as served:
        tracemalloc.start()
        try:
            left = await run_on(served, concurrency=1)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert (left.counts, peak < 4 * MAX_BODY) == ({"applied": 1}, True)


@pytest.mark.parametrize("retry_after", ["31536000", "99999999999", "0", "date"])
async def test_a_retry_after_without_measure_holds_for_the_longest_sleep_only(retry_after: str) -> None:
    write_rows(20)
    async with sandbox(f"throttle=10/s,burst=2,retry-after={retry_after}") as served:
        left = await run_on(served, max_sleep_seconds=30.0)
    assert left.counts == {"applied": 20}


async def test_a_clock_that_jumps_changes_no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    write_rows(100)
    now = time.time()
    clock = cycle([now + 31_536_000, now - 31_536_000])
    loop = asyncio.get_running_loop()
    async with sandbox("throttle=20/s,burst=1", "5xx=5%") as served:
        monkeypatch.setattr(time, "time", lambda: next(clock))  # wherever it is looked at
        left = await run_on(served)
        monkeypatch.undo()
    assert (left.counts, dict(served.journal.inside_retry_after)) == ({"applied": 100}, {})
    assert 9 < loop.time() < 60  # 200 requests at 20/s


class DeadResolver:
    """Stands in for the loop's resolver: no name is known until *alive_at*."""

    def __init__(self, loop: asyncio.AbstractEventLoop, alive_at: float) -> None:
        self._loop, self._alive_at, self._resolve = loop, alive_at, loop.getaddrinfo
        self.refused = 0

    async def __call__(self, *query: Any, **how: Any) -> Any:
        if self._loop.time() < self._alive_at:
            self.refused += 1
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return await self._resolve(*query, **how)


async def test_names_that_cannot_be_resolved_for_ten_minutes_are_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_rows(5)
    loop = asyncio.get_running_loop()
    resolver = DeadResolver(loop, alive_at=600.0)
    monkeypatch.setattr(loop, "getaddrinfo", resolver)
    monkeypatch.setattr(Sandbox, "url", property(lambda served: f"http://localhost:{served._port}"))
    async with sandbox() as served:
        left = await run_on(served, max_retries_per_call=60, max_sleep_seconds=30.0)
    assert (left.counts, served.journal.changed_writes) == ({"applied": 5}, 5)
    assert resolver.refused > 5
    assert served.journal.count(route=FORWARDING) == 10  # nothing was sent in vain
