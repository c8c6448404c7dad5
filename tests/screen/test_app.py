"""The live screen, driven by keys: what it shows, what it has runs do, and what becomes of it meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import anyio
import orjson
import pytest
from anyio.from_thread import start_blocking_portal
from textual.widgets import Static

from odt_async.errors import InputError
from odt_async.events import timestamp
from odt_async.runner.control_socket import control_socket, serve, socket_path
from odt_async.screen.app import WatchApp
from odt_async.screen.folder import Folder
from tests.screen.building import ACTION, HEAD, LOGS, MANIFEST, RUN, STATUS, report_of, write_run

if TYPE_CHECKING:
    from textual.pilot import Pilot

pytestmark = pytest.mark.real_time  # its clock is not the loop's

LATER = f"{ACTION}_20240601T230000Z_cd34"
PATIENCE = 400  # looks at the screen


@contextmanager
def listening(run: str = RUN, *, refusing: str | None = None) -> Iterator[list[dict[str, Any]]]:
    """Let *run* take orders, or refuse them; yields what it is told."""
    told: list[dict[str, Any]] = []

    def answer(text: bytes, _by: str) -> dict[str, Any]:
        told.append(orjson.loads(text))
        if refusing is not None:
            raise InputError(refusing)
        return {"concurrency": told[-1].get("concurrency", 8)}

    async def listen() -> None:
        with control_socket(socket_path(LOGS, run)) as at:
            await serve(at, answer)

    with start_blocking_portal() as portal:
        future = portal.start_task_soon(listen)
        while not socket_path(LOGS, run).exists():
            portal.call(anyio.sleep, 0.01)
        try:
            yield told
        finally:
            future.cancel()


class Screen:
    """What somebody sees who sits in front of it."""

    def __init__(self, app: WatchApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    def text(self) -> str:
        return "\n".join(str(shown.content) for shown in self.app.query(Static))

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def shows(self, *words: str) -> None:
        """Return when all *words* are there; fail when that takes too long."""
        await self.until(lambda: all(word in self.text() for word in words), words)

    async def until(self, condition: Callable[[], bool], told: object = "") -> None:
        for _look in range(PATIENCE):
            if condition():
                return
            await self.pilot.pause(0.02)
        pytest.fail(f"{told} not in\n{self.text()}")


@asynccontextmanager
async def screen(run: str | None = RUN, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Screen]:
    app = WatchApp(Folder(LOGS), run, interval_s=0.05)
    async with app.run_test(size=size) as pilot:
        yield Screen(app, pilot)


def write_live(run: str = RUN, **fields: Any) -> None:
    """Write a run that is under way."""
    write_run({"run.json": MANIFEST, "status.json": STATUS | {"run": run} | fields}, run=run)


@pytest.fixture(autouse=True)
def _at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a run live as long as it has not ended: nobody holds a lock here."""
    monkeypatch.setattr("odt_async.screen.record._is_at_work", lambda _told: True)


async def test_a_run_is_shown_and_followed_to_its_end() -> None:
    write_live()
    async with screen() as seen:
        await seen.shows(RUN, "RUNNING", "25.0 %", "people/features", " p  pause", " q  quit")
        write_live(by_status={"applied": 200}, state="window closed until 22:00")
        await seen.shows("WINDOW CLOSED", "50.0 %")
        write_run({"report.json": report_of(HEAD)})
        await seen.shows("FINISHED", "exit code 1", "What is left")
        assert " p  pause" not in seen.text()
        await seen.press("p", "plus", "s", "y")


async def test_keys_pause_resume_and_change_the_pace() -> None:
    write_live()
    with listening() as told:
        async with screen() as seen:
            await seen.shows("RUNNING")
            await seen.press("p")
            await seen.shows("paused: no request is sent")
            write_live(state="paused (operator)", reason="by the operator (ctl, pid 9)")
            await seen.shows("PAUSED", " p  resume")
            await seen.press("p")
            await seen.shows("\nresumed")
            await seen.press("plus")
            await seen.shows("concurrency is 9 now")
            await seen.press("minus")
            await seen.shows("concurrency is 7 now")
    assert told == [
        {"command": "pause"},
        {"command": "resume"},
        {"command": "set", "concurrency": 9},
        {"command": "set", "concurrency": 7},
    ]


async def test_a_run_is_stopped_only_when_that_is_confirmed() -> None:
    write_live()
    with listening() as told:
        async with screen() as seen:
            await seen.shows("RUNNING")
            await seen.press("y")
            await seen.press("s")
            await seen.shows("Stop usuarios_", " y  yes")
            await seen.press("n")
            await seen.shows(" s  stop")
            assert told == []
            await seen.press("s", "y")
            await seen.shows("stopping: rows in progress")
    assert told == [{"command": "stop"}]


async def test_a_refusal_is_said_in_a_line() -> None:
    write_live()
    with listening(refusing="the run is ending"):
        async with screen() as seen:
            await seen.shows("RUNNING")
            await seen.press("p")
            await seen.shows("the run is ending")


async def test_a_run_that_nobody_can_speak_to_is_still_shown() -> None:
    write_live()
    async with screen() as seen:
        await seen.shows("RUNNING")
        await seen.press("p")
        await seen.shows(f"{RUN} is not running", "25.0 %")


async def test_several_runs_are_a_list_to_choose_from() -> None:
    write_live()
    write_live(LATER, rows_per_s=99.0)
    with listening() as told:
        async with screen(None) as seen:
            await seen.shows("Runs in logs", "> ", "↑ ↓")
            await seen.press("down", "p")
            await seen.shows("paused: no request is sent")
            await seen.press("up", "enter")
            await seen.shows(LATER, "99.0 rows/s")
            await seen.press("tab")
            await seen.shows(RUN, "12.3 rows/s")
            await seen.press("tab")
            await seen.shows(LATER)
            await seen.press("l")
            await seen.shows("Runs in logs")
    assert told == [{"command": "pause"}]


async def test_a_run_may_begin_while_the_list_is_empty_and_go_while_it_is_shown() -> None:
    LOGS.mkdir()
    async with screen(None) as seen:
        await seen.shows("Runs in logs")
        await seen.press("enter", "down", "p")
        write_live()
        await seen.shows("> ")
        await seen.press("enter")
        await seen.shows("25.0 %")
        for path in LOGS.iterdir():
            path.unlink()
        await seen.shows("its files are gone")


async def test_a_status_that_is_half_there_is_no_end() -> None:
    write_live()
    async with screen() as seen:
        await seen.shows("25.0 %")
        write_run({"status.json": b'{"run": "usu'})
        await seen.shows("0.0 %")
        write_live()
        await seen.shows("25.0 %")


async def test_files_that_can_no_more_be_read_do_not_end_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_self: Folder, _run: str) -> None:
        raise InputError("logs cannot be read: Permission denied")

    write_live()
    async with screen() as seen:
        await seen.shows("25.0 %")
        monkeypatch.setattr(Folder, "status", refused)
        await seen.shows("logs cannot be read: Permission denied", "25.0 %")


async def test_it_is_drawn_anew_in_every_size() -> None:
    write_live()
    async with screen() as seen:
        await seen.shows("Errors: 2 causes")
        for width, height in ((200, 50), (60, 20), (10, 3), (80, 24)):
            await seen.pilot.resize_terminal(width, height)
            await seen.pilot.pause()
        await seen.shows("Errors: 2 causes")
        assert max(map(len, seen.text().splitlines())) <= 80


async def test_what_is_said_goes_away_and_the_last_step_down_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("odt_async.screen.app._SAID_FOR_S", 0.3)
    write_live(concurrency=1)
    with listening() as told:
        async with screen() as seen:
            await seen.shows("in flight 3 of 1")
            await seen.press("minus")
            await seen.press("p")
            await seen.press("plus")
            await seen.shows("concurrency is 2 now")
            await seen.until(lambda: "concurrency is 2 now" not in seen.text())
            await seen.until(lambda: "paused: no request" not in seen.text())
    assert told == [{"command": "pause"}, {"command": "set", "concurrency": 2}]


async def test_q_ends_the_screen_and_not_the_run() -> None:
    write_live(updated_at=timestamp())
    with listening() as told:
        async with screen() as seen:
            await seen.shows("RUNNING")
            await seen.press("q")
            await seen.until(lambda: not seen.app.is_running)
    assert told == []
