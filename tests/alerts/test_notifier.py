"""What a run on the sandbox has somebody told."""

from __future__ import annotations

from typing import Any

import orjson

from odt_async.alerts import Channel, Notifier, deliver_all
from odt_async.errors import NotAuthorised
from odt_async.runner.active import Run
from odt_async.runner.observer import Observers
from odt_async.runner.run import run
from odt_async.webex.tokens import token_source
from tests.runner.running import ACTION, Leavings, Watcher, interrupt, make_spec, sandbox, write_rows
from tests.webex.serving import EMPTY, Reply, Stub, served


def bodies(stub: Stub) -> list[dict[str, Any]]:
    return [orjson.loads(asked.body) for asked in stub.asked]


async def run_notified(
    stub: Stub, *faults: str, failures: int = 10, watcher: Watcher | None = None, **options: Any
) -> Leavings:
    """Run all rows on a sandbox, with *stub* told of it."""
    channel = Channel(f"{stub.url}/hook/secret")
    notifier = Notifier([channel], script_name=ACTION, failures=failures)
    async with sandbox(*faults) as there, deliver_all([channel]):
        spec = make_spec(there, **options)
        result = await run(
            spec,
            connect=lambda redact: token_source(spec.settings, on_token=redact.add),
            observer=Observers([watcher or Watcher(), notifier]),
        )
        notifier.ended(result, 1 if result.summary["errors"] else 0)
    return Leavings(result)


async def test_start_and_end_are_told_with_counts() -> None:
    write_rows(30)
    async with served(EMPTY) as stub:
        left = await run_notified(stub)
    start, end = bodies(stub)
    assert (start["event"], start["text"], start["counts"]["total"]) == ("start", "started: 30 rows", 30)
    assert (end["event"], end["text"], end["state"], end["exit_code"]) == ("end", "finished", "ended", 0)
    assert (end["run"], end["counts"]["applied"], end["follow_up"]) == (left.result.run, 30, None)


async def test_failures_are_told_once_with_their_cause_and_nobodys_name() -> None:
    write_rows(60)
    async with served(EMPTY) as stub:
        left = await run_notified(stub, "no-calling=50%", failures=5)
    _start, failures, end = bodies(stub)
    cause = "AsRestError: the person or workspace has no Webex Calling licence"
    assert (failures["event"], failures["text"]) == ("failures", f"5 rows have failed: 5 x {cause}")
    errors = left.counts["error"]
    assert (end["text"], end["exit_code"]) == (f"finished; {errors} x {cause}", 1)
    assert end["follow_up"] == f"odt bulk {ACTION} --resume {left.result.run}"
    people = [line["entity_id"] for line in left.lines("error.jsonl")]
    assert not any(person in asked.body.decode() for person in people for asked in stub.asked)


class Halt:
    """Closes the gate of a run at its first moment, for some seconds."""

    def __init__(self, reason: str, ticks: int) -> None:
        self._reason = reason
        self._left = ticks

    def tick(self, run: Run) -> None:
        self._left -= 1
        if self._left > 0:
            run.policy.gate.close(self._reason)
        else:
            run.policy.gate.open(self._reason)


async def test_a_pause_and_what_follows_are_told() -> None:
    write_rows(60)
    halt = Halt("somebody has to do something", ticks=20)
    async with served(EMPTY) as stub:
        await run_notified(stub, "latency=200ms", watcher=Watcher(on_tick=halt.tick))
    assert [(body["event"], body["text"]) for body in bodies(stub)] == [
        ("start", "started: 60 rows"),
        ("paused", "paused: somebody has to do something"),
        ("resumed", "running again"),
        ("end", "finished"),
    ]


async def test_a_run_that_is_interrupted_says_what_to_do() -> None:
    write_rows(200)
    async with served(EMPTY) as stub:
        left = await run_notified(stub, watcher=Watcher({20: interrupt}))
    end = bodies(stub)[-1]
    assert (end["text"], end["counts"]["pending"] > 0) == ("stopped early (SIGINT)", True)
    assert end["follow_up"] == f"odt bulk {ACTION} --resume {left.result.run}"


async def test_somebody_who_cannot_be_told_is_one_event_in_the_log_and_harms_nothing() -> None:
    write_rows(60)
    async with served(Reply(404)) as stub:
        left = await run_notified(stub, "latency=200ms", watcher=Watcher(on_tick=Halt("wait", ticks=20).tick))
    assert left.counts == {"applied": 60}
    lines = [
        orjson.loads(line) for line in (left.result.report.parent / f"{ACTION}.log").read_bytes().splitlines()
    ]
    failed = [(line["to"], line["reason"]) for line in lines if line["event"] == "alert.failed"]
    assert failed == [(f"{stub.url}/***", "HTTP 404")]


async def test_a_run_that_cannot_begin_is_told_by_its_code_alone() -> None:
    async with served(EMPTY) as stub:
        channel = Channel(stub.url)
        async with deliver_all([channel]):
            notifier = Notifier([channel], script_name=ACTION, failures=10)
            notifier.not_begun(NotAuthorised("the token of somebody is refused"), 4)
    (end,) = bodies(stub)
    assert (end["run"], end["state"], end["text"], end["exit_code"], end["counts"]) == (
        None,
        "not_started",
        "could not begin (not_authorised)",
        4,
        {},
    )
