"""What can be done to a run while it lasts: by an order, by a signal, by the clock."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.errors import InputError, OdtError
from odt_async.runner.active import Run
from odt_async.runner.control import COMMANDS, Control, Order, keep_to_window, parse_order
from odt_async.runner.control_socket import ask, socket_path
from odt_async.runner.workers import Workers
from odt_async.window import Window
from tests.runner.building import events_of, make_log, make_policy
from tests.runner.running import (
    ACTION,
    LOGS,
    Watcher,
    check_that_the_files_add_up,
    run_on,
    sandbox,
    write_rows,
)

SLOW = "latency=50ms"
ME = "ctl, pid 7"


class Controlled:
    """A control over a policy and workers of nobody's, and what came of it."""

    def __init__(self) -> None:
        self.policy = make_policy(slots=2)
        self.workers = Workers(4)
        self.causes: list[OdtError] = []
        self.told = 0
        self.lines: list[bytes] = []
        self.control = Control(
            self.policy,
            self.workers,
            make_log(self.lines),
            crew=lambda slots: slots * 2,
            stop=self.stop,
            changed=self.tell,
        )

    def stop(self, cause: OdtError) -> None:
        self.causes.append(cause)
        self.control.ending()

    def tell(self) -> None:
        self.told += 1

    def order(self, command: str, **changes: Any) -> None:
        self.control.obey(Order(command, changes), ME)

    def done(self) -> list[dict[str, Any]]:
        """Return what was done, without the moment."""
        return [
            {name: value for name, value in change.items() if name != "at"} for change in self.control.changes
        ]


async def test_pause_lets_no_request_go_until_resume() -> None:
    run = Controlled()
    run.order("pause")
    run.order("pause")
    paused = (run.control.state, run.policy.gate.reason)
    run.order("resume")
    run.order("resume")
    assert paused == ("paused (operator)", f"by the operator ({ME})")
    assert (run.control.state, run.policy.gate.reason, run.told) == (None, None, 2)
    assert run.done() == [{"what": "pause", "by": ME}, {"what": "resume", "by": ME}]
    assert events_of(run.lines) == ["run.paused", "run.resumed"]


async def test_a_pause_of_the_operator_outlasts_one_for_another_reason() -> None:
    run = Controlled()
    run.policy.gate.close("no token")
    run.order("pause")
    run.policy.gate.open("no token")
    assert run.policy.gate.reason == f"by the operator ({ME})"


async def test_sigusr1_pauses_and_resumes_what_ctl_has_done_too() -> None:
    run = Controlled()
    run.order("pause")
    run.control.signalled(signal.SIGUSR1)
    run.control.signalled(signal.SIGUSR1)
    run.control.signalled(signal.SIGHUP)
    assert run.done() == [
        {"what": "pause", "by": ME},
        {"what": "resume", "by": "SIGUSR1"},
        {"what": "pause", "by": "SIGUSR1"},
        {"what": "terminal_lost", "by": "SIGHUP"},
    ]
    assert run.control.state == "paused (operator)"


async def test_another_pace_is_another_number_of_slots_and_rows_and_another_ceiling() -> None:
    run = Controlled()
    run.order("set", concurrency=6, rate=10.0)
    run.order("set", concurrency=6, rate=10.0)
    run.order("set", rate=None)
    assert (run.policy.slots.limit, run.workers.size, run.policy.ceiling.rate_per_s) == (6, 12, None)
    assert run.done() == [
        {"what": "concurrency", "by": ME, "before": 2, "after": 6},
        {"what": "rate", "by": ME, "before": None, "after": 10.0},
        {"what": "rate", "by": ME, "before": 10.0, "after": None},
    ]
    assert set(events_of(run.lines)) == {"run.changed"}


async def test_a_run_is_stopped_once_and_then_takes_no_other_order() -> None:
    run = Controlled()
    run.order("stop")
    run.order("stop")
    run.order("status")
    run.control.signalled(signal.SIGUSR1)
    with pytest.raises(InputError, match="the run is ending"):
        run.order("pause")
    assert [(cause.code, str(cause)) for cause in run.causes] == [
        ("stopped_by_operator", f"the operator ({ME})")
    ]
    assert run.done() == [{"what": "stop", "by": ME}]


async def test_only_the_newest_changes_are_kept() -> None:
    run = Controlled()
    for number in range(2, 1203):
        run.order("set", concurrency=1 + number % 2)
    assert len(run.control.changes) == 1000


@pytest.mark.parametrize(
    ("line", "order"),
    [
        (b'{"command":"status"}', Order("status")),
        (b' {"command": "stop"} ', Order("stop")),
        (b'{"command":"set","concurrency":4}', Order("set", {"concurrency": 4})),
        (b'{"command":"set","rate":0.5}', Order("set", {"rate": 0.5})),
        (
            b'{"command":"set","rate":null,"concurrency":1000}',
            Order("set", {"rate": None, "concurrency": 1000}),
        ),
    ],
)
def test_an_order_is_a_line_of_json(line: bytes, order: Order) -> None:
    assert parse_order(line) == order


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"", "not a line of JSON"),
        (b"\xff\xfe", "not a line of JSON"),
        (b"[" * 4000, "not a line of JSON"),
        (b"[]", "command: one of status, pause, resume, stop, set"),
        (b'{"command":["set"]}', "command: one of status, pause, resume, stop, set"),
        (b'{"command":"kill"}', "command: one of status, pause, resume, stop, set"),
        (b'{"command":"stop","now":1}', "stop takes nothing else"),
        (b'{"command":"set"}', "set: say what, such as concurrency=4 or rate=10"),
        (b'{"command":"set","x":1}', "set: there is no 'x': concurrency and rate can be set"),
        (b'{"command":"set","concurrency":0}', "concurrency: a whole number from 1 to 1000"),
        (b'{"command":"set","concurrency":true}', "concurrency: a whole number from 1 to 1000"),
        (b'{"command":"set","concurrency":null}', "concurrency: a whole number from 1 to 1000"),
        (b'{"command":"set","rate":0}', "rate: requests a second, more than 0; or none"),
        (b'{"command":"set","rate":"10"}', "rate: requests a second, more than 0; or none"),
        (b'{"command":"set","rate":1e999}', "rate: requests a second, more than 0; or none"),
    ],
)
def test_what_is_no_order_is_refused_with_the_reason(line: bytes, said: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_order(line)
    assert str(refused.value) in {said, "not a line of JSON"}


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    st.binary()
    | st.fixed_dictionaries(
        {"command": st.sampled_from(COMMANDS) | json_values},
        optional={"rate": json_values, "concurrency": json_values},
    ).map(orjson.dumps)
)
def test_whatever_is_sent_is_an_order_or_refused(line: bytes) -> None:
    try:
        order = parse_order(line)
    except InputError:
        return
    assert order.command in COMMANDS


async def test_a_window_opens_and_closes_the_intake_of_rows_and_no_request_waits_for_it() -> None:
    run = Controlled()
    begun = datetime(2024, 6, 1, 19, 30, tzinfo=UTC)
    loop = asyncio.get_running_loop()
    seen: list[tuple[str, str | None]] = []

    def now() -> datetime:
        return begun + timedelta(seconds=loop.time())

    with anyio.move_on_after(86_400):
        async with anyio.create_task_group() as group:
            group.start_soon(keep_to_window, Window.parse("22:00-06:00", "Europe/Madrid"), run.control, now)
            for _ in range(24):
                await asyncio.sleep(1800 if not seen else 3600)
                await asyncio.sleep(1)
                seen.append((f"{now():%H}", run.workers.intake.reason))
            group.cancel_scope.cancel()
    closed = "window closed until 22:00"
    open_hours = ["20", "21", "22", "23", "00", "01", "02", "03"]
    assert seen == [(hour, None if hour in open_hours else closed) for hour, _reason in seen]
    assert run.done() == [
        {"what": "window_closed", "by": "window", "until": "22:00"},
        {"what": "window_opened", "by": "window"},
        {"what": "window_closed", "by": "window", "until": "22:00"},
    ]
    assert run.policy.gate.reason is None


def once(do: Callable[[Run], object], when: Callable[[Run], bool]) -> Callable[[Run], None]:
    """Return what an observer calls at every tick, to *do* something once when it is time."""
    done: list[bool] = []

    def on_tick(run: Run) -> None:
        if not done and when(run):
            done.append(True)
            do(run)

    return on_tick


def done_rows(run: Run) -> int:
    return run.progress().done


async def test_a_paused_run_goes_on_and_no_row_has_lost_its_time() -> None:
    write_rows(60)
    resumed_at: list[float] = []

    def pause(run: Run) -> None:
        run.control.obey(Order("pause"), ME)
        asyncio.get_running_loop().call_later(7200, resume, run)

    def resume(run: Run) -> None:
        resumed_at.append(done_rows(run))
        run.control.obey(Order("resume"), ME)

    watcher = Watcher(on_tick=once(pause, lambda run: done_rows(run) >= 20))
    async with sandbox(SLOW) as served:
        left = await run_on(served, watcher=watcher, max_elapsed_per_row=10, concurrency=2)
    check_that_the_files_add_up(left)
    assert left.counts == {"applied": 60}
    assert resumed_at[0] < 30
    assert "paused (operator)" in watcher.states
    assert [change["what"] for change in left.report["control"]] == ["pause", "resume"]
    assert [
        line
        for line in watcher.beats
        if " paused (operator): " in line and f"PAUSED: by the operator ({ME})" in line
    ]


async def test_the_number_of_rows_in_progress_follows_the_concurrency() -> None:
    write_rows(120)
    most: list[int] = []

    def grow(run: Run) -> None:
        run.control.obey(Order("set", {"concurrency": 12}), ME)

    def look(run: Run) -> None:
        grown(run)
        most.append(run.policy.slots.in_flight)

    grown = once(grow, lambda run: done_rows(run) >= 10)
    async with sandbox("latency=500ms") as served:
        left = await run_on(served, watcher=Watcher(on_tick=look), concurrency=1)
    check_that_the_files_add_up(left)
    assert (left.counts, max(most)) == ({"applied": 120}, 12)


async def test_a_stopped_run_leaves_the_rest_pending_and_says_who_stopped_it() -> None:
    write_rows(100)
    stop: Callable[[Run], object] = lambda run: run.control.obey(Order("stop"), ME)  # noqa: E731 - the shortest
    async with sandbox(SLOW) as served:
        left = await run_on(served, watcher=Watcher(on_tick=once(stop, lambda run: done_rows(run) >= 20)))
    check_that_the_files_add_up(left)
    assert left.report["stop_reason"] == f"the operator ({ME})"
    assert left.counts == {"applied": left.counts["applied"], "pending": 100 - left.counts["applied"]}


async def test_a_paused_run_that_is_stopped_ends_at_once() -> None:
    write_rows(60)

    def pause_then_stop(run: Run) -> None:
        run.control.obey(Order("pause"), ME)
        asyncio.get_running_loop().call_later(60, run.control.obey, Order("stop"), ME)

    watcher = Watcher(on_tick=once(pause_then_stop, lambda run: done_rows(run) >= 20))
    async with sandbox(SLOW) as served:
        left = await run_on(served, watcher=watcher)
    check_that_the_files_add_up(left)
    assert left.counts["pending"] > 20
    assert 60 < asyncio.get_running_loop().time() < 70


async def test_a_folder_that_can_hold_no_socket_is_no_reason_not_to_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_descriptor: int, _mode: int) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "fchmod", refuse)
    write_rows(3)
    async with sandbox() as served:
        left = await run_on(served)
    assert left.counts == {"applied": 3}
    log = [orjson.loads(line) for line in (LOGS / f"{ACTION}.log").read_bytes().splitlines()]
    assert [line["error"] for line in log if line["event"] == "run.out_of_reach"] == [
        "[Errno 1] Operation not permitted"
    ]


async def test_sigusr1_and_sighup_reach_the_run() -> None:
    write_rows(60)
    user = partial(signal.raise_signal, signal.SIGUSR1)
    watcher = Watcher(
        {20: user}, on_tick=once(lambda _run: user(), lambda run: run.policy.gate.reason is not None)
    )
    hang_up: Callable[[Run], object] = lambda _run: signal.raise_signal(signal.SIGHUP)  # noqa: E731
    hung_up = once(hang_up, lambda run: done_rows(run) >= 40)
    on_tick = watcher._on_tick
    watcher._on_tick = lambda run: (on_tick(run), hung_up(run))
    async with sandbox(SLOW) as served:
        left = await run_on(served, watcher=watcher)
    check_that_the_files_add_up(left)
    assert left.counts == {"applied": 60}
    assert [(change["what"], change["by"]) for change in left.report["control"]] == [
        ("pause", "SIGUSR1"),
        ("resume", "SIGUSR1"),
        ("terminal_lost", "SIGHUP"),
    ]


@pytest.mark.real_time
async def test_a_run_outside_its_window_waits_answers_and_ends_at_once_when_told() -> None:
    write_rows(10)
    answers: list[dict[str, Any]] = []
    hour = (datetime.now(UTC).hour + 2) % 24
    window = f"{hour:02}:00-{(hour + 2) % 24:02}:00"

    async def speak(run: Run) -> None:
        path = socket_path(LOGS, run.run_id)
        for order in ({"command": "status"}, {"command": "stop"}):
            answers.append(await anyio.to_thread.run_sync(ask, path, order))  # noqa: PERF401 - one by one

    async with anyio.create_task_group() as group, sandbox() as served:
        waiting = once(lambda run: group.start_soon(speak, run), lambda run: run.state.startswith("window"))
        left = await run_on(served, watcher=Watcher(on_tick=waiting), window=window, tz="UTC")
        requests = served.journal.count()
    check_that_the_files_add_up(left)
    assert [answer["state"] for answer in answers] == [f"window closed until {hour:02}:00", "draining"]
    assert (left.counts, requests) == ({"pending": 10}, 0)
    by = f"ctl, pid {os.getpid()}"
    told = [
        {name: value for name, value in change.items() if name != "at"} for change in left.report["control"]
    ]
    assert told == [
        {"what": "window_closed", "by": "window", "until": f"{hour:02}:00"},
        {"what": "stop", "by": by},
    ]
    assert not socket_path(LOGS, left.result.run).exists()
